"""What ./dev installs from the index: exact versions with the hashes of their files, and nothing beside them."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LISTS = sorted(
    [*(ROOT / "python").rglob("requirements*.txt"), ROOT / "benchmarks/requirements.txt"]
)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})(?![0-9a-f])")


def entries_of(text: str) -> list[str]:
    """The requirements of a list, their continued lines joined; comments are left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip()]


def complaint_about(entry: str) -> str | None:
    """Why the entry could install something that nobody chose; None when it cannot."""
    wanted = entry.split(" --hash")[0].strip()
    if not re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;,*]+( ?;.*)?", wanted):
        return f"{wanted}: not one exact version"
    if not HASH.search(entry) or entry.count("--hash") != len(HASH.findall(entry)):
        return f"{wanted}: a hash is missing or is no SHA-256"
    return None


def pins_of(path: Path) -> set[tuple[str, str]]:
    """Name and version of each entry, those of included lists too."""
    found = set()
    for entry in entries_of(path.read_text("utf-8")):
        if entry.startswith("-r "):
            found |= pins_of(path.parent / entry.removeprefix("-r "))
            continue
        name, version = re.split(r"[;\s]", entry)[0].split("==")
        found.add((canonicalize_name(name), version))
    return found


@pytest.mark.parametrize("path", LISTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_requirement_is_one_version_with_hashes(path: Path):
    entries = entries_of(path.read_text("utf-8"))
    assert entries
    assert not [told for entry in entries if (told := complaint_about(entry))]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_hashed_list_has_the_versions_that_people_wrote(path: Path):
    assert pins_of(path) == pins_of(path.with_suffix(".in"))


@pytest.mark.parametrize(
    "entry",
    [
        "pip",
        "pip>=26 --hash=sha256:" + "0" * 64,
        "pip==26.* --hash=sha256:" + "0" * 64,
        "pip==26.3",
        "pip==26.3 --hash=sha256:" + "0" * 63,
        "pip==26.3 --hash=md5:" + "0" * 32,
        "pip==26.3 --hash=sha256:" + "0" * 64 + " --hash=sha256:1",
        "--index-url=somewhere",
    ],
)
def test_the_check_of_requirements_sees_a_loose_one(entry: str):
    assert complaint_about(entry)


def test_no_list_disagrees_with_another_on_a_version():
    versions: dict[str, set[str]] = {}
    for path in LISTS:
        if path.name != "requirements-fuzz.txt":  # one version for each interpreter
            for name, version in pins_of(path):
                versions.setdefault(name, set()).add(version)
    assert not {name: found for name, found in versions.items() if len(found) > 1}


def test_dev_installs_no_list_without_hashes():
    script = (ROOT / "dev").read_text("utf-8").replace("\\\n", " ")
    installs = [line for line in script.splitlines() if " -m pip install" in line]
    assert len(installs) >= 4
    for line in installs:
        assert "--require-hashes -r " in line or "--no-deps --no-build-isolation" in line, line


def test_what_builds_and_tests_the_package_is_pinned_within_its_ranges():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pins = dict(pins_of(ROOT / "python" / "requirements-dev.txt"))
    build = dict(pins_of(ROOT / "python" / "requirements-build.txt"))
    groups = [project["dependency-groups"]["test"], project["dependency-groups"]["dev"]]
    asked = [text for group in groups for text in group if isinstance(text, str)]
    for text in project["build-system"]["requires"]:
        wanted = Requirement(text)
        assert build[canonicalize_name(wanted.name)] in wanted.specifier, text
    for text in asked:
        wanted = Requirement(text)
        assert pins[canonicalize_name(wanted.name)] in wanted.specifier, text


def test_what_a_pinned_package_asks_for_is_pinned_too():
    pins = dict(pins_of(ROOT / "python" / "requirements-dev.txt"))
    seen = 0
    for name in pins:
        for text in importlib.metadata.requires(name) or []:
            wanted = Requirement(text)
            if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
                continue
            seen += 1
            assert pins[canonicalize_name(wanted.name)] in wanted.specifier, f"{name}: {text}"
    assert seen > 10
