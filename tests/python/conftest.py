"""What the Python tests share: the golden cases of tests/data, the stores, and a check of each line in the log."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest

from support.log_lines import fault_of_line
from support.stores import durable_store, postgres, store

__all__ = ["durable_store", "postgres", "store"]  # fixtures; with them pytest finds the others here

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True)
class Case:
    """One golden case of tests/data."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @cached_property
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

    @property
    def converted(self) -> list[str]:
        path = self.folder / "converted.jsonl"
        return path.read_text("utf-8").split("\n")[:-1] if path.exists() else []


@cache
def golden_cases() -> list[Case]:
    return [Case(path.parent) for path in sorted(DATA.glob("*/*/request.json"))]


# The argument of a test that runs once for each of these cases.
SELECTIONS: dict[str, Callable[[Case], bool]] = {
    "read_case": lambda case: bool(case.expected),
    "refused_case": lambda case: (
        case.request.get("error") in {"json", "payload", "too_large"} and bool(case.body)
    ),
    "written_case": lambda case: bool(case.request.get("roundtrip")),
    "converted_case": lambda case: bool(case.converted),
    "answered_case": lambda case: case.answer is not None,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for argument, selected in SELECTIONS.items():
        if argument in metafunc.fixturenames:
            cases = [case for case in golden_cases() if selected(case)]
            metafunc.parametrize(argument, cases, ids=lambda case: case.name)


class _LogCheck(logging.Handler):
    """Checks each line of the package against the table of events."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        fault = fault_of_line(record.levelname.lower(), record.getMessage())
        if fault:
            self.faults.append(f"{fault}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def log_lines_are_events() -> Iterator[None]:
    """Fail a test in which the package logs a line that is no event of the table."""
    check = _LogCheck()
    logger = logging.getLogger("lampjack")
    logger.addHandler(check)
    yield
    logger.removeHandler(check)
    assert check.faults == []
