"""Says whether the tests of C++ and C reach enough of cpp/src, from gcovr's JSON: `./dev coverage` runs it.

Asked for: 90 % of the lines of cpp/src, and each branch of the state machine and of the stores, or a line of
uncovered.tsv with the reason why not. Exit status 0: enough; 1: too little, or the list is wrong; 2: no such report.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

LINES_AT_LEAST = 90.0  # per cent
LINES_OF = "cpp/src/"
BRANCHES_OF = ("cpp/src/conversation/", "cpp/src/store/")
LIST = "tests/coverage/uncovered.tsv"
FORMAT = "0.15"  # of gcovr 8.8

Report = dict[str, Any]


class Gap(NamedTuple):
    """A line with branches that no test takes."""

    file: str
    line: int
    text: str
    functions: tuple[
        str, ...
    ]  # whose branches they are: a lambda may stand on the line of its caller
    missed: int
    branches: int


class Entry(NamedTuple):
    """A line of the list."""

    file: str
    what: str  # a line's text, or `name()` for a whole function
    reason: str

    @property
    def function(self) -> str | None:
        return self.what[:-2] if re.fullmatch(r"[\w:~ ]+\(\)", self.what) else None


def squeezed(text: str) -> str:
    return " ".join(text.split())


def plain_name(function: str) -> str:
    """The name without its arguments, template arguments and unnamed namespaces."""
    name = re.sub(r"operator(?:<=>|<<=?|>>=?|->\*?|[<>]=?)", "operator", function)
    name = re.sub(r"\[abi:\w+\]", "", name)
    while (shorter := re.sub(r"<[^<>]*>|\([^()]*\)", "", name)) != name:
        name = shorter
    return re.sub(r"(?:::){2,}", "::", name).removeprefix("::") or function


def is_within(function: str, name: str) -> bool:
    """Whether a plain name is that function, in any namespace, or a lambda in it."""
    return bool(re.search(rf"(?:^|::|\s){re.escape(name)}(?=$|\s|::\{{)", function))


def counted(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if not item.get("gcovr/excluded")]


def lines_of(report: Report) -> dict[str, tuple[int, int]]:
    """Covered lines and all lines of each folder of cpp/src."""
    found: dict[str, tuple[int, int]] = {}
    for file in report["files"]:
        if not file["file"].startswith(LINES_OF):
            continue
        folder = file["file"].removeprefix(LINES_OF).split("/")[0]
        hits: dict[int, int] = {}  # instances of a template tell of one line each for itself
        for line in counted(file["lines"]):
            hits[line["line_number"]] = max(line["count"], hits.get(line["line_number"], 0))
        covered, total = found.get(folder, (0, 0))
        found[folder] = (covered + sum(map(bool, hits.values())), total + len(hits))
    return found


def gaps_of(report: Report, root: Path) -> list[Gap]:
    """The lines of the state machine and the stores with branches that no test takes."""
    found = []
    for file in report["files"]:
        name = file["file"]
        if not name.startswith(BRANCHES_OF):
            continue
        source = (root / name).read_text("utf-8").splitlines()
        taken: dict[int, dict[tuple[str, int], int]] = {}
        for line in counted(file["lines"]):
            function = plain_name(line.get("function_name", ""))
            branches = taken.setdefault(line["line_number"], {})
            for branch in counted(line["branches"]):
                key = (function, branch["branchno"])
                branches[key] = max(branch["count"], branches.get(key, 0))
        for number, branches in sorted(taken.items()):
            missed = [function for (function, _), count in branches.items() if not count]
            if missed:
                text = squeezed(source[number - 1])
                functions = tuple(sorted(set(missed)))
                found.append(Gap(name, number, text, functions, len(missed), len(branches)))
    return found


def entries_of(text: str) -> tuple[list[Entry], list[str]]:
    """The lines of the list, and what is wrong with those that are none."""
    entries, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [squeezed(field) for field in line.split("\t")]
        if len(fields) != 3 or not all(fields):
            wrong.append(
                f"{LIST}:{number}: write file, text or function(), reason, with tabs between"
            )
        elif not fields[0].startswith(BRANCHES_OF):
            wrong.append(f"{LIST}:{number}: only files of {' and '.join(BRANCHES_OF)} are listed")
        else:
            entries.append(Entry(*fields))
    return entries, wrong


def names_nothing(entries: list[Entry], root: Path) -> list[str]:
    """What the list says of files, lines and functions that are not there (any more)."""
    wrong = []
    for entry, times in Counter(Entry(e.file, e.what, "") for e in entries).items():
        path = root / entry.file
        source = path.read_text("utf-8") if path.is_file() else ""
        there = [squeezed(line) for line in source.splitlines()].count(entry.what)
        if not path.is_file():
            wrong.append(f"{LIST}: there is no file {entry.file}")
        elif not there and entry.function:
            last = entry.function.split("::")[-1].split()[-1]
            if not re.search(rf"(?<!\w){re.escape(last)}(?!\w)", source):
                wrong.append(f"{LIST}: {entry.file} has no function {entry.what}")
        elif times > there:
            wrong.append(f"{LIST}: {entry.file} has {there} of {times} lines: {entry.what}")
    return wrong


def compared(gaps: list[Gap], entries: list[Entry]) -> tuple[list[Gap], list[Entry]]:
    """The gaps that no entry names, and the entries that name no gap. An entry of a text names one line."""
    texts = Counter((entry.file, entry.what) for entry in entries)
    used: set[tuple[str, str]] = set()
    unnamed = []
    for gap in gaps:
        if texts[gap.file, gap.text]:
            texts[gap.file, gap.text] -= 1
            continue
        whole = [e for e in entries if e.file == gap.file and e.function]
        naming = {
            function: [e for e in whole if is_within(function, e.function or "")]
            for function in gap.functions
        }
        if not all(naming.values()):
            unnamed.append(gap)
        else:
            used |= {(e.file, e.what) for found in naming.values() for e in found}
    idle = [e for e in entries if texts[e.file, e.what] and (e.file, e.what) not in used]
    return unnamed, idle


def without_measure(folders: dict[str, tuple[int, int]]) -> list[str]:
    """A report that says nothing of what is asked for shows nothing."""
    asked = [folder.removeprefix(LINES_OF).rstrip("/") for folder in BRANCHES_OF]
    return [f"the report has no line of {LINES_OF}{name}" for name in asked if name not in folders]


def judge(report: Report, root: Path, listed: str) -> tuple[bool, list[Gap]]:
    """Print what is missing, the sum last; return whether it is enough, and the gaps that nobody named."""
    folders = lines_of(report)
    gaps = gaps_of(report, root)
    entries, wrong = entries_of(listed)
    wrong += names_nothing(entries, root) + without_measure(folders)
    unnamed, idle = compared(gaps, entries)
    for gap in unnamed:
        print(
            f"{gap.file}:{gap.line}: {gap.missed} of {gap.branches} branches not taken: {gap.text}"
        )
    for entry in idle:  # no fault: some branches are taken in some runs only
        print(f"note: {LIST}: this run covers {entry.file}: {entry.what}")
    print("\n".join(wrong), end="\n" if wrong else "")
    for folder, (covered, total) in sorted(folders.items()):
        print(f"{LINES_OF}{folder}: {covered} of {total} lines")
    covered, total = (sum(column) for column in zip((0, 0), *folders.values(), strict=True))
    share = 100.0 * covered / max(total, 1)
    print(
        f"{share:.1f} % of the lines of {LINES_OF} ({LINES_AT_LEAST:.0f} % asked for); lines with branches not taken in"
        f" the state machine and the stores: {len(gaps)}, without a reason in {LIST}: {len(unnamed)}"
    )
    return share >= LINES_AT_LEAST and not unnamed and not wrong, unnamed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="what gcovr wrote with --json")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of the checkout")
    parser.add_argument(
        "--unnamed", type=Path, help="write here what the list lacks, without reasons"
    )
    given = parser.parse_args(arguments)
    try:
        report = json.loads(given.report.read_text("utf-8"))
    except (OSError, ValueError) as error:
        print(f"{given.report}: no report of gcovr: {error}")
        return 2
    version = report.get("gcovr/format_version")
    if version != FORMAT:
        print(
            f"{given.report}: format {version}, not {FORMAT}: use the gcovr of python/requirements-coverage.txt"
        )
        return 2
    enough, unnamed = judge(report, given.root, (given.root / LIST).read_text("utf-8"))
    if given.unnamed:
        given.unnamed.write_text("".join(f"{g.file}\t{g.text}\t\n" for g in unnamed), "utf-8")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
