"""What was erased is in no file of a SQLite store, and the result of `erase` says what keeps it elsewhere."""

from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform

WORDS = "the words of a person who asks to be forgotten"
ANSWER = "what an agent answered that person"


def files_with(store: str, text: str) -> list[str]:
    """The store's files that hold the text."""
    if not store.startswith("sqlite:"):
        return []
    path = Path(store.removeprefix("sqlite:"))
    files = [path.with_name(path.name + end) for end in ("", "-wal", "-journal")]
    return [one.name for one in files if one.exists() and text.encode() in one.read_bytes()]


def test_the_result_of_erase_says_where_it_can_still_be_read(store: str):
    told = "server" if store.startswith("postgresql") else "empty"
    with FakePlatform("certainly") as fake:
        config = {
            "store": store,
            "account": {"shop": fake.settings()},
            "allow_networks": fake.networks,
        }
        with lj.Hub(config) as hub:
            hub.decide("shop")(lambda request: lj.Accept())
            fake.send(hub, "shop", "handover_requested", user="ada", text=WORDS)
            fake.send(hub, "shop", user="grace", text="somebody else")
            conv = hub["shop:live:ada"]
            conv.take("dana").result(10)
            conv.reply(ANSWER, agent="dana").result(10).sent(10).result(15)
            if store.startswith("sqlite"):
                assert files_with(store, WORDS), "the control"
                assert files_with(store, ANSWER), "the control"
            erased = hub.erase("shop", "ada", force=True)
            assert erased.log == told
            assert erased.to_dict()["log"] == told
            assert [one.ref for one in erased.conversations] == ["shop:live:ada"]
            assert files_with(store, WORDS) == []
            assert files_with(store, ANSWER) == []
            assert hub.erase("shop", "nobody").log == told
            with pytest.raises(lj.NotFoundError):
                conv.transcript().result(10)
    assert files_with(store, WORDS) == []
    assert files_with(store, ANSWER) == []
