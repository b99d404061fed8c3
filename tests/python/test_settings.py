"""The table of settings: complete, printed, and the same as what code and documentation name."""

import dataclasses
import json
import re
import tomllib
from pathlib import Path

import pytest

import lampjack as lj
from lampjack import _cli

ROOT = Path(__file__).resolve().parents[2]
PLATFORMS = {"certainly", "chatlayer_app", "chatlayer_offloading", "omnichannel"}


def names(*scopes: str) -> set[str]:
    return {row.name for row in lj.settings() if not scopes or row.scope in scopes}


def test_all_scopes_are_listed():
    assert {row.scope for row in lj.settings()} == {"hub", "account"} | PLATFORMS
    assert {row.scope for row in lj.settings("certainly")} == {"hub", "account", "certainly"}
    with pytest.raises(lj.ConfigError, match="certianly"):
        lj.settings("certianly")


def test_a_setting_has_kind_default_range_and_meaning():
    rows = {(row.scope, row.name): row for row in lj.settings()}
    total = rows["hub", "total_ms"]
    assert (total.kind, total.default, total.minimum, total.maximum, total.unit) == (
        "integer",
        15000,
        1,
        86_400_000,
        "ms",
    )
    assert total.range == "1 to 86400000 ms"
    assert rows["hub", "compressed_bodies"].default is False
    assert rows["hub", "store"].required
    assert rows["hub", "store"].confidential
    assert rows["account", "record"].choices == ("all", "handover", "none")
    assert rows["certainly", "webhook_token"].confidential
    assert rows["certainly", "api_base"].default == "https://app.certainly.io"
    assert all(row.meaning for row in rows.values())
    with pytest.raises(dataclasses.FrozenInstanceError):
        total.default = 1


def test_the_keys_of_timeouts_and_waits_are_there():
    defaults = {row.name: row.default for row in lj.settings()}
    assert defaults["handler_timeout_ms"] == 300_000
    assert defaults["item_hold_ms"] == 300_000
    assert defaults["credentials_wait_ms"] == 86_400_000
    assert defaults["replay"] == "wait"


def test_settings_prints_the_table(capsys: pytest.CaptureFixture[str]):
    assert _cli.main(["settings"]) == 0
    out = capsys.readouterr().out
    for row in lj.settings():
        assert re.search(rf"^  {row.name} +{row.kind}", out, re.MULTILINE), row.name
    assert "default 15000 (1 to 86400000 ms)" in out
    assert _cli.main(["settings", "certainly"]) == 0
    out = capsys.readouterr().out
    assert "deployment_id" in out
    assert "verify_token" not in out


def test_settings_prints_json(capsys: pytest.CaptureFixture[str]):
    assert _cli.main(["settings", "omnichannel", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    expected = [dataclasses.asdict(row) for row in lj.settings("omnichannel")]
    assert rows == json.loads(json.dumps(expected))
    assert _cli.main(["settings", "nobody"]) == 1
    assert "certainly" in capsys.readouterr().err


# ---- The code and the table


def source() -> str:
    texts = [path.read_text("utf-8") for path in (ROOT / "cpp" / "src").rglob("*.cpp")]
    texts += [path.read_text("utf-8") for path in (ROOT / "cpp" / "src").rglob("*.h")]
    return "\n".join(texts)


def constants(text: str) -> dict[str, str]:
    """Return the texts that a constant stands for, by its name."""
    found = re.findall(r"std::string_view (k\w+)\s*=\s*\"([^\"]+)\"", text)
    return dict(found)


def read_by_the_code(text: str) -> set[str]:
    """Return the names under which the code reads an account's settings."""
    known = constants(text)
    calls = r"\b\w*[aA]ccount_?(?:\(\))?(?:\.|->)(?:text|flag|integer|has|secrets)\(\s*"
    read = set(re.findall(calls + r"\"(\w+)\"", text))
    read |= {known[name] for name in re.findall(calls + r"(k[A-Z]\w+)", text) if name in known}
    # Through a function that takes the setting's name: first_secret(account, kToken).
    read |= set(re.findall(r"first_secret\(account, \"(\w+)\"\)", text))
    passed = re.findall(r"first_secret\(account, (k[A-Z]\w+)\)", text)
    read |= {known[name] for name in passed if name in known}
    return read


def test_every_setting_that_the_code_reads_is_in_the_table():
    read = read_by_the_code(source())
    assert {"verify_token", "t_answer", "webhook_token", "api_auth", "replay"} <= read
    assert read <= names("account", *PLATFORMS)


# Their readers come with the changes that need them.
UNREAD: set[str] = set()


def test_every_account_setting_in_the_table_is_read_by_the_code():
    assert names("account", *PLATFORMS) - read_by_the_code(source()) - UNREAD == {"platform"}


# ---- The documentation and the table


def readme() -> str:
    return (ROOT / "README.md").read_text("utf-8")


def test_the_readme_configures_only_known_keys():
    found = re.findall(r"```toml\n(.*?)```", readme(), re.DOTALL)
    blocks = [tomllib.loads(block) for block in found]
    assert blocks
    for block in blocks:
        assert set(block) <= names("hub")
        for account in block.get("account", {}).values():
            rows = lj.settings(account["platform"])
            assert set(account) <= {row.name for row in rows if row.scope != "hub"}


def test_the_readme_names_only_known_keys():
    text = readme()
    assigned = set(re.findall(r"`(\w+) = [^`]*`", text))
    tables = "\n".join(line for line in text.splitlines() if line.startswith("| "))
    in_tables = {word for word in re.findall(r"`(\w+_\w+)`", tables) if not word.startswith("LJK")}
    assert {"record", "on_unknown"} <= assigned
    assert {"t_answer", "max_body", "account_queue"} <= in_tables
    flags = {"malformed_item", "new_message", "too_many_items"}
    programs = {"pg_dump"}
    assert assigned - names() == set()
    assert in_tables - names() - flags - programs == set()
