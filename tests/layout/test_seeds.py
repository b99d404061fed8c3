"""The table of the vendors' statements names code that exists and tests that exist and ran."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "tests" / "data" / "SEEDS.md"
QUOTED = re.compile(r"`([^`]+)`")
CPP_TEST = re.compile(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Row:
    """One statement of a page."""

    seed: str
    statement: str
    places: tuple[tuple[str, str], ...]  # file, symbol
    tests: tuple[str, ...]
    broken_by: str  # how the implementing function was broken, so that one of the tests failed

    def __str__(self) -> str:
        return f"{self.seed}: {self.statement}"


def rows_of(text: str) -> list[Row]:
    rows, seed = [], ""
    for line in text.splitlines():
        if line.startswith("## "):
            seed = line[3:].split()[0]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if not line.startswith("| ") or cells[0] == "statement":
            continue
        assert len(cells) == 4, line
        names = QUOTED.findall(cells[1])
        places = tuple(zip(names[::2], names[1::2], strict=True))
        rows.append(Row(seed, cells[0], places, tuple(QUOTED.findall(cells[2])), cells[3]))
    return rows


ROWS = rows_of(SEEDS.read_text("utf-8"))


def cpp_sources() -> dict[str, Path]:
    """`folder.Suite.test` of every C++ test, and where it stands."""
    folder = ROOT / "tests" / "cpp"
    return {
        f"{path.relative_to(folder).parts[0]}.{suite}.{test}": path
        for path in folder.rglob("*_test.cpp")
        for suite, test in CPP_TEST.findall(path.read_text("utf-8"))
    }


CPP = cpp_sources()


def source_of(test: str) -> Path | None:
    """The file that holds a test; None when there is none."""
    if test.startswith("cpp."):
        folder, suite, name = test.removeprefix("cpp.").split(".", 2)
        return CPP.get(f"{folder}.{suite.rpartition('/')[2]}.{name.partition('/')[0]}")
    if test.startswith("js: "):
        return next(
            (
                path
                for path in (ROOT / "tests" / "js").glob("*.js")
                if f"test('{test.removeprefix('js: ')}'" in path.read_text("utf-8")
            ),
            None,
        )
    name, _, function = test.partition("::")
    function, _, case = function.partition("[")
    path = ROOT / "tests" / "python" / name
    if not path.exists() or f"def {function}(" not in path.read_text("utf-8"):
        return None
    folders = list((ROOT / "tests" / "data").glob(f"*/{case.rstrip(']').rpartition('/')[2]}"))
    return path if not case or folders or _is_a_word_of(path, case.rstrip("]")) else None


def _is_a_word_of(path: Path, case: str) -> bool:
    return f'"{case}"' in path.read_text("utf-8")


def faults(row: Row) -> list[str]:
    found = [] if row.places else ["no place"]
    found += [] if row.tests else ["no test"]
    found += [] if row.broken_by else ["nobody has broken it"]
    for name, symbol in row.places:
        path = ROOT / name
        if not path.is_file() or not re.search(rf"\b{symbol}\b", path.read_text("utf-8")):
            found.append(f"{symbol} is not in {name}")
    return found + [f"there is no test {test}" for test in row.tests if source_of(test) is None]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_statement_names_code_and_tests_that_exist(row: Row):
    assert faults(row) == []


def executed(paths: Iterable[Path]) -> dict[str, float]:
    """The ids of the tests that ran, as the table names them, and when their run ended."""
    found: dict[str, float] = {}
    for path in paths:
        ended = path.stat().st_mtime
        for case in ET.parse(path).iter("testcase"):
            if case.get("status", "run") != "run" or case.find("skipped") is not None:
                continue
            name = (case.get("name") or "").split("  # ")[0]
            module = case.get("classname") or ""
            if module.startswith("tests.python."):
                name = f"{module.removeprefix('tests.python.').replace('.', '/')}.py::{name}"
            found[name] = ended
    return found


def ran(test: str, tests: Iterable[str]) -> bool:
    """Itself, or with a parameter behind it."""
    return any(one == test or one.startswith((f"{test}/", f"{test}[")) for one in tests)


def named_tests() -> dict[str, Path]:
    found = {test: source_of(test) for row in ROWS for test in row.tests}
    return {test: path for test, path in found.items() if path is not None}


def runner_of(test: str) -> str:
    """Which report a test stands in: a run that has just begun has left that of ctest only."""
    return "pytest" if ".py::" in test else test.partition(".")[0]


def test_the_last_run_executed_each_test():
    known = executed((ROOT / "build").glob("junit-*.xml"))
    if not known:
        pytest.skip("no run has left a report in build/")
    missing = []
    for test, source in named_tests().items():
        alike = [name for name in known if runner_of(name) == runner_of(test)]
        # A report from before the test was written says nothing about it, and node leaves none.
        told = alike and max(known[name] for name in alike) > source.stat().st_mtime
        if told and not test.startswith("js: ") and not ran(test, alike):
            missing.append(test)
    assert missing == []


def test_this_run_has_each_python_test_of_the_files_it_runs(request: pytest.FixtureRequest):
    collected = {
        item.nodeid.removeprefix("tests/python/")
        for item in request.session.items
        if item.nodeid.startswith("tests/python/")
    }
    files = {nodeid.partition("::")[0] for nodeid in collected}
    named = [test for test in named_tests() if test.partition("::")[0] in files]
    assert [test for test in named if not ran(test, collected)] == []


def test_all_seeds_have_statements():
    assert {row.seed for row in ROWS} >= {"000", "003"}
    assert len({(row.seed, row.statement) for row in ROWS}) == len(ROWS)


def test_the_checks_find_what_is_wrong(tmp_path: Path):
    table = (
        "## 000 x\n| statement | implemented in | tests | broken by |\n|---|---|---|---|\n"
        "| a | `cpp/src/engine/hub.cpp` `no_such_symbol` | `cpp.engine.Handover.no_such_test` | x |\n"
        "| b | `no/such/file.cpp` `x` | `test_golden.py::test_parses_to_the_expected_events[none/none]` | x |\n"
        "| c | | `js: no such test` | x |\n"
        "| d | | `js: no such test` | |\n"
    )
    assert [len(faults(row)) for row in rows_of(table)] == [2, 2, 2, 3]
    report = tmp_path / "junit-x.xml"
    report.write_text(
        '<testsuite><testcase name="cpp.a.B.c/1  # x" classname="cpp.a.B.c/1" status="run"/>'
        '<testcase name="cpp.a.B.d" status="notrun"/>'
        '<testcase classname="tests.python.test_a" name="test_b[x/y]"/>'
        '<testcase classname="tests.python.test_a" name="test_c"><skipped/></testcase></testsuite>'
    )
    names = executed([report])
    assert set(names) == {"cpp.a.B.c/1", "test_a.py::test_b[x/y]"}
    assert ran("cpp.a.B.c", names)
    assert ran("test_a.py::test_b", names)
    assert not ran("cpp.a.B.d", names)
    assert not ran("cpp.a.B", names)
