"""What may be said: a text, a part, a dict that is a part, or a list of these. What says nothing is refused at the call."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, SampleRequest, sample, sample_settings

REF = "shop:live:user-1"
PART = {"type": "text", "text": "hello"}

Say = Callable[[Any], lj.Command]


@pytest.fixture
def shop() -> Iterator[FakePlatform]:
    with FakePlatform("chatlayer_offloading") as platform:
        yield platform


@pytest.fixture
def line() -> Iterator[FakePlatform]:
    with FakePlatform("omnichannel") as platform:
        yield platform


@pytest.fixture
def hub(shop: FakePlatform, line: FakePlatform) -> Iterator[lj.Hub]:
    accounts = {"shop": shop.settings(), "line": line.settings()}
    with lj.Hub(
        {"store": "memory:", "allow_networks": shop.networks, "account": accounts}
    ) as opened:
        opened.decide("shop")(lambda request: lj.Accept())
        request = sample("chatlayer_offloading", "handover_requested", user="user-1")
        assert opened.receive("shop", **request.arguments()).status == 200
        yield opened


@pytest.fixture(params=["reply", "notify", "say"])
def say(request: pytest.FixtureRequest, hub: lj.Hub) -> Say:
    ways: dict[str, Say] = {
        "reply": lambda content: hub[REF].reply(content, agent="dana"),
        "notify": hub[REF].notify,
        "say": lambda content: hub.user("line", "7").say(content),
    }
    return ways[request.param]


def kept(hub: lj.Hub) -> tuple[int, int]:
    """How much is stored: conversations, and lines of the one that there is."""
    return len(hub.conversations()), len(hub[REF].transcript().result(5))


def last_words(hub: lj.Hub, ref: str) -> tuple[lj.Part, ...]:
    """What was said last in a conversation."""
    items = hub[ref].transcript().result(5)
    said = [item.event.content for item in items if isinstance(item.event, lj.Message)]
    return said[-1] if said else ()


def words(hub: lj.Hub) -> list[tuple[lj.Part, ...]]:
    """The same of each conversation, newest first."""
    return [last_words(hub, one.ref) for one in hub.conversations()]


@pytest.mark.parametrize(
    "content",
    ["hello", PART, [PART], (PART,), lj.Text("hello"), [lj.FrozenDict(PART)], {"hello": 1}.keys()],
    ids=["text", "dict", "list", "tuple", "part", "mapping", "iterator"],
)
def test_a_part_may_be_a_dict(hub: lj.Hub, say: Say, content: Any):
    say(content).result(5)
    assert (lj.Text("hello"),) in words(hub)


def test_a_dict_among_others_is_one_part(hub: lj.Hub):
    choice = {"type": "choice", "text": "Which?", "options": [{"title": "Yes", "payload": "y"}]}
    hub[REF].reply(["hello", PART, choice], agent="dana").result(5)
    yes = lj.Option("Yes", "y")
    assert words(hub) == [(lj.Text("hello"), lj.Text("hello"), lj.Choice("Which?", [yes]))]
    assert lj.as_text(PART) == "hello"
    assert lj.Choice("Which?", [{"title": "Yes", "payload": "y"}]).to_dict()["options"] == [
        {"title": "Yes", "payload": "y"}
    ]


NOTHING: list[tuple[Any, str]] = [
    ("", "text"),
    ("   ", "text"),
    ("\n\t\u00a0\u3000\u200b", "text"),
    ([], "nothing to say"),
    ({}, "type"),
    ([{}], "type"),
    (None, "NoneType"),
    (5, "int"),
    (5.5, "float"),
    (b"hello", "bytes"),
    (bytearray(b"hello"), "bytearray"),
    ([b"hello"], "bytes"),
    ([None], "NoneType"),
    ([["hello"]], "list"),
    (lj.Text(""), "text"),
    (["hello", " "], r"content\[1\].text"),
    (lj.Text(None), "text"),
    (lj.Text(5), "text"),
    (lj.File(), "url"),
    (lj.File(name="a.pdf"), "url"),
    (lj.File(" ", size=1), "url"),
    (lj.Postback(), "title"),
    (lj.Postback("", " "), "title"),
    (lj.Choice(), "options"),
    (lj.Choice("Which?"), "options"),
    (lj.Choice("", ["Yes"]), "text"),
    (lj.Choice("Which?", [lj.Option()]), r"options\[0\].title"),
    (lj.Choice("Which?", [lj.Option("Yes"), lj.Option("Open", kind="url")]), r"options\[1\].url"),
    (lj.Choice("Which?", [lj.Option("Call", kind="phone")]), "phone"),
    (lj.Cards(), "cards"),
    (lj.Cards([lj.Card()]), r"cards\[0\]"),
    (lj.Cards([lj.Card("A", options=[lj.Option()])]), r"cards\[0\].options\[0\].title"),
    ({"type": "location", "latitude": 1}, "longitude"),
    (lj.Start(), "type"),
    ([lj.Text("hello"), lj.Start()], r"content\[1\].type"),
    ({"type": "txet"}, "type has an unknown word; it must be one of: text, choice, cards"),
    ({"text": "hello"}, "type"),
    ({"type": "text", "txt": "hello"}, "txt"),
    ({"type": "text", "text": ["hello"]}, "text has a wrong type"),
    ({"type": "choice", "options": [{"kind": "press"}]}, "options.kind has an unknown word"),
    ({"type": "text", "text": float("nan")}, "JSON"),
    ({"type": "text", "text": "\ud800"}, "Unicode"),
]


@pytest.mark.parametrize(("content", "what"), NOTHING, ids=[what for _, what in NOTHING])
def test_what_says_nothing_is_refused_before_anything_is_stored(
    hub: lj.Hub, say: Say, content: Any, what: str
):
    before = kept(hub)
    with pytest.raises(lj.ArgumentError, match=what):
        say(content).result(5)
    assert kept(hub) == before
    assert hub[REF].state().result(5).state == "requested", "nobody took it by a word that is none"
    assert hub.dead_letters() == []


def test_a_wrong_command_under_a_known_key_is_told_too(hub: lj.Hub):
    hub[REF].reply("hello", agent="dana", key="k-1").result(5)
    with pytest.raises(lj.ArgumentError):
        hub[REF].reply(" ", agent="dana", key="k-1").result(5)


@pytest.mark.parametrize("said", [{"type": "file"}, "  ", {"type": "choice", "text": "Which?"}])
def test_a_message_of_a_translation_that_says_nothing_is_refused_and_the_others_go_on(
    said: Any, caplog: pytest.LogCaptureFixture
):
    config = {"store": "memory:", "account": {"app": sample_settings("chatlayer_app")}}
    relay = SampleRequest(
        path="/receive", headers=sample("chatlayer_app").headers, body=b'{"request":{"content":{}}}'
    )
    with lj.Hub(config) as hub:
        hub.translate("app")(
            lambda request: [
                {"actor": {"id": "u-1"}, "content": [said]},
                {"actor": {"id": "u-2"}, "content": {"type": "text", "text": "hello"}},
                {"actor": {"id": "u-3"}, "kind": "handover_requested"},
            ]
        )
        assert hub.receive("app", **relay.arguments()).status == 200
        assert {one.id for one in hub.conversations()} == {"u-2", "u-3"}
        assert last_words(hub, "app:live:u-2") == (lj.Text("hello"),)
    [line] = [line for line in caplog.messages if line.startswith("translate.")]
    assert line.startswith('translate.incomplete account=app reason="content[0].')
    assert line.endswith(" count=1")


def test_a_platforms_incomplete_items_are_kept(hub: lj.Hub):
    body = sample("chatlayer_offloading", text=" ", user="user-1", number=3).arguments()
    assert hub.receive("shop", **body).status == 200
    assert words(hub) == [(lj.Text(" "),)]
