"""What a conversion and a delivery tell as lost is what reading the body again does not give back, no more and no less."""

import itertools
import json
from typing import Any

import pytest

import lampjack as lj
from conftest import golden_cases
from lampjack import _core
from lampjack.testing import FakePlatform
from support.round_trips import converts_and_tells

PLATFORMS = sorted(row[0] for row in _core.describe_platforms())


def test_every_documented_event_tells_all_that_a_conversion_loses(read_case):
    case = read_case
    request = case.request
    events = lj.parse(case.platform, case.body, path=request["path"], query=request["query"])
    for event, platform in itertools.product(events, PLATFORMS):
        converts_and_tells(event, platform)


OPTION = {
    "title": "Yes",
    "payload": "payload-7",
    "image_url": "https://files.example/i.png",
    "target": "dialog-1",
    "extra": {"size": "LARGE"},
}
OPTIONS = [
    {"kind": "reply", **OPTION},
    {"kind": "postback", "title": "No"},
    {"kind": "url", "title": "Terms", "url": "https://shop.example/terms"},
    {"kind": "phone", "phone": "+10005550100"},
    {"kind": "location", "title": "Here"},
    {"kind": "share"},
]
CARD = {
    "title": "One",
    "subtitle": "the first",
    "image_url": "https://files.example/1.png",
    "url": "https://shop.example/1",
    "extra": {"rank": 1},
}
FILE = {"type": "file", "url": "https://files.example/a.pdf", "media": "file"}
PARTS: dict[str, list[dict[str, Any]]] = {
    "text": [{"type": "text", "text": 'say "hi"\n\\ € 😀', "extra": {"tone": "warm"}}],
    "texts": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
    "quick replies": [
        {"type": "choice", "text": "Pick", "style": "quick_replies", "options": OPTIONS[:2]}
    ],
    "buttons": [{"type": "choice", "text": "Pick", "style": "buttons", "options": OPTIONS}],
    "choice without text": [{"type": "choice", "style": "buttons", "options": OPTIONS[2:3]}],
    "card": [{"type": "cards", "layout": "carousel", "cards": [{**CARD, "options": OPTIONS}]}],
    "cards": [
        {
            "type": "cards",
            "layout": "list",
            "cards": [{**CARD, "options": OPTIONS[:1]}, {"title": "Two"}],
            "options": OPTIONS[2:4],
        }
    ],
    "bare file": [FILE],
    "file": [
        {
            **FILE,
            "name": "A.pdf",
            "mime": "application/pdf",
            "size": 1024,
            "state": "ready",
            "vendor_id": "f-1",
            "extra": {"pages": 3},
        }
    ],
    "file that is not ready": [{**FILE, "state": "uploading", "vendor_id": "f-1", "size": 1}],
    "image": [{**FILE, "media": "image", "url": "https://files.example/a"}],
    "two files": [FILE, {**FILE, "url": "https://files.example/b.pdf"}],
    "file and text": [FILE, {"type": "text", "text": "see"}],
    "text and choice": [
        {"type": "text", "text": "Hello"},
        {"type": "choice", "text": "Pick", "style": "buttons", "options": OPTIONS[:1]},
    ],
    "location": [{"type": "location", "latitude": 1.5, "longitude": -2, "title": "Home"}],
    "bare location": [{"type": "location", "latitude": 1.5, "longitude": -2}],
    "press": [
        {
            "type": "postback",
            "title": "Yes",
            "payload": "payload-7",
            "target": "dialog-1",
            "parameters": [{"key": "a", "value": 1}],
        }
    ],
    "press without payload": [{"type": "postback", "title": "Yes"}],
    "press without title": [{"type": "postback", "payload": "payload-7"}],
    "start": [{"type": "start"}],
    "start and text": [{"type": "start"}, {"type": "text", "text": "hi"}],
    "unknown": [{"type": "unknown", "raw": {"sticker": 7}}],
    "unknown and text": [{"type": "unknown", "raw": {}}, {"type": "text", "text": "hi"}],
}
ACTORS: dict[str, dict[str, Any]] = {
    "nobody": {},
    "a name": {"id": "u-1", "display_name": "Robin"},
    "everything": {
        "id": "u-1",
        "first_name": "Robin",
        "last_name": "Doe",
        "display_name": "Rob",
        "login": "robin",
        "phone": "+10005550100",
        "email": "robin@mail.example",
        "site": "https://shop.example/",
        "language": "en",
        "extra": {"tier": 1},
    },
}
AROUND: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a chat": {"conversation": {"mode": "live", "id": "7"}},
    "everything": {
        "conversation": {"bot": "b", "mode": "test", "id": "chat-7"},
        "sent_at": "2026-01-05T10:00:00.250Z",
        "vendor_id": "m-1",
        "session": {"crm": {"tier": "gold"}},
        "extra": {"channelType": "web"},
    },
}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("parts", PARTS)
def test_every_part_tells_all_that_a_conversion_loses(parts: str, platform: str):
    converted = 0
    for role, actor, around in itertools.product(("user", "bot", "agent"), ACTORS, AROUND):
        event = lj.Event.from_dict(
            {
                "v": 1,
                "kind": "message",
                "platform": "another",
                **{k: v for k, v in AROUND[around].items() if k == "conversation"},
                "actor": {"role": role, **ACTORS[actor]},
                **{k: v for k, v in AROUND[around].items() if k != "conversation"},
                "content": PARTS[parts],
            }
        )
        converted += converts_and_tells(event, platform)
    assert converted > 0 or parts in {"start", "unknown"}
    assert parts not in {"start", "unknown"} or not converted or platform == "chatlayer_offloading"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_comparison_sees_each_loss_that_is_not_told(
    platform: str, monkeypatch: pytest.MonkeyPatch
):
    event = lj.Event.from_dict(
        {
            "v": 1,
            "kind": "message",
            "platform": "another",
            "conversation": AROUND["everything"]["conversation"],
            "actor": {"role": "user", **ACTORS["everything"]},
            **{k: v for k, v in AROUND["everything"].items() if k != "conversation"},
            "content": PARTS["press"],
        }
    )
    body, losses = lj.convert(event, platform)
    assert len(losses) > 4
    for silent in losses:
        rest = tuple(loss for loss in losses if loss is not silent)
        monkeypatch.setattr(lj, "convert", lambda *_, rest=rest: (body, rest))
        with pytest.raises(AssertionError, match="not told"):
            converts_and_tells(event, platform)


def told(losses: tuple[lj.Loss, ...]) -> list[tuple[int | None, str, str]]:
    return [(loss.part, loss.field, loss.what) for loss in losses]


def test_a_press_without_payload_that_becomes_a_text_is_told_as_any_other_downgrade():
    [press] = lj.parse(
        "omnichannel",
        b'{"event":"new_message","chat_id":7,"visitor":{"id":"7"},"message":{"id":"m","kind":'
        b'"keyboard_response","data":{"button":{"id":"y","text":"Yes"}}}}',
    )
    _, losses = lj.convert(press, "certainly")
    assert (0, "payload", "missing") in told(losses)
    data = press.to_dict()
    del data["content"][0]["payload"]
    _, without = lj.convert(lj.Event.from_dict(data), "chatlayer_app")
    for told_of in (losses, without):
        assert told_of[0] == lj.Loss(0, "postback", "text", "changed", "type")


def test_invented_values_are_told():
    event = lj.Event.from_dict(
        {
            "v": 1,
            "kind": "message",
            "actor": {"role": "user"},
            "content": [{"type": "text", "text": "hi"}],
        }
    )
    body, losses = lj.convert(event, "chatlayer_offloading")
    assert b'"botId":"unknown"' in body
    assert b'"timestamp":"1970-01-01' in body
    assert {field for _, field, what in told(losses) if what == "made_up"} >= {
        "conversation.bot",
        "conversation.id",
        "sent_at",
    }
    # A button's id that is its title.
    choice = lj.Choice("Pick", [lj.Option("Yes"), lj.Option("No", "n")]).to_dict()
    data = {
        "v": 1,
        "kind": "message",
        "conversation": {"mode": "live", "id": "7"},
        "actor": {"role": "bot"},
        "content": [choice],
    }
    _, losses = lj.convert(lj.Event.from_dict(data), "omnichannel")
    assert (0, "options.payload", "made_up") in told(losses)


@pytest.mark.parametrize("case", ["user_upload", "user_upload_several"])
def test_several_files_become_links_where_a_body_holds_one_message(case: str):
    [golden] = [one for one in golden_cases() if one.name == f"chatlayer_offloading/{case}"]
    for event in lj.parse("chatlayer_offloading", golden.body):
        urls = [part.url for part in event.content if isinstance(part, lj.File)]
        body, losses = lj.convert(event, "omnichannel")
        assert all(url in json.dumps(json.loads(body)) for url in urls)
        if len(urls) > 1:
            assert (None, "content", "changed") in told(losses)
            assert [(loss.part, loss.before, loss.after) for loss in losses if loss.before] == [
                (part, "file", "text") for part in range(len(urls))
            ]


def test_what_a_platform_has_no_body_for_is_unsupported():
    [agent] = lj.parse("certainly", b'{"message":"hello"}')
    with pytest.raises(lj.UnsupportedError):
        lj.convert(agent, "omnichannel")


# ---- What a command tells ----

SAID: dict[str, list[lj.Part]] = {
    "text": [lj.Text("hi")],
    "texts": [lj.Text("hi"), lj.Text("there")],
    "file": [lj.File("https://files.example/a.pdf", name="A.pdf", mime="application/pdf", size=7)],
    "files": [
        lj.File("https://files.example/a.pdf", size=7),
        lj.File("https://files.example/b.pdf", size=7),
    ],
    "press": [lj.Postback(title="Yes", payload="y", target="dialog-1")],
}
REPLIED: dict[str, list[lj.Part]] = {
    **{name: SAID[name] for name in ("text", "texts", "file", "files")},
    "choice": [lj.Choice("Pick", [lj.Option("Yes", "y")])],
    "cards": [lj.Cards([lj.Card("One", image_url="https://files.example/1.png", options=["Buy"])])],
    "place": [lj.Text("here"), lj.Location(1.5, 2, title="Home")],
}
PROFILE = {
    "first_name": "Robin",
    "last_name": "Doe",
    "email": "robin@mail.example",
    "language": "en",
}


def converted(
    platform: str, role: str, content: list[lj.Part], **actor: str
) -> set[tuple[int | None, str, str]]:
    """What a conversion of the same words tells of the words, one by one, and of their author."""
    told_of: set[tuple[int | None, str, str]] = set()
    for number, part in enumerate(content):
        event = lj.Event.from_dict(
            {
                "v": 1,
                "kind": "message",
                "conversation": {"mode": "live", "id": "7"},
                "actor": {"role": role, "id": "7", **actor},
                "content": [part.to_dict()],
            }
        )
        for loss in lj.convert(event, platform)[1]:
            about_words = loss.part is not None
            if about_words or (loss.field.startswith("actor.") and role == "user"):
                told_of.add((number if about_words else None, loss.field, loss.what))
    return told_of


@pytest.mark.parametrize("words", SAID)
@pytest.mark.parametrize("platform", ["omnichannel", "chatlayer_app"])
def test_a_users_words_tell_what_a_conversion_tells(platform: str, words: str):
    with FakePlatform(platform) as fake:
        config = {"store": "memory:", "allow_networks": fake.networks}
        with lj.Hub({**config, "account": {"line": fake.settings()}}) as hub:
            for profile in ({}, PROFILE):
                delivery = hub.user("line", "7", **profile).say(SAID[words]).result(5)
                assert set(told(delivery.losses)) == converted(
                    platform, "user", SAID[words], **profile
                )
                delivery.sent(10).result(11)
            if platform == "omnichannel" and words == "files":
                bodies = [request.json() for request in fake.wait(4)]
                urls = [body["message"]["data"]["url"][-5:] for body in bodies]
                assert urls == ["a.pdf", "b.pdf"] * 2, "each file is a request of its own, in order"


@pytest.mark.parametrize("words", REPLIED)
@pytest.mark.parametrize("platform", ["chatlayer_offloading", "certainly"])
def test_an_agents_words_tell_what_a_conversion_tells(platform: str, words: str):
    with FakePlatform(platform) as fake:
        config = {"store": "memory:", "allow_networks": fake.networks}
        with lj.Hub({**config, "account": {"desk": fake.settings()}}) as hub:
            fake.send(hub, "desk", text="hello")
            [conv] = [hub[one.ref] for one in hub.conversations()]
            delivery = conv.reply(REPLIED[words], agent="dana").result(5)
            assert set(told(delivery.losses)) == converted(platform, "agent", REPLIED[words])
            delivery.sent(10).result(11)
            assert (words in {"text", "texts"}) == (delivery.losses == ())
