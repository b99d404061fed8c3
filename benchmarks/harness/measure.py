"""Run contenders interleaved in rounds, and judge the ratios of the rounds."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.scenario import PRESENT, Contender, Missing, Row, Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HOLDS, MISSED, NOT_MEASURED, NO_GATE = "holds", "missed", "not measured", "no gate"
SECONDS = 600  # a contender that takes longer in one round has failed


class RunError(Exception):
    """A contender failed, or its results are wrong: no figure of the scenario counts."""


@dataclass(frozen=True)
class Result:
    """One row against one other contender."""

    row: str
    what: str
    unit: str
    against: str
    present: float | None
    other: float | None
    ratio: float | None
    least: float | None
    most: float | None
    rounds: int
    gate: float | None
    goal: str
    verdict: str
    note: str = ""


def order_of(contenders: Sequence[Contender], number: int) -> list[Contender]:
    """The order of a round: turned by one each two rounds, and every second round backwards."""
    turn = (number // 2) % len(contenders)
    turned = [*contenders[turn:], *contenders[:turn]]
    return turned[::-1] if number % 2 else turned


def run_once(contender: Contender) -> list[dict[str, Any]]:
    """Run a contender once and return its lines; a failed check of its results fails the run."""
    try:
        told = subprocess.run(
            contender.command,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env={**os.environ, **contender.env},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RunError(f"contender {contender.name}: {error}") from None
    if told.returncode != 0:
        tail = "\n".join((told.stderr or told.stdout).splitlines()[-20:])
        raise RunError(f"contender {contender.name} exited with {told.returncode}:\n{tail}")
    try:
        return [json.loads(line) for line in told.stdout.splitlines() if line.startswith("{")]
    except ValueError as error:
        raise RunError(f"contender {contender.name}: a line is not JSON: {error}") from None


class Figures:
    """Costs by row, contender and round, and what each contender computed."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the rows that count; a line of another row is an error."""
        self._rows = {row.id: row for row in rows}
        self._costs: dict[tuple[str, str], list[float | None]] = {}
        self._digests: dict[str, tuple[str, str]] = {}

    def add(self, contender: str, lines: Sequence[dict[str, Any]], number: int) -> None:
        """Take the lines of one contender in one round: a row's cost is the median of its repetitions."""
        by_row: dict[str, list[float]] = {}
        for line in lines:
            row = self._rows.get(line.get("row", ""))
            if row is None:
                raise RunError(f"contender {contender}: no row {line.get('row')!r} is declared")
            self._compare(contender, row.id, line.get("result"))
            by_row.setdefault(row.id, []).append(line[row.metric] / line.get("count", 1))
        for row_id, costs in by_row.items():
            kept = self._costs.setdefault((row_id, contender), [])
            kept += [None] * (number - len(kept))
            kept.append(statistics.median(costs))

    def _compare(self, contender: str, row: str, result: object) -> None:
        """Contenders that tell a result of a row must agree on it."""
        if result is None:
            return
        first, known = self._digests.setdefault(row, (contender, str(result)))
        if known != str(result):
            raise RunError(
                f"row {row}: contender {contender} computed {result}, contender {first} {known}"
            )

    def rounds(self, row: str, contender: str) -> list[float | None]:
        """The costs of a row, None where a round has none."""
        return self._costs.get((row, contender), [])


def judge(row: Row, against: str, figures: Figures, why_not: str = "") -> Result:
    """Compare the present tree with one contender: the median of the ratios within each round."""
    ours, theirs = figures.rounds(row.id, PRESENT), figures.rounds(row.id, against)
    pairs = [
        (a, b)
        for a, b in zip(ours, theirs, strict=False)
        if a is not None and b is not None and a > 0 and b > 0
    ]
    ratios = sorted(b / a if row.direction == "higher" else a / b for a, b in pairs)
    gate = row.gates.get(against)
    known = (row.id, row.what, row.unit, against)
    if not ratios:
        why = why_not or "no figure"
        empty = (None,) * 5
        return Result(*known, *empty, 0, gate, row.goal, NOT_MEASURED, why)
    ratio = statistics.median(ratios)
    verdict = NO_GATE if gate is None else HOLDS if ratio <= gate else MISSED
    present = statistics.median(a for a, _ in pairs)
    other = statistics.median(b for _, b in pairs)
    spread = (ratio, ratios[0], ratios[-1], len(ratios))
    return Result(*known, present, other, *spread, gate, row.goal, verdict)


def measure(
    scenario: Scenario, short: bool = False, tell: Callable[[str], None] = lambda _: None
) -> list[Result]:
    """Run the scenario's contenders in rounds. Nothing is dropped: every round counts."""
    running = [one for one in scenario.contenders if isinstance(one, Contender)]
    missing = {one.name: one.why for one in scenario.contenders if isinstance(one, Missing)}
    figures = Figures(scenario.rows)
    rounds = scenario.short_rounds if short else scenario.rounds
    for number in range(rounds) if running else ():
        tell(f"{scenario.name}: round {number + 1} of {rounds}")
        for contender in order_of(running, number):
            figures.add(contender.name, run_once(contender), number)
    return list(_results(scenario, figures, missing))


def _results(scenario: Scenario, figures: Figures, missing: dict[str, str]) -> Iterator[Result]:
    for row in scenario.rows:
        for contender in scenario.contenders:
            against = contender.name
            if against == PRESENT:
                continue
            known = figures.rounds(row.id, against) or against in missing or against in row.gates
            if known:
                yield judge(row, against, figures, missing.get(against) or missing.get(PRESENT, ""))
