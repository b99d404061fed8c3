"""The tree keeps its shape: who may include whom, how long files are, what must agree with what."""

import ast
import graphlib
import importlib.metadata
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "cpp" / "src"
INCLUDE = ROOT / "cpp" / "include" / "lampjack"
PACKAGE = ROOT / "python" / "lampjack"

LOWER = ("base", "json", "model", "dialects", "platforms", "conversation", "store", "transport")
# folder -> folders (or single headers) it may include besides itself
MAY_INCLUDE: dict[str, tuple[str, ...]] = {
    "base": (),
    "json": ("base",),
    "model": ("base", "json"),
    "dialects": ("base", "json", "model"),
    "platforms": ("base", "json", "model", "dialects"),
    "conversation": ("base", "model"),
    "store": ("base", "json", "model", "conversation"),
    "transport": ("base", "model/http_message.h"),
    "engine": LOWER,
    "capi": ("base", "model", "platforms", "engine"),
    "bindings": ("base", "model", "platforms", "engine"),
}
# The two shells may also name the interfaces their users can implement.
INTERFACES = ("store/store.h", "transport/http_client.h")
# what a third-party include starts with -> where it is allowed
THIRD_PARTY = {
    "simdjson": ("json/",),
    "boost/container": ("model/", "json/text.h"),
    "boost/json": ("json/",),
    "boost/system": ("base/result.h",),
    "curl/": ("transport/curl_",),
    "openssl/": ("base/",),
    "zlib": ("base/inflate.cpp",),
    "sqlite3": ("store/sqlite/",),
    "libpq": ("store/postgres/",),
    "pybind11/": ("bindings/",),
    "Python.h": ("bindings/",),
    "datetime.h": ("bindings/",),
}
LINE_LIMITS = {".h": 200, ".cpp": 400, ".py": 400, ".pyi": 400}


def core_files() -> list[Path]:
    found = [p for p in CORE.rglob("*") if p.suffix in {".h", ".cpp", ".def"}]
    found += [p for p in (ROOT / "bindings").glob("*") if p.suffix in {".h", ".cpp"}]
    return sorted(found)


def place_of(path: Path) -> str:
    """The path as includes spell it: relative to cpp/src, or bindings/<file>."""
    base = CORE if path.is_relative_to(CORE) else ROOT
    return path.relative_to(base).as_posix()


def includes_of(path: Path) -> list[tuple[str, str]]:
    return re.findall(
        r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', path.read_text("utf-8"), re.MULTILINE
    )


def complaint_about(place: str, target: str) -> str | None:
    """Why the file at `place` must not include the project file `target`; None when it may."""
    folder = place.split("/")[0]
    into = target.split("/")[0]
    allowed = MAY_INCLUDE[folder]
    if into == "capi" and folder != "capi":
        return "nothing includes the C shell"
    if folder in {"capi", "bindings"} and target in INTERFACES:
        return None
    if into == "platforms" and folder != "engine":
        return complaint_about_platform(place, target)
    if into == folder or into in allowed or target in allowed:
        return None
    return f"{folder} may include only {', '.join(allowed) or 'itself'}"


def complaint_about_platform(place: str, target: str) -> str | None:
    """Headers directly in platforms/ are shared; a platform's own folder is its own."""
    own, other = place.split("/")[1:-1], target.split("/")[1:-1]
    if not other or (place.startswith("platforms/") and own in ([], other)):
        return None if place.split("/")[0] in {"platforms", "capi", "bindings"} else "it lies above"
    return "a platform's folder is included by itself and by platforms/*.cpp only"


def tracked_files() -> list[Path]:
    if shutil.which("git") and (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        names = [name for name in listing.stdout.decode().split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    folders = ("cpp", "bindings", "python", "tests", "benchmarks")
    found = [p for name in folders for p in (ROOT / name).rglob("*") if p.is_file()]
    return [p for p in found if "__pycache__" not in p.parts]


def version_of_header() -> str:
    text = (INCLUDE / "version.h").read_text("utf-8")
    numbers = [
        re.search(rf"#define LJK_VERSION_{part} (\d+)", text)
        for part in ("MAJOR", "MINOR", "PATCH")
    ]
    return ".".join(match[1] for match in numbers if match)


def errors_of_core() -> list[tuple[str, int, str]]:
    text = (CORE / "base" / "errors.def").read_text("utf-8")
    rows = re.findall(r"^LJK_ERROR\((\w+), (\d+), (?:true|false), (\w+),", text, re.MULTILINE)
    return [(name, int(number), exception) for name, number, exception in rows]


def test_folders_include_only_what_lies_below_them():
    complaints = []
    for path in core_files():
        place = place_of(path)
        for bracket, target in includes_of(path):
            own_neighbour = place.startswith("bindings/") and (path.parent / target).exists()
            if bracket == "<" or own_neighbour or target.startswith("lampjack/"):
                continue
            if target.split("/")[0] not in MAY_INCLUDE:
                complaints.append(f"{place}: {target} is not written relative to cpp/src")
            elif reason := complaint_about(place, target):
                complaints.append(f"{place}: includes {target}, but {reason}")
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("base/text.h", "json/cursor.h"),
        ("json/cursor.h", "model/event.h"),
        ("platforms/certainly/adapter.cpp", "platforms/omnichannel/wire.h"),
        ("transport/curl_client.cpp", "model/event.h"),
        ("conversation/machine.h", "store/store.h"),
        ("engine/hub.cpp", "capi/guard.h"),
        ("capi/hub.cpp", "json/cursor.h"),
        ("bindings/hub.cpp", "platforms/certainly/wire.h"),
        ("model/event.h", "platforms/adapter.h"),
    ],
)
def test_the_include_check_sees_a_wrong_direction(place: str, target: str):
    assert complaint_about(place, target)


@pytest.mark.parametrize(
    ("place", "target"),
    [
        ("platforms/certainly/adapter.cpp", "platforms/adapter.h"),
        ("platforms/certainly/adapter.cpp", "platforms/certainly/wire.h"),
        ("platforms/registry.cpp", "platforms/certainly/adapter.h"),
        ("transport/sender.h", "model/http_message.h"),
        ("capi/hub.cpp", "store/store.h"),
        ("engine/hub.cpp", "transport/sender.h"),
    ],
)
def test_the_include_check_lets_a_right_direction_pass(place: str, target: str):
    assert complaint_about(place, target) is None


def test_third_party_headers_stay_where_they_belong():
    complaints = []
    for path in core_files():
        place = place_of(path)
        for _, target in includes_of(path):
            for prefix, homes in THIRD_PARTY.items():
                wrong = not place.startswith(homes) or (prefix == "curl/" and place.endswith(".h"))
                if target.startswith(prefix) and wrong:
                    complaints.append(f"{place}: {target} belongs in {', '.join(homes)}")
    assert not complaints, "\n".join(complaints)


# What a vendor calls its things, in code: comments may name an example.
VENDOR_WORDS = re.compile(
    r'chatlayer|certainly|omnichannel|sinch|jivo|target_?url|pausebot|offloadsuccess|chat_id"|"lampjack"',
    re.IGNORECASE,
)


def vendor_words_in(code: str) -> list[str]:
    return VENDOR_WORDS.findall(re.sub(r"//[^\n]*|/\*.*?\*/", "", code, flags=re.DOTALL))


def test_no_vendor_has_a_word_in_the_engine():
    found = {
        place_of(path): words
        for path in core_files()
        if place_of(path).split("/")[0] in {"engine", "conversation", "store", "transport"}
        and place_of(path) not in {"store/postgres/target.cpp", "transport/curl_options.h"}
        and (words := vendor_words_in(path.read_text("utf-8")))
    }
    assert not found, "a platform's words belong into its folder (see platforms/adapter.h)"


@pytest.mark.parametrize("line", ['meta("target_url:")', 'find("lampjack")', "if (is_chatlayer)"])
def test_the_check_of_vendor_words_sees_one(line: str):
    assert vendor_words_in(line)
    assert not vendor_words_in("// " + line)


def test_headers_are_guarded():
    bare = [
        place_of(p)
        for p in core_files()
        if p.suffix == ".h" and "#pragma once" not in p.read_text("utf-8")
    ]
    assert not bare, f"no #pragma once: {bare}"


def test_files_keep_their_size_or_say_why_not():
    too_long = []
    for path in [*core_files(), *PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyi")]:
        lines = path.read_text("utf-8").splitlines()
        limit = LINE_LIMITS.get(path.suffix)
        excused = any(re.match(r"\s*(//|#) size: \S", line) for line in lines[:10])
        if limit and len(lines) > limit and not excused:
            too_long.append(f"{path.relative_to(ROOT)}: {len(lines)} lines, the limit is {limit}")
    assert not too_long, "\n".join(too_long)


def test_nothing_names_the_machine_it_was_written_on():
    # Written in pieces so that this file does not find itself.
    forbidden = ["/" + "work/", "../" + "shared", "." + "library/", "/" + "root/", "pypi" + ".org"]
    complaints = []
    for path in tracked_files():
        data = path.read_bytes()
        complaints += [
            f"{path.relative_to(ROOT)}: {word}" for word in forbidden if word.encode() in data
        ]
    assert not complaints, "\n".join(complaints)


def test_every_platform_has_its_folder_and_its_data():
    listing = CORE / "platforms" / "platforms.def"
    if not listing.exists():
        pytest.skip("no platform exists yet")
    names = re.findall(r"^LJK_PLATFORM\((\w+)", listing.read_text("utf-8"), re.MULTILINE)
    assert names
    folders = {p.name for p in (CORE / "platforms").iterdir() if p.is_dir()}
    assert sorted(folders) == sorted(names)
    for name in names:
        assert (ROOT / "tests" / "data" / name).is_dir(), f"tests/data/{name} is missing"


def test_error_codes_are_append_only_and_unique():
    rows = errors_of_core()
    assert len(rows) >= 14
    numbers = [number for _, number, _ in rows]
    assert numbers == sorted(set(numbers))
    assert len({name for name, _, _ in rows}) == len(rows)


def test_every_error_is_in_the_c_header():
    header = INCLUDE / "lampjack.h"
    if not header.exists():
        pytest.skip("the C header does not exist yet")
    found = dict(re.findall(r"\bLJK_E_(\w+) = (\d+)", header.read_text("utf-8")))
    expected = {name.upper(): str(number) for name, number, _ in errors_of_core()}
    assert found == expected


def test_every_function_of_c_that_takes_a_text_is_given_a_bad_one():
    header = (ROOT / "cpp/include/lampjack/lampjack.h").read_text("utf-8")
    declared = re.findall(r"LJK_API [a-z_]+ \**(ljk_\w+)\(([^)]*)\)", header)
    taking = {name for name, arguments in declared if "ljk_str " in arguments}
    assert len(taking) > 40
    program = (ROOT / "tests/capi/given.c").read_text("utf-8")
    missing = {name for name in taking if not re.search(rf"\b{name}\b", program)}
    assert not missing


def test_every_error_has_its_python_exception():
    errors = PACKAGE / "_errors.py"
    if not errors.exists():
        pytest.skip("the Python package has no exceptions yet")
    classes = set(re.findall(r"^class (\w+)\(", errors.read_text("utf-8"), re.MULTILINE))
    missing = {exception for _, _, exception in errors_of_core()} - classes
    assert not missing


def test_the_package_has_the_version_of_the_header():
    if not (PACKAGE / "__init__.py").exists():
        pytest.skip("the Python package does not exist yet")
    assert importlib.metadata.version("lampjack") == version_of_header()


def test_the_changelog_has_a_place_for_what_comes_next():
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_top_level_has_no_folder_of_its_own_invention():
    known = {"benchmarks", "bindings", "cpp", "python", "tests", ".ci"}
    found = {p.relative_to(ROOT).parts[0] for p in tracked_files() if p.parent != ROOT}
    assert found <= known


def imports_of(source: str, package: str) -> set[str]:
    """The modules of the package that a module imports at any place, those for type checkers included."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == package:
            found |= {f"{package}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name.removeprefix(f"{package}.") for name in found if name.startswith(f"{package}.")}


def cycle_in(sources: dict[str, str]) -> list[str]:
    """The modules of an import cycle, the first one named twice; [] when there is none."""
    graph = {name: imports_of(text, "lampjack") & sources.keys() for name, text in sources.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_the_modules_of_the_package_import_each_other_in_no_circle():
    sources = {path.stem: path.read_text("utf-8") for path in PACKAGE.glob("*.py")}
    del sources["__init__"]
    assert "_runtime" in sources
    assert not cycle_in(sources)


def test_an_import_circle_is_found_where_only_type_checkers_see_it():
    typed = "if TYPE_CHECKING:\n    from lampjack._hub import Hub\n"
    sources = {"_hub": "from lampjack import _core, _conversation\n", "_conversation": typed}
    assert set(cycle_in(sources)) == {"_hub", "_conversation"}
