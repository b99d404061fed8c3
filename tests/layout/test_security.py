"""SECURITY.md: each promise, each line of the threat model and each limit names tests that exist."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
SHOWN = re.compile(r"`([\w./-]+\.(?:cpp|c|py|js))::([^`]+)`")
MODEL = ("What Lampjack promises", "Threat model", "What it cannot promise")


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def statements(section: str) -> list[str]:
    """Each bullet with its further lines, and each row of a table without its head."""
    found: list[str] = []
    for line, below in pairwise([*section.splitlines(), ""]):
        is_head = below.startswith("|--") or line.startswith("|--")
        if line.startswith("- ") or (line.startswith("|") and not is_head):
            found.append(line)
        elif line.startswith("  ") and found:
            found[-1] += " " + line.strip()
    return found


def pattern_of(suffix: str, name: str) -> str:
    """What stands in a file that has the test."""
    if suffix == ".cpp":
        suite, _, test = name.partition(".")
        return rf"^TEST(?:_[FP])?\(\s*{re.escape(suite)},\s*{re.escape(test)}\s*\)"
    if suffix == ".c":
        return rf"^(?:static )?(?:void|int) {re.escape(name)}\("
    if suffix == ".py":
        return rf"^ *(?:async )?def {re.escape(name)}\("
    return rf"\btest\('{re.escape(name)}'"


def exists(file: str, name: str) -> bool:
    path = TESTS / file
    if not path.is_file() or (path.suffix == ".py" and not name.startswith("test_")):
        return False
    return bool(re.search(pattern_of(path.suffix, name), path.read_text("utf-8"), re.MULTILINE))


def faults(text: str) -> list[str]:
    found = [
        f"there is no test {file}::{name}"
        for file, name in SHOWN.findall(text)
        if not exists(file, name)
    ]
    known = sections(text)
    found += [f"there is no section {title}" for title in MODEL if title not in known]
    for title in MODEL:
        found += [
            f"no test shows: {one[:60]}"
            for one in statements(known.get(title, ""))
            if not SHOWN.search(one)
        ]
    return found


def test_each_statement_names_tests_that_exist():
    assert faults(TEXT) == []


def test_there_is_a_way_to_report_and_a_table_of_versions():
    known = sections(TEXT)
    assert "Report a vulnerability" in known
    assert len(statements(known["Supported versions"])) == 2
    assert len(statements(known["Threat model"])) > 20


def test_each_secret_of_a_platform_is_in_the_threat_model():
    sources = sorted((ROOT / "cpp/src/platforms").glob("*/*.[ch]*"))
    read = "\n".join(path.read_text("utf-8") for path in sources)
    named = dict(re.findall(r"constexpr std::string_view (k\w+) = \"(\w+)\";", read))
    found = re.findall(
        r"Setting\{\s*\.name = (?:\"(\w+)\"|(k\w+)),\s*\.kind = (?:\w+::)*secret", read
    )
    secrets = {name or named[constant] for name, constant in found}
    assert {"verify_token", "webhook_token", "relay_token", "api_password"} <= secrets
    model = sections(TEXT)["Threat model"]
    assert [name for name in sorted(secrets) if f"`{name}`" not in model] == []


@pytest.mark.parametrize(
    "shown",
    [
        "cpp/engine/tenants_test.cpp::Tenants.no_such_test",
        "cpp/engine/tenants_test.cpp::Tenants.what_another_account_has",  # the beginning of one
        "cpp/engine/tenants_test.cpp::Head.what_another_account_has_is_not_there",
        "cpp/engine/no_such_test.cpp::Tenants.what_another_account_has_is_not_there",
        "capi/head.c::an_account_has",
        "python/test_tenants.py::test_two_hubs",
        "python/test_tenants.py::opened",  # a function, and no test
        "js/chatlayer_app.test.js::no such test",
    ],
)
def test_a_wrong_name_is_found(shown: str):
    section = f"## Threat model\n\n- A line (`{shown}`).\n"
    assert f"there is no test {shown}" in faults(section)


@pytest.mark.parametrize(
    "shown",
    [
        "cpp/engine/tenants_test.cpp::Tenants.what_another_account_has_is_not_there",
        "capi/head.c::an_account_has_a_share",
        "capi/tenants.c::main",
        "python/test_shares.py::test_a_share_is_counted_exactly",
        "js/chatlayer_app.test.js::no function sends the credentials in its body",
    ],
)
def test_a_right_name_is_found_in_its_file(shown: str):
    assert exists(*shown.split("::"))


def test_a_line_without_a_test_is_found():
    section = (
        "## Threat model\n\nA paragraph.\n\n- a bullet\n  with a second line\n\n"
        "| who | what |\n|---|---|\n| a tenant | a row |\n| another | `capi/tenants.c::main` |\n"
    )
    assert [one for one in faults(section) if one.startswith("no test")] == [
        "no test shows: - a bullet with a second line",
        "no test shows: | a tenant | a row |",
    ]
