"""What the Python tests share: the golden cases, and a logger that must never tell a secret."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class Case:
    """One golden case of tests/data."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def request(self) -> dict[str, Any]:
        return json.loads((self.folder / "request.json").read_text("utf-8"))

    @property
    def platform(self) -> str:
        return self.folder.parent.name

    @property
    def body(self) -> bytes:
        return (self.folder / "body.raw").read_bytes()

    @property
    def expected(self) -> list[str] | None:
        path = self.folder / "expected.jsonl"
        return path.read_text("utf-8").split("\n")[:-1] if path.exists() else None

    @property
    def answer(self) -> dict[str, Any] | None:
        path = self.folder / "answer.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None


def golden_cases() -> list[Case]:
    return [Case(path.parent) for path in sorted(DATA.glob("*/*/request.json"))]


def with_events() -> list[Case]:
    return [case for case in golden_cases() if case.expected]
