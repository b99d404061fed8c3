"""The names of the C ABI are kept: one that was released is not taken away, and every one is listed."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "cpp" / "include" / "lampjack"
BASELINE = Path(__file__).with_name("lampjack.sym")


def declared() -> list[str]:
    """The functions of the public headers; that the library exports just these is a test of CMake's."""
    names = []
    for header in sorted(INCLUDE.glob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text("utf-8"), flags=re.DOTALL)
        names += re.findall(r"^LJK_API [^;(]*?\b(ljk_\w+)\s*\(", text, re.MULTILINE)
    return sorted(names)


def listed() -> list[str]:
    return BASELINE.read_text("utf-8").split()


def test_nothing_listed_is_taken_away():
    gone = set(listed()) - set(declared())
    assert not gone, f"removed: {sorted(gone)}; that needs a new SONAME and a new LJK_ABI_VERSION"


def test_everything_declared_is_listed_in_order():
    assert listed() == declared(), "add the new names to tests/abi/lampjack.sym, sorted"


def test_every_handle_has_its_end():
    """A type that comes out through a pointer to a pointer has a _free function."""
    text = (INCLUDE / "lampjack.h").read_text("utf-8")
    given = set(re.findall(r"\b(ljk_\w+)\*\* ?\w+", text))
    assert {"ljk_hub", "ljk_text", "ljk_item"} <= given
    assert {f"{handle}_free" for handle in given} <= set(declared())


def test_the_soname_is_the_one_of_the_version_node():
    node = (ROOT / "cpp" / "src" / "capi" / "exports.map").read_text("utf-8")
    cmake = (ROOT / "cpp" / "cmake" / "shared_library.cmake").read_text("utf-8")
    soname = re.search(r"SOVERSION (\d+)", cmake)
    assert soname
    assert re.search(rf"^LJK_{soname[1]} \{{", node, re.MULTILINE)
