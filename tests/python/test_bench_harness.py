"""The bench harness: what it builds, measures, judges and writes."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from harness import __main__ as program
from harness import plots, release, report
from harness.measure import (
    HOLDS,
    MISSED,
    NO_GATE,
    NOT_MEASURED,
    Figures,
    Result,
    RunError,
    judge,
    measure,
    order_of,
)
from harness.scenario import Bench, Contender, Missing, Row, Scenario, load, names

# ---- Builds of the history ----


def test_a_commit_that_the_history_lacks_is_told_in_one_line():
    with pytest.raises(release.NoHistoryError, match="git fetch --unshallow") as told:
        release.release("0123456789abcdef")
    assert "\n" not in str(told.value)


def test_a_source_archive_has_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(release.NoHistoryError, match="a source archive has no history"):
        release.release()


def test_a_release_is_taken_from_the_history_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file.txt").write_text("first", "utf-8")
    author = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "One"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    (tmp_path / "file.txt").write_text("second", "utf-8")
    build = release.release("HEAD")
    assert build.source.is_relative_to(tmp_path / "build")
    taken = build.source / "file.txt"
    assert taken.read_text("utf-8") == "first"
    taken.write_text("kept", "utf-8")
    assert (release.release("HEAD").source / "file.txt").read_text("utf-8") == "kept"


def test_a_failed_step_shows_the_end_of_its_log_and_leaves_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    build = release.Build("release x", tmp_path, tmp_path, "x")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho made up\nexit 1\n", "utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(release, "_build_library", lambda build, _: build.run("step", str(broken)))
    with pytest.raises(release.BuildError, match=r"(?s)step step failed.*made up"):
        _ = build.prefix
    assert not list(tmp_path.glob("*.stamp"))


def test_a_program_is_linked_against_the_tree_it_is_compiled_for(tmp_path: Path):
    programs = []
    for number in ("1", "2"):
        build = release.Build(f"release {number}", tmp_path / number, tmp_path, number)
        header = build.folder / "prefix" / "include" / "lampjack" / "x.h"
        for folder in (header.parent, build.folder / "prefix" / "lib"):
            folder.mkdir(parents=True)
        header.write_text("int number(void);\n", "utf-8")
        source = build.folder / "x.c"
        source.write_text(f"int number(void) {{ return {number}; }}\n", "utf-8")
        library = build.folder / "prefix" / "lib" / "liblampjack.so"
        build.run("made-up", "cc", "-shared", "-fPIC", "-o", str(library), str(source))
        build._stamp("library")
        main = tmp_path / "main.c"
        main.write_text("#include <lampjack/x.h>\nint main(void) { return number(); }\n", "utf-8")
        programs.append(build.compile(tmp_path / f"program-{number}", [main]))
    assert [subprocess.run([one], check=False).returncode for one in programs] == [1, 2]


# ---- Rounds and ratios ----


def says(name: str, *costs: int, row: str = "job", **more: object) -> Contender:
    """A contender whose repetitions cost what the test says."""
    lines = [json.dumps({"row": row, "cpu_ns": cost, "count": 10, **more}) for cost in costs]
    code = "import sys; print(*sys.argv[1:], sep=chr(10))"
    return Contender(name, [sys.executable, "-c", code, *lines])


def fake(*contenders: Contender | Missing, gate: float = 1.1) -> Scenario:
    rows = [Row("job", "a job", gates={"release": gate}, goal="0.5")]
    return Scenario("fake", "A fake", "Nothing is measured.", rows, contenders, 3, 2)


def test_a_ratio_is_the_cost_of_the_present_tree_to_the_other():
    scenario = fake(says("present", 100, 300, 200), says("release", 400), says("peer", 100))
    release_row, peer_row = measure(scenario)
    assert (release_row.against, release_row.ratio, release_row.rounds) == ("release", 0.5, 3)
    assert (release_row.present, release_row.other) == (20, 40)
    assert (release_row.verdict, peer_row.verdict) == (HOLDS, NO_GATE)
    assert peer_row.ratio == 2


def test_a_ratio_is_the_median_of_the_ratios_within_each_round():
    row = Row("job", "a job", gates={"release": 1.1})
    figures = Figures([row])
    for number, (ours, theirs) in enumerate([(100, 100), (900, 450), (130, 100)]):
        figures.add("present", [{"row": "job", "cpu_ns": ours}], number)
        figures.add("release", [{"row": "job", "cpu_ns": theirs}], number)
    result = judge(row, "release", figures)
    assert (result.ratio, result.least, result.most, result.rounds) == (1.3, 1, 2, 3)
    assert result.verdict == MISSED


def test_where_more_is_better_the_ratio_is_turned():
    row = Row("job", "a job", metric="rate", gates={"release": 1.1}, direction="higher")
    figures = Figures([row])
    figures.add("present", [{"row": "job", "rate": 200}], 0)
    figures.add("release", [{"row": "job", "rate": 100}], 0)
    assert judge(row, "release", figures).ratio == 0.5


def test_a_round_without_a_figure_is_not_paired_with_another_rounds():
    row = Row("job", "a job")
    figures = Figures([row])
    figures.add("present", [{"row": "job", "cpu_ns": 10}], 0)
    figures.add("present", [{"row": "job", "cpu_ns": 40}], 1)
    figures.add("release", [{"row": "job", "cpu_ns": 20}], 1)
    result = judge(row, "release", figures)
    assert (result.ratio, result.rounds) == (2, 1)


def test_contenders_take_turns_at_being_first():
    two = [says("present"), says("release")]
    assert [order_of(two, number)[0].name for number in range(4)] == [
        "present",
        "release",
        "release",
        "present",
    ]
    three = [*two, says("peer")]
    assert {order_of(three, number)[0].name for number in range(6)} == {
        "present",
        "release",
        "peer",
    }


def test_short_takes_the_short_number_of_rounds():
    scenario = fake(says("present", 1), says("release", 1))
    assert [one.rounds for one in measure(scenario, short=True)] == [2]


# ---- Results that do not count ----


def test_a_contender_whose_check_fails_fails_the_run():
    wrong = Contender(
        "release", [sys.executable, "-c", "import sys; sys.exit('49 events, not 50')"]
    )
    with pytest.raises(RunError, match=r"(?s)release exited with 1.*49 events, not 50"):
        measure(fake(says("present", 1), wrong))


def test_contenders_that_compute_different_results_fail_the_run():
    scenario = fake(says("present", 1, result="50 events"), says("release", 1, result="49 events"))
    with pytest.raises(RunError, match="computed 49 events, contender present 50 events"):
        measure(scenario)


def test_a_row_that_is_not_declared_fails_the_run():
    with pytest.raises(RunError, match="no row 'other'"):
        measure(fake(says("present", 1, row="other")))


def test_a_contender_that_cannot_start_fails_the_run():
    with pytest.raises(RunError, match="contender present"):
        measure(fake(Contender("present", ["/does/not/exist"])))


def test_a_missing_contender_is_not_measured_and_says_why():
    (result,) = measure(fake(says("present", 1), Missing("release", "no history")))
    assert (result.verdict, result.note, result.ratio) == (NOT_MEASURED, "no history", None)


# ---- The page ----


def section(name: str = "fake", verdict: str = HOLDS) -> report.Section:
    results = (
        Result(
            "job", "a | job", "cpu ns", "release", 20, 40, 0.5, 0.4, 0.6, 3, 1.1, "0.5", verdict
        ),
        Result(
            "job", "a | job", "cpu ns", "peer", *[None] * 5, 0, None, "", NOT_MEASURED, "not here"
        ),
    )
    return report.Section(name, "A fake", "Nothing.", "2026-01-05, 3 rounds", "a machine", results)


def test_the_page_is_read_as_it_was_written():
    sections = [section("one"), section("two", MISSED)]
    text = report.write(sections)
    assert report.read(text) == sections
    assert report.write(report.read(text)) == text
    assert "Gates: 1 holds, 1 missed, 2 not measured." in text


def test_a_run_replaces_its_own_section_and_keeps_the_others(tmp_path: Path):
    program.keep(tmp_path, [section("one", MISSED), section("two")])
    program.keep(tmp_path, [section("one", HOLDS)])
    kept = report.read((tmp_path / "RESULTS.md").read_text("utf-8"))
    assert [(one.name, one.results[0].verdict) for one in kept] == [("one", HOLDS), ("two", HOLDS)]


def test_a_plot_is_an_image_with_a_bar_for_each_measured_row():
    picture = ElementTree.fromstring(plots.bars("A <fake>", section().results))
    bars = [one for one in picture.iter() if one.tag.endswith("rect")]
    assert [one.get("class") for one in bars] == [HOLDS]
    assert "prefers-color-scheme: dark" in "".join(picture.itertext())


# ---- The command ----


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the command with a fake scenario; gives its exit status."""

    def run(scenario: Scenario) -> int:
        monkeypatch.setattr(program, "names", lambda: ["fake"])
        monkeypatch.setattr(program, "load", lambda name, bench: scenario)
        return program.main(["fake", "--short", "--out", str(tmp_path)])

    return run


def test_the_exit_status_says_whether_every_gate_holds(bench, tmp_path: Path, capsys):
    assert bench(fake(says("present", 1), says("release", 1))) == 0
    assert bench(fake(says("present", 2), says("release", 1))) == 2
    assert "missed" in capsys.readouterr().out
    assert "**missed**" in (tmp_path / "RESULTS.md").read_text("utf-8")


def test_a_failed_check_leaves_the_page_as_it_was(bench, tmp_path: Path, capsys):
    bench(fake(says("present", 1), says("release", 1)))
    before = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert bench(fake(says("present", 1), Contender("release", ["/does/not/exist"]))) == 1
    assert (tmp_path / "RESULTS.md").read_text("utf-8") == before
    assert "contender release" in capsys.readouterr().err


def test_an_unknown_scenario_names_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        program.main(["tea"])
    assert "parse_python" in capsys.readouterr().err


def test_every_scenario_declares_rows_with_gates_where_nothing_can_be_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def cannot(*_: object) -> release.Build:
        raise release.NoHistoryError("commit x is not in the history")

    monkeypatch.setattr("harness.scenario.release", cannot)
    monkeypatch.setattr("harness.scenario.present", cannot)
    for name in names():
        declared = load(name, Bench(True, tmp_path))
        assert declared.name == name
        assert any(row.gates for row in declared.rows)
        missing = [one for one in declared.contenders if isinstance(one, Missing)]
        assert any("history" in one.why or "no program" in one.why for one in missing)
