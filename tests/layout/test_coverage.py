"""What ./dev coverage lets pass, and what not."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STORE = "cpp/src/store/a.cpp"
MACHINE = "cpp/src/conversation/b.cpp"
SOURCE = """int Tx::put(int x) {
    if (x > 3) return 1;
    if (x > 1) return 2;
    if (x > 3)  return 1;
    return 3;
}
"""


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_check", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


check = loaded(ROOT / "tests" / "coverage" / "check.py")


def line(number: int, *branches: int, count: int = 1, function: str = "Tx::put(int)") -> dict:
    told = [{"branchno": number, "count": count} for number, count in enumerate(branches)]
    return {"line_number": number, "function_name": function, "count": count, "branches": told}


class Checkout:
    """A folder with two files of source, a list and a report."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.report: dict[str, Any] = {"gcovr/format_version": check.FORMAT, "files": []}
        for name in (STORE, MACHINE, check.LIST):
            (folder / name).parent.mkdir(parents=True)
        (folder / check.LIST).write_text("# nothing\n", "utf-8")
        for name in (STORE, MACHINE):
            (folder / name).write_text(SOURCE, "utf-8")
        self.ran(STORE, line(1))
        self.ran(MACHINE, line(1))

    def ran(self, file: str, *lines: dict) -> None:
        self.report["files"].append({"file": file, "lines": list(lines), "functions": []})

    def lists(self, *entries: tuple[str, ...]) -> None:
        text = "".join("\t".join(entry) + "\n" for entry in entries)
        (self.folder / check.LIST).write_text("# head\n\n" + text, "utf-8")

    def status(self) -> int:
        report = self.folder / "report.json"
        report.write_text(json.dumps(self.report), "utf-8")
        return check.main(
            [str(report), "--root", str(self.folder), "--unnamed", str(self.folder / "unnamed")]
        )

    def unnamed(self) -> str:
        return (self.folder / "unnamed").read_text("utf-8")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_what_covers_everything_passes(checkout: Checkout):
    checkout.ran(STORE, line(2, 1, 1))
    assert checkout.status() == 0
    assert checkout.unnamed() == ""


@pytest.mark.parametrize("file", [STORE, MACHINE])
def test_a_branch_that_nobody_named_is_refused(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], file: str
):
    checkout.ran(file, line(2, 1, 0))
    assert checkout.status() == 1
    assert f"{file}:2: 1 of 2 branches not taken: if (x > 3) return 1;" in capsys.readouterr().out
    assert checkout.unnamed() == f"{file}\tif (x > 3) return 1;\t\n"


def test_a_branch_in_another_folder_is_not_asked_for(checkout: Checkout):
    checkout.ran("cpp/src/engine/hub.cpp", line(2, 1, 0))
    assert checkout.status() == 0


@pytest.mark.parametrize("what", ["if (x > 3) return 1;", "Tx::put()", "put()"])
def test_a_named_branch_passes(checkout: Checkout, what: str):
    checkout.ran(STORE, line(2, 1, 0, function="ljk::(anonymous namespace)::Tx::put(int) const"))
    checkout.lists((STORE, what, "a reason"))
    assert checkout.status() == 0


@pytest.mark.parametrize(
    "entry",
    [
        (STORE, "if (x > 1) return 2;", "a reason"),  # another line
        (MACHINE, "if (x > 3) return 1;", "a reason"),  # another file
        (STORE, "Tx::put()", "a reason"),  # another function
    ],
)
def test_what_names_something_else_does_not_help(checkout: Checkout, entry: tuple[str, ...]):
    checkout.ran(STORE, line(2, 1, 0, function="ljk::Tx::put_all(int)"))
    checkout.lists(entry)
    assert checkout.status() == 1


def test_a_text_on_two_lines_is_named_twice(checkout: Checkout):
    checkout.ran(STORE, line(2, 1, 0), line(4, 0, 1))
    named = (STORE, "if (x > 3) return 1;", "a reason")
    checkout.lists(named)
    assert checkout.status() == 1
    checkout.lists(named, named)
    assert checkout.status() == 0
    checkout.lists(named, named, named)
    assert checkout.status() == 1


@pytest.mark.parametrize(
    "entry",
    [
        (STORE, "if (x > 9) return 1;", "the line is gone"),
        (STORE, "Tx::get()", "the function is gone"),
        ("cpp/src/store/gone.cpp", "if (x > 3) return 1;", "the file is gone"),
        ("cpp/src/engine/hub.cpp", "if (x > 3) return 1;", "not asked for"),
        (STORE, "if (x > 3) return 1;"),
        (STORE, "if (x > 3) return 1;", " "),
        (STORE, "if (x > 3) return 1;", "a reason", "and more"),
    ],
)
def test_an_entry_that_names_nothing_or_has_no_reason_is_refused(
    checkout: Checkout, entry: tuple[str, ...]
):
    checkout.lists(entry)
    assert checkout.status() == 1


def test_an_entry_that_a_run_covers_is_only_noted(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
):
    checkout.ran(STORE, line(2, 1, 1))
    checkout.lists((STORE, "if (x > 3) return 1;", "threads"), (STORE, "Tx::put()", "threads"))
    assert checkout.status() == 0
    assert capsys.readouterr().out.count("note: ") == 2


def test_less_than_nine_lines_of_ten_are_refused(checkout: Checkout):
    checkout.ran("cpp/src/engine/hub.cpp", *[line(n) for n in range(7)], line(8, count=0))
    assert checkout.status() == 0
    checkout.ran("cpp/src/engine/run.cpp", line(1, count=0))
    assert checkout.status() == 1


def test_lines_of_tests_and_libraries_do_not_count(checkout: Checkout):
    checkout.ran("tests/cpp/a_test.cpp", *[line(n, count=0) for n in range(50)])
    assert checkout.status() == 0


def test_a_line_counts_once_for_all_instances_of_a_template(checkout: Checkout):
    both = [line(2, 1, 0, function="Tx::put<int>(int)"), line(2, 0, 1, function="Tx::put<A<B>>(A)")]
    checkout.ran(STORE, *both)
    assert checkout.status() == 0
    assert check.lines_of(checkout.report)["store"] == (1 + 1, 1 + 1)


def test_a_lambda_does_not_cover_the_line_of_its_caller(checkout: Checkout):
    inner = line(2, 1, 1, function="Tx::put(int)::{lambda(int)#1}::operator()(int) const")
    checkout.ran(STORE, line(2, 1, 0), inner)
    assert checkout.status() == 1


def test_a_named_function_names_its_lambdas(checkout: Checkout):
    inner = "ljk::Tx::put(int) const::{lambda(auto:1)#1}::operator()<int>(int) const"
    checkout.ran(STORE, line(2, 1, 0, function=inner), line(3, 1, 0))
    checkout.lists((STORE, "Tx::put()", "a reason"))
    assert checkout.status() == 0


@pytest.mark.parametrize("name", ["conversation", "store"])
def test_a_report_without_what_is_asked_for_is_refused(checkout: Checkout, name: str):
    files = checkout.report["files"]
    checkout.report["files"] = [file for file in files if f"/{name}/" not in file["file"]]
    assert checkout.status() == 1


def test_a_report_of_another_gcovr_is_refused(checkout: Checkout):
    checkout.report["gcovr/format_version"] = "0.1"
    assert checkout.status() == 2


def test_no_report_is_refused(tmp_path: Path):
    assert check.main([str(tmp_path / "none.json"), "--root", str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("function", "plain"),
    [
        ("ljk::(anonymous namespace)::hidden(int)", "ljk::hidden"),
        ("(anonymous namespace)::put(std::vector<int, std::allocator<int> > const&)", "put"),
        ("ljk::name_of[abi:cxx11](ljk::Kind)", "ljk::name_of"),
        ("ljk::operator<(ljk::Key const&, ljk::Key const&)", "ljk::operator"),
        ("ljk::Row::operator<=>(ljk::Row const&) const", "ljk::Row::operator const"),
        (
            "f(void (*)(int))::{lambda(int)#2}::operator()(int) const",
            "f::{lambda#2}::operator const",
        ),
        ("<unknown function 6>", "<unknown function 6>"),
    ],
)
def test_names_of_functions_are_plain(function: str, plain: str):
    assert check.plain_name(function) == plain


def test_the_list_names_what_is_there_and_gives_reasons():
    entries, wrong = check.entries_of((ROOT / check.LIST).read_text("utf-8"))
    assert wrong + check.names_nothing(entries, ROOT) == []


def gcovr_arguments() -> list[str]:
    """As ./dev gives them, from --filter on."""
    script = (ROOT / "dev").read_text("utf-8").replace("\\\n", " ")
    (call,) = [text for text in script.splitlines() if " -m gcovr " in text]
    return call.partition(" -m gcovr ")[2].partition(" || ")[0].replace('"$jobs"', "1").split()


def test_a_real_run_is_read(checkout: Checkout, capfd: pytest.CaptureFixture[str]):
    if importlib.util.find_spec("gcovr") is None or not (
        shutil.which("g++") and shutil.which("gcov")
    ):
        pytest.skip("gcovr (./dev coverage installs it), g++ and gcov are needed")
    build = checkout.folder / "build" / "coverage"
    build.mkdir(parents=True)
    (checkout.folder / STORE).write_text("struct Tx { int put(int x); };\n" + SOURCE, "utf-8")
    (checkout.folder / MACHINE).write_text("int step(int x) { return x ? 1 : 2; }\n", "utf-8")
    main = "../../cpp/src/main.cpp"
    (build / main).write_text(
        '#include "store/a.cpp"\nint step(int);\n'
        "int main() { return step(0) + step(1) + Tx().put(2) + Tx().put(0) == 99; }\n",
        "utf-8",
    )
    flags = ["--coverage", "-fprofile-update=atomic", "-O0", "-g1"]
    for command in (
        ["g++", *flags, "-c", main, f"../../{MACHINE}"],
        ["g++", *flags, "main.o", "b.o", "-o", "program"],
        ["./program"],
    ):
        subprocess.run(command, cwd=build, check=True, timeout=50)
    command = [sys.executable, "-m", "gcovr", *gcovr_arguments()]
    subprocess.run(command, cwd=checkout.folder, check=True, timeout=50)
    checkout.report = json.loads((checkout.folder / "build/coverage.json").read_text("utf-8"))
    assert checkout.status() == 1
    told = capfd.readouterr().out
    assert f"{STORE}:3: 1 of 2 branches not taken" in told
    assert f"{STORE}:5: 1 of 2 branches not taken" in told
    assert checkout.unnamed().count("\n") == 2
    checkout.lists((STORE, "Tx::put()", "only the test of the test"))
    assert checkout.status() == 0
