"""Stores as a whole: migrate, backup, export, and the commands for them."""

import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import lampjack as lj

BODY = (
    '{"event":"messages","botId":"b1","version":"LIVE","sessionId":"s-1","timestamp":"2026-01-05T10:00:01.000Z",'
    '"messages":[{"actor":"bot","timestamp":"2026-01-05T10:00:01.000Z","message":{"text":"hello"}}]}'
)


@pytest.fixture
def store(tmp_path: Path) -> str:
    """A store that has seen one message."""
    url = f"sqlite:{tmp_path / 'handover.db'}"
    with lj.Hub(
        {
            "store": url,
            "account": {"shop": {"platform": "chatlayer_offloading", "verify_token": "made-up"}},
        },
        background=False,
    ) as hub:
        answer = hub.receive("shop", query="challenge.verifyToken=made-up", body=BODY.encode())
        assert answer.status == 200
    return url


def test_a_store_that_is_right_is_migrated_by_doing_nothing(store: str):
    lj.migrate(store)
    lj.migrate("memory:")


def test_an_export_holds_each_conversation_before_its_items(store: str):
    lines = io.BytesIO()
    assert lj.export(store, lines) == 2
    first, second = (json.loads(line) for line in lines.getvalue().splitlines())
    assert first["conversation"] == second["conversation"] == "shop:live:s-1"
    assert (first["state"], second["seq"]) == ("bot", 1)
    assert "hello" in json.dumps(second)


def test_an_export_ends_when_its_reader_raises(store: str):
    class Full(io.BytesIO):
        def write(self, _line: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        lj.export(store, Full())


def test_an_export_that_fails_leaves_no_file_behind(tmp_path: Path):
    target = tmp_path / "all.jsonl"
    with pytest.raises(lj.ConfigError):
        lj.export("mysql://somewhere", target)
    assert not target.exists()


def test_an_export_to_a_file_is_readable_by_its_owner_only_and_overwrites_nothing(
    store: str, tmp_path: Path
):
    target = tmp_path / "all.jsonl"
    assert lj.export(store, target) == 2
    assert target.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        lj.export(store, target)


def test_a_backup_is_a_store_with_the_same_content(store: str, tmp_path: Path):
    copy = tmp_path / "copy.db"
    lj.backup(store, copy)
    before, after = io.BytesIO(), io.BytesIO()
    lj.export(store, before)
    lj.export(f"sqlite:{copy}", after)
    assert after.getvalue() == before.getvalue()


def test_what_only_reads_makes_no_store(tmp_path: Path):
    missing = tmp_path / "missing.db"
    for read in (
        lambda: lj.export(f"sqlite:{missing}", io.BytesIO()),
        lambda: lj.backup(f"sqlite:{missing}", tmp_path / "copy.db"),
    ):
        with pytest.raises(lj.ConfigError, match="there is no file at that path"):
            read()
    assert not list(tmp_path.iterdir())


def test_a_backup_of_another_programs_file_is_refused(tmp_path: Path):
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE theirs (id INTEGER)")
    connection.close()
    with pytest.raises(lj.ConfigError, match="belongs to another program"):
        lj.backup(f"sqlite:{other}", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("url", ["sqlite://handover.db", "sqlite:////tmp/handover.db"])
def test_a_path_written_as_an_address_is_refused(url: str):
    for call in (
        lj.migrate,
        lambda url: lj.export(url, io.BytesIO()),
        lambda url: lj.Hub({"store": url}),
    ):
        with pytest.raises(lj.ConfigError, match=r"sqlite:handover\.db"):
            call(url)


@pytest.mark.parametrize("call", [lj.migrate, lambda url: lj.export(url, io.BytesIO())])
def test_an_unknown_store_is_refused_with_the_known_ones(call):
    with pytest.raises(lj.ConfigError, match="sqlite:PATH"):
        call("mysql://somewhere")


def test_the_commands_do_the_same(store: str, tmp_path: Path):
    config = tmp_path / "lampjack.toml"
    account = '[account.shop]\nplatform = "certainly"\nwebhook_token = "env:NOT_SET_ANYWHERE"\n'
    config.write_text(f'store = "{store}"\n{account}')

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lampjack", *arguments, "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    migrated = run("migrate")
    assert (migrated.returncode, migrated.stdout) == (0, "")
    assert migrated.stderr == "the store's schema is this release's\n"
    copied = run("backup", str(tmp_path / "b.db"))
    assert (copied.returncode, copied.stderr) == (0, f"copied to {tmp_path / 'b.db'}\n")
    again = run("backup", str(tmp_path / "b.db"))
    assert again.returncode == 1
    assert len(again.stderr.splitlines()) == 1
    exported = run("export", "-")
    assert exported.returncode == 0
    assert len(exported.stdout.splitlines()) == 2
