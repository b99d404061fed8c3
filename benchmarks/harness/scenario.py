"""What a scenario declares: rows, contenders, gates."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.release import RELEASE, ROOT, Build, BuildError, present, release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SCENARIOS = ROOT / "benchmarks" / "scenarios"
PRESENT = "present"


@dataclass(frozen=True)
class Row:
    """One figure: the cost of one thing, compared between the present tree and others.

    A ratio is always cost of the present tree ÷ cost of the other, so smaller is better. `gates` holds the
    greatest ratio allowed for each contender that has a gate; `goal` says what the next work aims at.
    """

    id: str
    what: str
    unit: str = "cpu ns"
    metric: str = "cpu_ns"  # the field of a contender's line; it is divided by the line's `count`
    gates: Mapping[str, float] = field(default_factory=dict)
    goal: str = ""
    direction: str = "lower"  # "higher": the metric is a rate, more is better


@dataclass(frozen=True)
class Contender:
    """A program that checks its results and prints a JSON line for each repetition of each row."""

    name: str  # "present", "release", or the peer's name
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    """A contender that cannot run here, and why; its rows are not measured."""

    name: str
    why: str


@dataclass(frozen=True)
class Scenario:
    """Rows that are measured together."""

    name: str
    title: str
    about: str
    rows: Sequence[Row]
    contenders: Sequence[Contender | Missing]
    rounds: int = 11
    short_rounds: int = 3


@dataclass(frozen=True)
class Bench:
    """What a scenario's `declare(bench)` is given."""

    short: bool
    folder: Path  # for files of this scenario, on a real disk
    commit: str = RELEASE

    def trees(
        self, command: Callable[[str, Build], Sequence[str]]
    ) -> tuple[Contender | Missing, ...]:
        """Make the contenders of the present tree and of the release; `command(name, build)` builds what it uses."""
        return tuple(
            self.contender(name, make, command)
            for name, make in ((PRESENT, present), ("release", lambda: release(self.commit)))
        )

    def contender(
        self, name: str, make: Callable[[], Build], command: Callable[[str, Build], Sequence[str]]
    ) -> Contender | Missing:
        """Make one of them. A tree that does not build is a contender that is missing."""
        try:
            return Contender(name, command(name, make()))
        except BuildError as error:
            return Missing(name, str(error).splitlines()[0])


def names() -> list[str]:
    """The scenarios that the harness runs: folders with a `scenario.py`."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.py"))


def load(name: str, bench: Bench) -> Scenario:
    """Load `scenarios/<name>/scenario.py` and call its `declare(bench)`."""
    path = SCENARIOS / name / "scenario.py"
    spec = importlib.util.spec_from_file_location(f"bench_scenario_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.declare(bench)
