"""A SQLite store under several processes whose own code reads the same file with Python's sqlite3."""

import json
import multiprocessing
import sqlite3
import threading
from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings

PROCESSES = 3
MESSAGES = 25


def config(path: Path) -> dict[str, object]:
    return {"store": f"sqlite:{path}", "account": {"line": sample_settings("omnichannel")}}


def read_until(stop: threading.Event, path: Path) -> None:
    """What a host's reports or health checks do: open, read, close."""
    while not stop.is_set():
        connection = sqlite3.connect(path, timeout=30)
        connection.execute("SELECT count(*) FROM item").fetchone()
        connection.close()


def write(number: int, path: Path) -> list[str]:
    """Receives messages; the texts of those that were acknowledged."""
    stop = threading.Event()
    with lj.Hub(config(path), background=False) as hub:
        reader = threading.Thread(target=read_until, args=(stop, path))
        reader.start()
        acknowledged = []
        for n in range(MESSAGES):
            text = f"{number}/{n}"
            request = sample(
                "omnichannel", user=str(n % 3), text=text, number=number * MESSAGES + n
            )
            if hub.receive("line", **request.arguments()).status == 200:
                acknowledged.append(text)
        stop.set()
        reader.join()
    return acknowledged


def texts_of(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    rows = connection.execute("SELECT body FROM item WHERE kind = 'message'").fetchall()
    connection.close()
    return [json.loads(body)["content"][0]["text"] for (body,) in rows]


def test_nothing_is_lost_when_the_host_reads_the_file_too(tmp_path: Path):
    path = tmp_path / "store.db"
    lj.Hub(config(path), background=False).close()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        answers = pool.starmap(write, [(number, path) for number in range(PROCESSES)])
    acknowledged = [text for answer in answers for text in answer]
    assert len(acknowledged) == PROCESSES * MESSAGES
    assert sorted(texts_of(path)) == sorted(acknowledged)


def test_a_conversation_outlives_its_hub(tmp_path: Path):
    path = tmp_path / "store.db"
    with lj.Hub(config(path), background=False) as hub:
        assert hub.receive("line", **sample("omnichannel").arguments()).status == 200
        [before] = hub.conversations()
    with lj.Hub(config(path), background=False) as hub:
        [after] = hub.conversations()
        assert after.to_dict() == after.to_dict() | before.to_dict()
        again = sample("omnichannel").arguments()
        assert hub.receive("line", **again).status == 200
    assert texts_of(path) == ["Hello"], "a repeated request is known after a restart"


def test_a_tag_leads_to_the_same_conversation_in_every_process(tmp_path: Path):
    settings = sample_settings("chatlayer_offloading")
    config = {"store": f"sqlite:{tmp_path / 'handover.db'}", "account": {"shop": settings}}
    with lj.Hub(config, background=False) as one, lj.Hub(config, background=False) as other:
        one.receive("shop", **sample("chatlayer_offloading").arguments())
        tags = [hub.conversations()[0].tag for hub in (one, other)]
    with lj.Hub(config, background=False) as later:
        tags.append(later.conversations()[0].tag)
    with lj.Hub({**config, "log_key": "of-our-own"}, background=False) as keyed:
        assert keyed.conversations()[0].tag not in tags
    assert len(set(tags)) == 1


def test_a_path_that_cannot_be_used_is_a_configuration_error(tmp_path: Path):
    with pytest.raises(lj.ConfigError, match="create it"):
        lj.Hub(config(tmp_path / "none" / "store.db"))
    foreign = tmp_path / "cats.db"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    foreign.chmod(0o600)
    with pytest.raises(lj.ConfigError, match="another program"):
        lj.Hub(config(foreign))
