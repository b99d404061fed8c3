"""The list of components in the wheel (PEP 770) says what the extension module is made of."""

import ctypes
import json
import re
import shutil
import subprocess
from importlib.metadata import PackagePath, distribution
from typing import Any

import pytest

import lampjack as lj
from lampjack import _core

# component -> the shared library, and its function that tells the version at run time
LIBRARIES = {
    "simdjson": ("libsimdjson.so", ""),
    "libcurl": ("libcurl.so", "curl_version"),
    "openssl": ("libcrypto.so", ""),
    "sqlite": ("libsqlite3.so", "sqlite3_libversion"),
    "zlib": ("libz.so", "zlibVersion"),
}
OF_THE_SYSTEM = ("libstdc++", "libgcc_s", "libc.so", "libm.so", "ld-linux", "libpthread", "libdl")


def listed() -> dict[str, Any]:
    files: list[PackagePath] = distribution("lampjack").files or []
    found = [path for path in files if ".dist-info/sboms/" in str(path)]
    assert [path.name for path in found] == ["lampjack.cdx.json"]
    return json.loads(found[0].read_text("utf-8"))


def components() -> dict[str, dict[str, Any]]:
    return {part["name"]: part for part in listed()["components"]}


def linkage(part: dict[str, Any]) -> str:
    return {row["name"]: row["value"] for row in part["properties"]}["lampjack:linkage"]


def needed() -> list[str]:
    """The shared libraries that the extension module asks the loader for."""
    if not shutil.which("readelf"):
        pytest.skip("readelf is not installed")
    told = subprocess.run(
        ["readelf", "-d", _core.__file__], check=True, capture_output=True, text=True
    ).stdout
    names = re.findall(r"\(NEEDED\).*\[([^\]]+)\]", told)
    return [name for name in names if not name.startswith(OF_THE_SYSTEM)]


def test_the_wheel_lists_what_it_contains():
    table = listed()
    assert table["bomFormat"] == "CycloneDX"
    assert table["specVersion"] == "1.6"
    assert table["metadata"]["component"]["version"] == lj.__version__
    assert sorted(components()) == [
        "boost",
        "libcurl",
        "libpq",
        "openssl",
        "pybind11",
        "simdjson",
        "sqlite",
        "zlib",
    ]
    (of_lampjack,) = table["dependencies"]
    assert sorted(of_lampjack["dependsOn"]) == sorted(components())


def test_each_component_has_a_version_a_licence_and_a_name_for_advisories():
    for name, part in components().items():
        assert re.match(r"\d+\.\d", part["version"]), name
        assert part["licenses"][0]["license"]["id"], name
        assert part["purl"] == f"pkg:generic/{name}@{part['version']}"
        assert f":{part['version']}:" in part.get("cpe", f":{part['version']}:"), name


def test_what_is_linked_is_listed_and_what_is_listed_is_linked():
    dynamic = {name for name, part in components().items() if linkage(part) == "dynamic"}
    asked = needed()
    assert asked
    for library in asked:
        owner = [name for name, (file, _) in LIBRARIES.items() if library.startswith(file)]
        assert owner, f"{library} is linked and not listed"
        assert owner[0] in dynamic, f"{library} is linked and not listed as dynamic"
    for name in dynamic:
        assert any(library.startswith(LIBRARIES[name][0]) for library in asked), name


@pytest.mark.parametrize("name", [name for name, (_, tells) in LIBRARIES.items() if tells])
def test_the_listed_version_is_the_one_that_is_loaded(name: str):
    """To the second number: a system may get a later patch release after the build."""
    file, tells = LIBRARIES[name]
    library = next((asked for asked in needed() if asked.startswith(file)), None)
    if library is None:
        pytest.skip(f"{name} is inside the module")
    function = getattr(ctypes.CDLL(library), tells)
    function.restype = ctypes.c_char_p
    version = re.search(r"\d+\.\d+", function().decode())
    assert version
    assert components()[name]["version"].split(".")[:2] == version[0].split(".")
