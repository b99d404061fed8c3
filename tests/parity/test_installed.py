"""What `cmake --install` puts down is enough for a C user: by pkg-config and by find_package, wherever it is moved."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests" / "capi" / "sample.c"
SAID = '200 {"offloadSuccess":true,"pauseBot":false}\nan item: yes\nowner: dana\n'
CMAKE_LISTS = """\
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(lampjack 0.1 REQUIRED CONFIG)
add_executable(sample sample.c)
target_link_libraries(sample PRIVATE lampjack::lampjack)
"""


def run(*words: str | Path, **environment: str) -> str:
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=50,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed tree, moved after it was installed."""
    if not list(build.glob("**/liblampjack.so")):
        pytest.skip("the shared library is not built; ./dev setup builds it, LJK_BUILD says where")
    for tool in ("cmake", "cc", "pkg-config"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    first = tmp_path_factory.mktemp("first") / "prefix"
    for component in ("Runtime", "Development"):
        run("cmake", "--install", build, "--prefix", first, "--component", component)
    moved = tmp_path_factory.mktemp("moved") / "elsewhere"
    first.rename(moved)
    return moved


def library_folder(prefix: Path) -> Path:
    return next(prefix.rglob("liblampjack.so")).parent


def test_the_tree_holds_what_a_user_needs_and_no_path_of_the_build(prefix: Path):
    names = {path.name for path in prefix.rglob("*") if path.is_file() or path.is_symlink()}
    assert {"lampjack.h", "extend.h", "version.h", "lampjack.pc", "lampjackConfig.cmake"} <= names
    assert {"liblampjack.so", "liblampjack.so.0"} <= names
    for path in prefix.rglob("*"):
        if path.suffix in {".pc", ".cmake", ".h"}:
            assert str(ROOT) not in path.read_text("utf-8"), path


def test_pkg_config_tells_how_to_compile(prefix: Path, tmp_path: Path):
    where = str(next(prefix.rglob("lampjack.pc")).parent)
    flags = run("pkg-config", "--cflags", "--libs", "lampjack", PKG_CONFIG_PATH=where).split()
    assert not [flag for flag in flags if re.search("curl|simdjson|crypto", flag)]
    run("cc", "-std=c99", "-Wall", "-Werror", SAMPLE, "-o", tmp_path / "sample", *flags)
    assert run(tmp_path / "sample", LD_LIBRARY_PATH=str(library_folder(prefix))) == SAID


def test_find_package_finds_it(prefix: Path, tmp_path: Path):
    (tmp_path / "CMakeLists.txt").write_text(CMAKE_LISTS, "utf-8")
    shutil.copy(SAMPLE, tmp_path / "sample.c")
    made = tmp_path / "made"
    run("cmake", "-S", tmp_path, "-B", made, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", made)
    assert run(made / "sample") == SAID


def test_the_program_asks_for_the_versioned_library(prefix: Path):
    listing = run("readelf", "-d", next(prefix.rglob("liblampjack.so")))
    assert "liblampjack.so.0" in listing
