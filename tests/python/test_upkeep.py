"""Stores as a whole: migrate, backup, export, and the commands for them."""

import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, sample

if TYPE_CHECKING:
    from support.postgres_server import PostgresServer

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
        lambda: lj.migrate(f"sqlite:{missing}"),
    ):
        with pytest.raises(lj.ConfigError, match=r"there is no (file|store) at that path"):
            read()
    assert not list(tmp_path.iterdir())


def test_a_migration_makes_a_store_when_it_is_asked_to(tmp_path: Path):
    config = tmp_path / "lampjack.toml"
    config.write_text('store = "sqlite:made.db"\n')
    command = [sys.executable, "-m", "lampjack", "migrate", "--config", str(config)]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    refused = run()
    assert refused.returncode == 1
    assert "migrate --create" in refused.stderr
    assert not (tmp_path / "made.db").exists()
    assert run("--create").returncode == 0
    assert run().returncode == 0
    assert lj.export(f"sqlite:{tmp_path / 'made.db'}", io.BytesIO()) == 0


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


def test_who_only_reads_makes_no_tables_in_a_database(postgres: "PostgresServer"):
    database = postgres.make_database()
    url = postgres.url(database)
    with pytest.raises(lj.ConfigError, match="no tables of Lampjack"):
        lj.export(url, io.BytesIO())
    tables = "SELECT count(*) FROM pg_class WHERE relname LIKE 'lampjack%'"
    assert postgres.run(tables, database) == "0"
    lj.migrate(url, create=True)
    assert lj.export(url, io.BytesIO()) == 0, "the control"


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
    refused = run("restore", str(tmp_path / "b.db"))
    assert refused.returncode == 1
    assert "there is a file at the store's path" in refused.stderr
    for file in tmp_path.glob("handover.db*"):
        file.unlink()
    restored = run("restore", str(tmp_path / "b.db"))
    assert (restored.returncode, restored.stderr) == (0, f"restored from {tmp_path / 'b.db'}\n")
    assert run("export", "-").stdout == exported.stdout


def hub_on(store: str, fake: FakePlatform) -> lj.Hub:
    return lj.Hub(
        {"store": store, "account": {"shop": fake.settings()}, "allow_networks": fake.networks}
    )


def test_a_restored_store_goes_on_where_the_backup_was_made(tmp_path: Path):
    file, copy = tmp_path / "handover.db", tmp_path / "copy.db"
    url = f"sqlite:{file}"
    with FakePlatform("certainly") as fake:
        with hub_on(url, fake) as hub:
            request = sample("certainly", "handover_requested", user="visitor-9")
            assert hub.receive("shop", **request.arguments()).status == 200
            [ref] = [one.ref for one in hub.conversations()]
            hub[ref].take("dana").result(5)
            hub[ref].reply("before", agent="dana").result(5).sent(10).result(11)
            lj.backup(url, copy)
            hub[ref].reply("after the backup", agent="dana").result(5).sent(10).result(11)
            with pytest.raises(lj.ConfigError, match="may be in use"):
                lj.restore(copy, url)
            assert hub[ref].state().result(5).owner.agent == "dana", "the hub in use goes on"
        for one in tmp_path.glob("handover.db*"):
            one.unlink()
        lj.restore(copy, url)
        with hub_on(url, fake) as hub:
            said = [
                lj.as_text(item.event.content)
                for item in hub[ref].transcript().result(5)
                if isinstance(item.event, lj.Message)
            ]
            assert said[-1] == "before"
            assert hub[ref].state().result(5).owner.agent == "dana"
            hub[ref].reply("and on", agent="dana").result(5).sent(10).result(11)
            hub[ref].release(agent="dana").result(5)
        texts = [json.loads(one.body)["message"] for one in fake.received if one.method == "POST"]
        assert texts == ["before", "after the backup", "and on"]


def test_a_restore_overwrites_nothing(store: str, tmp_path: Path):
    copy, file = tmp_path / "copy.db", Path(store.removeprefix("sqlite:"))
    lj.backup(store, copy)
    before = file.read_bytes()
    with pytest.raises(lj.ConfigError, match="nothing is overwritten"):
        lj.restore(copy, store)
    assert file.read_bytes() == before
    with pytest.raises(lj.ConfigError, match="pg_restore"):
        lj.restore(copy, "postgresql://somewhere/else")
    lj.restore(copy, f"sqlite:{tmp_path / 'elsewhere.db'}")
