"""`./dev bench [SCENARIO ...] [--short]`: measure scenarios, print and keep the verdicts.

Exit status: 0 every gate holds, 1 a contender failed its check, 2 a gate was missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from harness import machine, plots, report
from harness.measure import MISSED, RunError, measure
from harness.release import RELEASE, ROOT
from harness.scenario import Bench, Scenario, load, names

if TYPE_CHECKING:
    from collections.abc import Sequence

BENCHMARKS = ROOT / "benchmarks"


def run(scenario: Scenario, options: argparse.Namespace) -> report.Section:
    """Measure one scenario and return its section of the page."""
    before = machine.load()
    results = measure(scenario, options.short, tell=lambda line: print(line, file=sys.stderr))
    day = time.strftime("%Y-%m-%d", time.gmtime())
    rounds = scenario.short_rounds if options.short else scenario.rounds
    about = f"{day}, commit {_commit()} against release {options.release}, {rounds} rounds"
    about += f"{' (--short)' if options.short else ''}, load average {before} before, {machine.load()} after."
    where = machine.describe()
    return report.Section(
        scenario.name, scenario.title, scenario.about, about, where, tuple(results)
    )


def _commit() -> str:
    """The tree's commit, marked where the working tree differs."""
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "describe", "--always"]
    try:
        told = subprocess.run(
            [*command, "--dirty=+changes", "--exclude=*"],
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()


def show(section: report.Section) -> None:
    """Print a line for each row."""
    for one in section.results:
        spread = "" if one.least is None else f"{one.ratio:.3f} ({one.least:.3f}..{one.most:.3f})"
        gate = "" if one.gate is None else f"(at most {one.gate:.2f})"
        name = f"{section.name}.{one.row} / {one.against}"
        print(f"{name:<52} {spread:<24} {gate:<16} {one.verdict} {one.note}".rstrip())


def keep(folder: Path, sections: Sequence[report.Section]) -> None:
    """Write the page and the plots; sections of other scenarios stay."""
    page, pictures = folder / "RESULTS.md", folder / "plots"
    old = report.read(page.read_text("utf-8")) if page.exists() else []
    pictures.mkdir(parents=True, exist_ok=True)
    for section in sections:
        picture = plots.bars(section.title, section.results)
        (pictures / f"{section.name}.svg").write_text(picture, "utf-8")
    page.write_text(report.write(report.merge(old, sections)), "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(
        prog="./dev bench", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("scenario", nargs="*", help=f"default: all of {', '.join(names())}")
    parser.add_argument("--short", action="store_true", help="fewer rounds")
    parser.add_argument(
        "--release", default=RELEASE, help=f"the commit to compare with ({RELEASE})"
    )
    parser.add_argument(
        "--out", type=Path, default=BENCHMARKS, help="folder of RESULTS.md and plots/"
    )
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.scenario) - set(names())):
        parser.error(f"no scenario {', '.join(unknown)}; known are {', '.join(names())}")
    sections, failed = [], False
    for name in options.scenario or names():
        folder = ROOT / "build" / "bench-data" / name
        folder.mkdir(parents=True, exist_ok=True)
        try:
            section = run(load(name, Bench(options.short, folder, options.release)), options)
        except RunError as error:
            print(f"lampjack: scenario {name}: {error}", file=sys.stderr)
            failed = True
            continue
        show(section)
        sections.append(section)
    if sections:
        keep(options.out, sections)
    missed = any(one.verdict == MISSED for section in sections for one in section.results)
    return 1 if failed else 2 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
