"""./dev tells in one line what to do when something is missing, and installs nothing needlessly."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTED = ROOT / "cpp" / "packaging" / "debian.txt"


def packages_of(*groups: str) -> list[str]:
    rows = [line.split() for line in LISTED.read_text("utf-8").splitlines()]
    return [row[1].split("|")[0] for row in rows if len(row) == 2 and row[0] in groups]


def build_packages() -> list[str]:
    return packages_of("build")


class Machine:
    """A copy of ./dev in a folder of its own, on a machine whose tools are scripted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = folder / "tools"
        self.tools.mkdir()
        (folder / "cpp" / "packaging").mkdir(parents=True)
        shutil.copy(LISTED, folder / "cpp" / "packaging")
        shutil.copy(ROOT / "dev", folder)
        shutil.copy(ROOT / "CMakePresets.json", folder)

    def tool(self, name: str, script: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)

    def has_installed(self, *packages: str) -> None:
        self.tool("dpkg-query", "\n".join(f"echo 'installed {name}'" for name in packages) or ":")

    def dev(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.tools}:{os.defpath}:/usr/bin:/bin", "HOME": ""}
        return subprocess.run(
            [self.folder / "dev", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.has_installed(*build_packages())
    made.tool("apt-get", f'echo "$@" >>{tmp_path}/apt.calls')
    made.tool("apt-cache", ":")
    made.tool("sudo", "exit 1")
    made.tool("id", "echo 1000")
    made.tool("cmake", "echo 'CMake Error: made up'; exit 1")
    return made


def test_help_names_every_verb(machine: Machine):
    told = machine.dev("help")
    assert told.returncode == 0
    verbs = "demo test check coverage fmt bench fuzz torture docs setup"
    for verb in verbs.split():
        assert f"\n  {verb}" in told.stdout


def test_no_verb_is_a_question_for_help(machine: Machine):
    assert machine.dev().stdout == machine.dev("help").stdout


def test_an_unknown_verb_is_refused(machine: Machine):
    told = machine.dev("tset")
    assert told.returncode == 2
    assert "no verb 'tset'" in told.stderr


def test_an_unknown_option_of_test_is_refused(machine: Machine):
    assert machine.dev("test", "--fast").returncode == 2


def test_without_rights_the_exact_command_is_printed(machine: Machine):
    present = [name for name in build_packages() if name not in {"ninja-build", "libssl-dev"}]
    machine.has_installed(*present)
    told = machine.dev("setup")
    assert told.returncode == 3
    command = told.stderr.splitlines()[-1].split()
    assert command[-2:] == ["ninja-build", "libssl-dev"]
    assert command[:3] == ["sudo", "apt-get", "update"]
    assert not (machine.folder / "apt.calls").exists()


def test_an_alternative_package_satisfies(machine: Machine):
    present = [name for name in build_packages() if not name.startswith("libboost")]
    machine.has_installed(*present, "libboost1.83-dev")
    told = machine.dev("setup")
    assert told.returncode != 3
    assert not (machine.folder / "apt.calls").exists()


def test_root_installs_only_what_is_missing(machine: Machine):
    machine.tool("id", "echo 0")
    machine.has_installed(*[name for name in build_packages() if name != "ninja-build"])
    machine.dev("setup")
    calls = (machine.folder / "apt.calls").read_text("utf-8").splitlines()
    assert [call.split()[-1] for call in calls] == ["update", "ninja-build"]
    assert "--no-install-recommends" in calls[1]


def test_apt_is_never_called_when_nothing_is_missing(machine: Machine):
    machine.tool("id", "echo 0")
    machine.dev("setup")
    assert not (machine.folder / "apt.calls").exists()


def test_servers_are_installed_for_tests_only(machine: Machine):
    machine.tool("id", "echo 0")
    machine.dev("setup")
    assert not (machine.folder / "apt.calls").exists()
    machine.dev("test", "--cpp-only")
    assert "postgresql" in (machine.folder / "apt.calls").read_text("utf-8")


def test_coverage_is_measured_with_the_servers_that_tests_need(machine: Machine):
    machine.tool("id", "echo 0")
    machine.tool("apt-get", f'echo "$@" >>{machine.folder}/apt.calls; exit 1')
    assert machine.dev("coverage").returncode == 3
    assert "postgresql" in (machine.folder / "apt.calls").read_text("utf-8")


def test_coverage_takes_no_option(machine: Machine):
    assert machine.dev("coverage", "--all").returncode == 2


def test_a_failing_step_shows_the_end_of_its_log_and_leaves_no_stamp(machine: Machine):
    told = machine.dev("setup")
    assert told.returncode == 1
    assert "CMake Error: made up" in told.stderr
    assert "build/configure-dev.log" in told.stderr
    assert not list(machine.folder.glob("build/dev/.lampjack*"))


def test_the_last_line_counts_every_runner(machine: Machine):
    machine.has_installed(*packages_of("build", "test"))
    told = machine.dev("test", "--cpp-only")
    assert told.returncode == 1
    assert "WERE NOT TESTED" in told.stdout
    assert told.stdout.splitlines()[-1] == "0 passed, 1 failed"


def test_a_tree_of_another_user_is_explained(machine: Machine):
    (machine.folder / "build").write_text("in the way", "utf-8")
    told = machine.dev("setup")
    assert told.returncode == 1
    assert "cannot write to" in told.stderr


def goals() -> list[list[str]]:
    lines = (ROOT / "tests" / "torture.txt").read_text("utf-8").splitlines()
    return [line.split(maxsplit=5) for line in lines if line and not line.startswith("#")]


def test_every_goal_of_torture_names_a_test_that_is_there():
    names = [goal for goal, *_ in goals()]
    assert sorted(set(names)) == sorted(names)
    sources = [path.read_text("utf-8") for path in (ROOT / "tests" / "cpp").rglob("*_test.cpp")]
    for goal, program, test, in_all, settings, what in goals():
        assert what, goal
        assert all("=" in setting for setting in settings.split(",")), goal
        assert in_all == "-" or all("=" in setting for setting in in_all.split(",")), goal
        if program == "pytest":
            file, _, name = test.partition("::")
            assert f"def {name}(" in (ROOT / file).read_text("utf-8"), goal
        elif program.startswith("bench_"):
            assert (ROOT / "benchmarks" / "scenarios" / program.removeprefix("bench_")).is_dir()
            assert in_all == "-", "the benchmarks are not built for the tests"
        else:
            assert any(test.rpartition(".")[2].strip("*") in source for source in sources), goal


def test_an_unknown_goal_of_torture_names_the_known_ones(machine: Machine):
    (machine.folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "torture.txt", machine.folder / "tests")
    told = machine.dev("torture", "tea")
    assert told.returncode == 2
    assert all(f" {goal} " in told.stderr for goal, *_ in goals())
