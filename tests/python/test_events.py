"""Events and parts as values: immutable, comparable, picklable, usable in match, silent in logs."""

import copy
import gc
import json
import pickle
import sys
from datetime import UTC, datetime

import pytest

import lampjack as lj

EVENT = {
    "v": 1,
    "id": "00112233445566778899aabbccddeeff",
    "kind": "message",
    "platform": "certainly",
    "conversation": {"account": "shop", "bot": "b1", "mode": "live", "id": "secret-user"},
    "actor": {"role": "user", "id": "secret-user", "first_name": "Secretta", "phone": "+15550001"},
    "sent_at": "2026-01-05T10:00:00.250Z",
    "vendor_id": "m-1",
    "content": [
        {"type": "text", "text": "secret words"},
        {
            "type": "choice",
            "text": "secret question",
            "style": "buttons",
            "options": [
                {
                    "kind": "postback",
                    "title": "secret yes",
                    "payload": '{"a":1}',
                    "extra": {"x": [1]},
                }
            ],
        },
    ],
    "extra": {"vendorField": "secret value", "request": {"outer": 1}},
    "warnings": ["misspelt_key"],
}

PARTS = [
    lj.Text("hi"),
    lj.Text("hi", extra={"vendor": [1, 2]}),
    lj.Choice("Which?", ["Yes", lj.Option("No", payload="n", kind="postback")]),
    lj.Choice(None, [lj.Option("Site", kind="url", url="https://example.org/")], style="buttons"),
    lj.Cards(
        [lj.Card("One", "first", options=["Buy"]), lj.Card("Two")], layout="list", options=["More"]
    ),
    lj.File("https://example.org/a.png", "image", name="a.png", mime="image/png", size=12),
    lj.Location(52.5, -1.25, "Here"),
    lj.Postback("payload", title="Yes", parameters={"a": [1, None]}),
    lj.Start(),
    lj.UnknownPart({"kind": "poll", "n": 3}),
]


@pytest.fixture
def event() -> lj.Event:
    return lj.Event.from_dict(EVENT)


def test_the_attributes_are_those_of_the_canonical_form(event: lj.Event):
    assert isinstance(event, lj.Message)
    assert event.to_dict() == EVENT
    assert event.sent_at == datetime(2026, 1, 5, 10, 0, 0, 250000, UTC)
    assert event.conversation.ref == "shop:live:secret-user"
    assert event.content[1].options[0].payload == '{"a":1}'
    assert event.extra["request"] == {"outer": 1}
    assert event.warnings == ("misspelt_key",)


def test_what_is_kept_is_made_once(event: lj.Event):
    assert event.content is event.content
    assert event.actor is event.actor
    assert event.conversation is event.conversation
    assert event.kind is lj.Event.from_dict(EVENT).kind


def test_events_match_by_class_and_content(event: lj.Event):
    match event:
        case lj.HandoverRequested():
            pytest.fail("it is a message")
        case lj.Message([lj.Text(text), lj.Choice(question, [lj.Option(title, payload)])]):
            assert (text, question, title, payload) == (
                "secret words",
                "secret question",
                "secret yes",
                '{"a":1}',
            )
        case _:
            pytest.fail("it must match")


def test_content_matches_as_a_sequence():
    event = lj.Event.from_dict({**EVENT, "content": EVENT["content"][:1]})
    match event.content:
        case [lj.Text(text)]:
            assert text == "secret words"
        case _:
            pytest.fail("it must match")


def test_events_compare_by_value(event: lj.Event):
    same, other = lj.Event.from_dict(EVENT), lj.Event.from_dict({**EVENT, "vendor_id": "m-2"})
    assert event == same
    assert hash(event) == hash(same)
    assert event != other
    assert event != EVENT
    assert len({event, same, other}) == 2
    with pytest.raises(TypeError):
        event < same  # noqa: B015


def test_events_are_immutable(event: lj.Event):
    for name in ("kind", "content", "anything"):
        with pytest.raises(AttributeError):
            setattr(event, name, 1)
    with pytest.raises(TypeError):
        event.extra["new"] = 1
    with pytest.raises(TypeError):
        event.extra |= {"new": 1}
    with pytest.raises(AttributeError):
        event.content[0].text = "other"
    with pytest.raises(AttributeError):
        event.actor.phone = "other"
    with pytest.raises(TypeError):
        lj.Message()


def test_copies_are_equal(event: lj.Event):
    assert copy.copy(event) == event
    assert copy.deepcopy(event) == event
    assert pickle.loads(pickle.dumps(event, protocol=2)) == event


def test_reading_checks_kind_keys_and_number(event: lj.Event):
    assert lj.Message.from_json(event.to_json()) == event
    with pytest.raises(lj.PayloadError, match="another kind"):
        lj.Session.from_json(event.to_json())
    with pytest.raises(lj.PayloadError, match="contnet"):
        lj.Event.from_dict({**EVENT, "contnet": []})
    with pytest.raises(lj.PayloadError):
        lj.Event.from_json(f"[{event.to_json()},{event.to_json()}]")
    with pytest.raises(lj.PayloadError):
        lj.Event.from_json("{")
    with pytest.raises(lj.ArgumentError, match="int"):
        lj.Event.from_json(5)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"kind": "dance"}, r"^kind has an unknown word; .*: message, handover_requested"),
        ({"actor": {"role": "boss"}}, r"^actor\.role has an unknown word; .*: user, bot, agent"),
        ({"actor": {"id": 5}}, r"^actor\.id has a wrong type or value$"),
        ({"content": [{"type": "text", "text": 5}]}, r"^content\.text has a wrong type"),
        ({"content": [{"type": "choice", "options": [{"kind": "x"}]}]}, r"^content\.options\.kind"),
        ({"sent_at": "yesterday"}, r"^sent_at has a wrong type or value$"),
        ({"content": 5}, r"^content has a wrong type"),
        ({"actor": {"nickname": "Rob"}}, r"unknown key in a canonical event: actor\.nickname$"),
        ({"my card is 4242": 1}, r"unknown key in a canonical event: \?$"),
    ],
)
def test_what_does_not_fit_is_named_with_the_words_that_do(change: dict, what: str):
    with pytest.raises(lj.PayloadError, match=what) as caught:
        lj.Event.from_dict({**EVENT, **change})
    assert "Rob" not in str(caught.value)
    assert "dance" not in str(caught.value)


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.type)
def test_parts_survive_their_json_and_pickling(part: lj.Part):
    assert type(part).from_json(part.to_json()) == part
    assert type(part).from_dict(part.to_dict()) == part
    assert json.loads(part.to_json()) == part.to_dict()
    assert pickle.loads(pickle.dumps(part)) == part
    assert hash(pickle.loads(pickle.dumps(part))) == hash(part)
    assert copy.deepcopy(part) == part


def test_parts_of_different_content_differ():
    assert len(set(PARTS)) == len(PARTS)
    assert lj.Text("a") != lj.Text("b")
    assert lj.Text("a") != lj.Start()


def test_a_part_refuses_the_json_of_another():
    with pytest.raises(lj.PayloadError):
        lj.Text.from_json(lj.Start().to_json())
    with pytest.raises(lj.PayloadError):
        lj.Text.from_dict({"type": "text", "txt": "x"})


def test_an_option_without_a_kind_is_a_reply_however_it_is_made():
    made = lj.Choice("Which?", [lj.Option("Yes", payload="y")])
    read = lj.Choice.from_dict(
        {"type": "choice", "text": "Which?", "options": [{"title": "Yes", "payload": "y"}]}
    )
    assert read == made
    assert read.options[0].kind == "reply"
    [card] = lj.Cards.from_dict(
        {"type": "cards", "cards": [{"title": "Card", "options": [{"title": "Yes"}]}]}
    ).cards
    assert card.options[0].kind == "reply"


@pytest.mark.parametrize("value", [*PARTS, lj.Option("secret title"), lj.Card("secret title")])
def test_no_repr_tells_what_a_part_holds(value: object):
    text = repr(value)
    for word in ("hi", "Which", "Yes", "secret", "One", "example.org", "52.5", "payload", "poll"):
        assert word not in text


def test_a_text_without_text_has_a_repr():
    assert repr(lj.Text.from_dict({"type": "text"})) == "<Text of 0 characters>"


def test_no_repr_tells_what_an_event_holds(event: lj.Event):
    shown = [event, event.actor, event.conversation, *event.content, *event.content[1].options]
    shown.append(
        lj.HandoverRequested.from_dict(
            {
                **EVENT,
                "kind": "handover_requested",
                "handover": {"to": "agent", "payload": "secret"},
            }
        ).handover
    )
    text = repr(shown)
    for word in ("secret", "Secretta", "+1555", "m-1", "0011"):
        assert word not in text


def test_as_text_follows_the_downgrade_rules():
    assert lj.as_text("hello") == "hello"
    assert lj.as_text(lj.Choice("Which?", ["Yes", "No"])) == "Which?\n1. Yes\n2. No"
    assert (
        lj.as_text(["a", lj.File("https://example.org/a.png", name="a.png")])
        == "a\na.png: https://example.org/a.png"
    )
    assert lj.as_text([lj.Start()]) == ""
    assert lj.as_text([]) == ""
    with pytest.raises(lj.ArgumentError):
        lj.as_text([1])


def test_views_keep_their_batch_and_give_it_back():
    def use() -> list[lj.Event]:
        events = [lj.Event.from_dict(EVENT) for _ in range(2000)]
        assert {e.content[0].text for e in events} == {"secret words"}
        return events

    use()
    gc.collect()  # what other tests left
    before = sys.getrefcount(lj.Message)
    held = use()
    during = sys.getrefcount(lj.Message)
    del held
    after = sys.getrefcount(lj.Message)
    assert during == before + 2000
    assert after == before


def test_parse_takes_every_kind_of_bytes_and_names_wrong_arguments():
    body = b'{"interlocutor":"user","data":{"message":{"from":"human","user_id":"u","actions":[{"type":"text","text":"x"}]}}}'
    for form in (body, bytearray(body), memoryview(body), body.decode()):
        assert lj.parse("certainly", form)[0].content == (lj.Text("x"),)
    with pytest.raises(TypeError, match="qeury"):
        lj.parse("certainly", body, qeury=b"")
    with pytest.raises(TypeError):
        lj.parse("certainly")
    with pytest.raises(lj.ConfigError, match="certainly"):
        lj.parse("certianly", body)
