"""The golden cases through Python agree with C++ and C byte for byte."""

import json
import math
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack import _core

DATA = Path(__file__).resolve().parents[1] / "data"


def parse(case: Any) -> list[lj.Event]:
    request = case.request
    return lj.parse(
        case.platform,
        case.body,
        path=request["path"],
        query=request["query"],
        headers=tuple(request["headers"].items()),
        account="golden",
    )


def exactly(text: bytes) -> Any:
    """JSON with the digits of its numbers and without the order of its keys."""
    return json.loads(text, parse_int=lambda d: ("n", d), parse_float=lambda d: ("n", d))


def test_there_are_cases_of_every_platform():
    folders = {path.parents[1].name for path in DATA.glob("*/*/request.json")}
    assert folders == {row[0] for row in _core.describe_platforms()}


def test_parses_to_the_expected_events(read_case):
    case = read_case
    assert [event.to_json() for event in parse(case)] == case.expected


def test_refuses_what_cannot_be_read(refused_case):
    case = refused_case
    with pytest.raises(lj.PayloadError) as caught:
        parse(case)
    assert caught.value.code == case.request["error"]


def test_writes_back_what_it_read(written_case):
    case = written_case
    events = parse(case)
    direction = case.request["direction"]
    assert exactly(lj.write(case.platform, events, direction)) == exactly(case.body)
    # The same by way of the canonical form: then the events are no longer views of one request.
    copies = [lj.Event.from_json(event.to_json()) for event in events]
    assert exactly(lj.write(case.platform, copies, direction)) == exactly(case.body)


def converted_line(event: lj.Event, platform: str) -> str:
    try:
        body, losses = _core.convert(event, platform)
    except lj.LampjackError as error:
        return f'{{"to":"{platform}","error":"{error.code}"}}'
    return f'{{"to":"{platform}","losses":{losses},"body":{body.decode()}}}'


def test_converts_to_the_expected_bodies_and_losses(converted_case):
    case = converted_case
    platforms = sorted({row[0] for row in _core.describe_platforms()} - {case.platform})
    events = parse(case)
    assert [converted_line(event, to) for to in platforms for event in events] == case.converted
    for event, line in zip(events * len(platforms), case.converted, strict=True):
        expected = json.loads(line)
        if "error" in expected:
            with pytest.raises(lj.UnsupportedError):
                lj.convert(event, expected["to"])
            continue
        _, losses = lj.convert(event, expected["to"])
        assert [
            {
                key: value
                for key in ("part", "field", "what", "before", "after")
                if (value := getattr(loss, key)) not in {None, ""}
            }
            for loss in losses
        ] == expected["losses"]


def test_attributes_say_what_the_json_says(read_case):
    case = read_case
    for event, line in zip(parse(case), case.expected or (), strict=True):
        check_attributes(event, json.loads(line, parse_float=_float))


def _float(text: str) -> float | lj.Number:
    value = float(text)
    return lj.Number(text) if math.isinf(value) else value


def check_attributes(event: lj.Event, data: dict[str, Any]) -> None:
    assert (event.kind, event.id) == (data["kind"], data["id"])
    assert event.platform == data.get("platform", event.platform)
    assert event.vendor_id == data.get("vendor_id")
    assert event.actor.role == data["actor"]["role"]
    for name in (
        "id",
        "first_name",
        "last_name",
        "display_name",
        "login",
        "phone",
        "email",
        "site",
        "language",
    ):
        assert getattr(event.actor, name) == data["actor"].get(name)
    assert event.actor.extra == data["actor"].get("extra", {})
    assert [plain(part.to_dict()) for part in event.content] == [
        plain(p) for p in data.get("content", [])
    ]
    assert event.session == data.get("session", {})
    assert event.extra == data.get("extra", {})
    assert list(event.warnings) == data.get("warnings", [])
    if "sent_at" in data:
        assert (
            event.sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            == data["sent_at"]
        )
    else:
        assert event.sent_at is None
    if "conversation" in data:
        found = event.conversation
        assert {k: v for k in ("account", "bot", "mode", "id") if (v := getattr(found, k))} == data[
            "conversation"
        ]
    if "handover" in data:
        assert event.handover.to == data["handover"]["to"]
        assert event.handover.payload == data["handover"].get("payload")
        transcript = data["handover"].get("transcript", [])
        assert len(event.handover.transcript) == len(transcript)
        for inner, inner_data in zip(event.handover.transcript, transcript, strict=True):
            check_attributes(inner, inner_data)


def plain(part: dict[str, Any]) -> dict[str, Any]:
    """Coordinates are floats in Python: compare their values."""
    return {k: float(v) if k in {"latitude", "longitude"} else v for k, v in part.items()}


def test_events_survive_pickling_and_reading_their_own_json(read_case):
    case = read_case
    for event, line in zip(parse(case), case.expected or (), strict=True):
        copy = pickle.loads(pickle.dumps(event))
        assert type(copy) is type(event)
        assert copy.to_json() == line
        assert copy == event
        assert hash(copy) == hash(event)
        assert copy.content == event.content


def test_the_hub_gives_the_documented_answer(answered_case):
    case = answered_case
    request, expected = case.request, case.answer
    assert expected is not None
    config = {
        "store": "memory:",
        "account": {
            "golden": {**request["account"], "platform": case.platform, "t_answer": 20_000}
        },
    }
    hub = lj.Hub(config, background=False)
    decision = request.get("decision")
    if decision:
        made = lj.Accept(mute=decision["mute"]) if decision["accepted"] else lj.Decline("closed")
        hub.decide("golden")(lambda _: made)
    for _ in ("first", "again"):
        answer = hub.receive(
            "golden",
            method=request["method"],
            path=request["path"],
            query=request["query"],
            headers=tuple(request["headers"].items()),
            body=case.body,
        )
        assert answer.status == expected["status"], answer.body
        if "body" in expected:
            assert answer.body == expected["body"].encode()
        for name, value in expected.get("headers", {}).items():
            assert dict(answer.headers)[name] == value
    hub.close()


def test_the_digits_check_sees_a_changed_number():
    assert exactly(b"[1.10]") != exactly(b"[1.1]")
    assert Decimal("1.10") == Decimal("1.1")


# ---- Nothing that a vendor documents is without a case ----

DOCUMENTED = {
    ("chatlayer_offloading", "in"): [
        '"event":"messages"', '"event":"offload"', '"type":"messages"', '"type":"offload"', '"payload":{"queue"',
        '"messageType":"intro"', '"messageType":"text"', '"messageType":"fileUploadInputResult"', '"messageType":"upload"',
        '"messageType":"location"', '"messageType":"postback"', '"messageType":"postback_v2"',
        '"quick_replies":[{', '"template_type":"button"', '"template_type":"generic"', '"template_type":"list"',
        '"attachment":{"type":"image"', '"attachment":{"type":"video"', '"attachment":{"type":"audio"',
        '"attachment":{"type":"file"', '"message":{"type":"event"',
        '"type":"postback"', '"type":"web_url"', '"type":"phone_number"', '"type":"element_share"',
    ],
    ("chatlayer_offloading", "out"): [
        '"textMessageTemplate":', '"buttonTemplate":', '"quickReplyTemplate":', '"carouselTemplate":', '"listTemplate":',
        '"attachmentTemplate":', '"urlButton":', '"phoneNumberButton":', '"postBackButton":',
    ],
    ("certainly", "in"): [
        '"reply":"VarWebhook"', '"interlocutor":"user"', '"interlocutor":"bot"', '"actions":[{"type":"text"',
        '"data":{"type":"text"', '"data":{"type":"choice"', '"data":{"type":"card"', '"user_cvars":',
    ],
    ("certainly", "out"): ['{"message":"Hello from Agent!"}'],
    ("omnichannel", "out"): [
        '"event":"new_message"', '"kind":"visitor"', '"kind":"file_visitor"', '"kind":"keyboard_response"',
        '"state":"ready"', '"event":"new_chat"', '"response":{"button"',
    ],
    ("omnichannel", "in"): [
        '"kind":"operator"', '"kind":"keyboard"', '"kind":"file_operator"', '"text":"https://', '"has_answer":true',
        '"has_answer":false', '"reason":', '|omnichannel"',
    ],
    ("chatlayer_app", "out"): [
        '"messageType":"text"', '"messageType":"postback_v2"', '"messageType":"upload"', '"to":"agent"', '"to":"bot"',
        '"session":{',
    ],
    ("chatlayer_app", "in"): [
        '"request":{', '"targetUrl":', '"text_message":', '"media_message":', '"card_message":', '"carousel_message":',
        '"choice_message":', '"location_message":', '"list_message":', '"contact_info_message":', '"template_message":',
        '"explicit_channel_message":', '"url_message":', '"call_message":', '"calendar_message":', '"share_location_message":',
    ],
}  # fmt: skip


@pytest.mark.parametrize("way", list(DOCUMENTED), ids="-".join)
def test_each_documented_type_has_a_case_that_comes_back(way: tuple[str, str], golden_bodies):
    bodies = golden_bodies[way]
    missing = [what for what in DOCUMENTED[way] if not any(what in body for body in bodies)]
    assert missing == []


@pytest.fixture(scope="module")
def golden_bodies() -> dict[tuple[str, str], list[str]]:
    """Of each platform and direction the bodies that are written back, without blanks."""
    found: dict[tuple[str, str], list[str]] = {way: [] for way in DOCUMENTED}
    for path in DATA.glob("*/*/request.json"):
        request = json.loads(path.read_text("utf-8"))
        if request.get("roundtrip"):
            body = json.loads((path.parent / "body.raw").read_bytes())
            text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
            found[(request["platform"], request["direction"])].append(text)
    return found
