"""`benchmarks/RESULTS.md`: the current figures. A run replaces the sections of its scenarios, the others stay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.measure import HOLDS, MISSED, NOT_MEASURED, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAD = """# Results

`./dev bench` writes this page; do not edit it. [README.md](README.md) says how to read and add rows. A ratio is
the cost of the present tree divided by the cost of the other contender, the median of the ratios within each
round: below 1 the present tree is faster. A gate is the greatest ratio allowed. Nothing is dropped: the range is that of all rounds.
"""
TOP = ("scenario", "row", "against", "ratio", "range", "n", "gate", "verdict")
COLUMNS = ("row", "what", "unit", "against", "present", "other", "ratio", "range", "n")
COLUMNS += ("gate", "goal", "verdict", "note")
NONE = "-"


@dataclass(frozen=True)
class Section:
    """One scenario's figures with what they were measured on. Each text is one line."""

    name: str
    title: str
    about: str
    measured: str
    machine: str
    results: tuple[Result, ...]


def write(sections: Sequence[Section]) -> str:
    """Return the page: the summary on top, then a section for each scenario."""
    top = [
        (f"[{section.name}](#{section.name})", one)
        for section in sections
        for one in section.results
    ]
    rows = [
        (link, one.row, one.against, *_spread(one), _ratio(one.gate), _strong(one.verdict))
        for link, one in top
    ]
    parts = [HEAD, _counts([one for _, one in top]), "", *_table(TOP, rows)]
    for section in sections:
        parts += ["", *_section(section)]
    return "\n".join(parts) + "\n"


def _counts(results: Sequence[Result]) -> str:
    counted = dict.fromkeys((HOLDS, MISSED, NOT_MEASURED), 0)
    for one in results:
        if one.verdict in counted:
            counted[one.verdict] += 1
    return "Gates: " + ", ".join(f"{number} {verdict}" for verdict, number in counted.items()) + "."


def _section(section: Section) -> list[str]:
    return [
        f"## {section.name}",
        "",
        f"**{section.title}**",
        "",
        section.about,
        "",
        f"Measured: {section.measured}",
        "",
        f"Machine: {section.machine}",
        "",
        f"![Ratios of {section.name}](plots/{section.name}.svg)",
        "",
        *_table(COLUMNS, [_cells(one) for one in section.results]),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _cells(one: Result) -> list[str]:
    costs = [_cost(one.present), _cost(one.other)]
    known = [one.row, one.what, one.unit, one.against, *costs, *_spread(one)]
    return [*known, _ratio(one.gate), one.goal or NONE, one.verdict, one.note or NONE]


def _spread(one: Result) -> tuple[str, str, str]:
    spread = NONE if one.least is None else f"{_ratio(one.least)}..{_ratio(one.most)}"
    return _ratio(one.ratio), spread, str(one.rounds)


def _cost(value: float | None) -> str:
    return NONE if value is None else f"{value:.4g}" if value < 10_000 else f"{value:.0f}"


def _ratio(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def _strong(verdict: str) -> str:
    return f"**{verdict}**" if verdict == MISSED else verdict


def read(text: str) -> list[Section]:
    """Read the sections of a page that `write` made."""
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        blocks = [block.strip() for block in part.split("\n\n")]
        name, title, about, measured, machine, _, table = blocks[:7]
        rows = [_read_row(line) for line in table.splitlines()[2:]]
        title = title.removeprefix("**").removesuffix("**")
        where = (measured.removeprefix("Measured: "), machine.removeprefix("Machine: "))
        found.append(Section(name, title, about, *where, tuple(rows)))
    return found


def _read_row(line: str) -> Result:
    cells = re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |"))
    row, what, unit, against, present, other, ratio, spread, rounds, gate, goal, verdict, note = (
        "" if cell == NONE else cell.replace("\\|", "|") for cell in cells
    )
    least, _, most = spread.partition("..")
    figures = [_number(cell) for cell in (present, other, ratio, least, most)]
    return Result(
        row, what, unit, against, *figures, int(rounds), _number(gate), goal, verdict, note
    )


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def merge(old: Sequence[Section], new: Sequence[Section]) -> list[Section]:
    """Put new sections in the place of those of the same name; sections are in the order of names."""
    kept = {section.name: section for section in (*old, *new)}
    return [kept[name] for name in sorted(kept)]
