"""The release in which the findings were made, built beside this tree, fails each test of them by its own finding."""

import os
import subprocess
import xml.etree.ElementTree as Xml
from pathlib import Path
from typing import Any

import pytest

import test_findings

ROOT = Path(__file__).resolve().parents[2]
LONG = "LJK_FINDINGS" in os.environ


@pytest.fixture(scope="module")
def found_in() -> Any:
    """The build of the release; it takes minutes, once."""
    if not LONG:
        pytest.skip("it builds the release before: ./dev torture findings")
    from harness import release

    try:
        return release.release()
    except release.NoHistoryError as error:
        pytest.skip(str(error))


def names_of_findings() -> list[str]:
    return [name for name in vars(test_findings) if name.startswith("test_")]


@pytest.mark.timeout(3600)
def test_the_release_they_were_found_in_fails_each(found_in: Any, tmp_path: Path):
    report = tmp_path / "report.xml"
    # Without the tests' own fixtures: they check lines of the log, which that release words otherwise.
    # Its close() leaves tasks behind, which is D-B11 and must not end the run.
    options = ["-q", "--noconftest", "-p", "support.stores", "-p", "no:unraisableexception"]
    options += ["-p", "no:threadexception", "-o", "filterwarnings=", f"--junitxml={report}"]
    command = [str(found_in.python), "-m", "pytest", *options, test_findings.__file__]
    where = "import lampjack; print(lampjack.__file__)"
    package = subprocess.run(
        [str(found_in.python), "-c", where],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert str(found_in.folder) in package
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "python")}
    done = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True, env=environment
    )
    told: dict[str, set[str]] = {name: set() for name in names_of_findings()}
    for case in Xml.parse(report).iter("testcase"):
        if case.find("skipped") is None:  # PostgreSQL may be missing
            failure = case.find("failure")
            text = "passed" if failure is None else failure.get("message", "")
            told[case.get("name", "").partition("[")[0]].add(text)
    wrong = {
        name: texts
        for name, texts in told.items()
        if not texts or not all("FindingStands" in text for text in texts)
    }
    assert wrong == {}, done.stdout[-3000:]


@pytest.mark.timeout(3600)
def test_the_c_library_they_were_found_in_fails_each(found_in: Any, tmp_path: Path):
    program = found_in.compile(
        tmp_path / "findings", [ROOT / "tests/capi/findings.c"], ["-D_POSIX_C_SOURCE=200809L"]
    )
    names = subprocess.run([program, "list"], check=True, capture_output=True, text=True).stdout
    assert len(names.split()) >= 9
    told = {
        name: subprocess.run([program, name], check=False, capture_output=True, text=True)
        for name in names.split()
    }
    wrong = {name: one.stderr for name, one in told.items() if one.returncode != 3}
    assert wrong == {}, "3 is the status of a finding that stands"
