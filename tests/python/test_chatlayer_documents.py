"""Every payload of Chatlayer's documents through a hub: HTTP in, HTTP out, on both of its platforms."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import lampjack as lj
from conftest import Case, golden_cases
from lampjack.asgi import App
from lampjack.testing import FakePlatform
from support.http_server import Answered, Client, served
from support.places import Call

pytestmark = pytest.mark.e2e

PAGES = (
    "https://docs.chatlayer.ai/",
    "https://developers.sinch.com/",
    "https://github.com/chatlayerai/",
)
PLATFORMS = ("chatlayer_offloading", "chatlayer_app")
BEARER = {"Authorization": "Bearer relay-token-example-1", "Content-Type": "application/json"}


def documented(platform: str, path: str, direction: str = "in") -> Any:
    """The cases of a page's own payloads that come to that path, as a parameter."""
    found = [
        case
        for case in golden_cases()
        if case.platform == platform
        and case.request["path"] == path
        and case.request["direction"] == direction
        and case.request["source"].startswith(PAGES)
    ]
    assert found, (platform, path, direction)
    return pytest.mark.parametrize("case", found, ids=lambda case: case.folder.name)


@contextmanager
def serving(case: Case, **settings: Any) -> Iterator[tuple[lj.Hub, Client]]:
    """A hub under a real server, its account that of the case under the name its expected events have."""
    account = {**case.request["account"], "platform": case.platform, "t_answer": 20_000} | settings
    with (
        lj.Hub({"store": "memory:", "account": {"golden": account}}) as hub,
        served(App(hub, prefix="/hooks")) as port,
    ):
        yield hub, Client(port, "/hooks")


def call_of(case: Case) -> Call:
    request = case.request
    return Call(
        f"/golden{request['path'].rstrip('/')}",
        case.body,
        request["query"],
        dict(request["headers"]),
        request["method"],
    )


def events_of(hub: lj.Hub) -> list[str]:
    """What the hub has of all conversations, in their order, without the lines that a transcript brought."""
    refs = [conversation.ref for conversation in hub.conversations()]
    with_all = [*refs, "golden:live:~unattributed"]
    found = []
    for ref in with_all:
        try:
            items = hub[ref].transcript().result(10)
        except lj.NotFoundError:
            continue
        found += [
            item.event.to_json()
            for item in items
            if isinstance(item.event, lj.Event) and "transcript" not in item.flags
        ]
    return found


def check(case: Case, hub: lj.Hub, answer: Answered) -> None:
    expected = case.answer
    assert expected is not None
    assert answer.status == expected["status"], answer.body
    if "body" in expected:
        assert answer.body == expected["body"].encode()
    if "error" not in case.request:
        assert events_of(hub) == (case.expected or [])


# ---- Offloading webhook ----


@documented("chatlayer_offloading", "/")
def test_what_chatlayer_sends_to_the_desk(case: Case):
    with serving(case) as (hub, client):
        decision = case.request.get("decision")
        if decision:
            made = (
                lj.Accept(mute=decision["mute"]) if decision["accepted"] else lj.Decline("closed")
            )
            hub.decide("golden")(lambda _: made)
        check(case, hub, client.send(call_of(case)))


# The templates of the vendor's example; each text of ours is a template of its own.
ACTIONS = {
    f"actions_{name}"
    for name in ("text", "buttons", "quick_replies", "carousel", "list", "attachments")
}


def without_extra(part: lj.Part) -> dict[str, Any]:
    """What a vendor's own field names say is not carried into another event."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: strip(inner) for name, inner in value.items() if name != "extra"}
        return [strip(inner) for inner in value] if isinstance(value, list) else value

    return strip(part.to_dict())


@pytest.mark.parametrize(
    "case",
    [c for c in golden_cases() if c.folder.name in ACTIONS],
    ids=lambda case: case.folder.name,
)
def test_what_an_agent_says_to_the_user(case: Case):
    said = [part for event in lj.parse(case.platform, case.body) for part in event.content]
    said = [part for part in said if not isinstance(part, lj.UnknownPart)]
    with FakePlatform("chatlayer_offloading") as fake:
        config = {"store": "memory:", "allow_networks": fake.networks}
        with lj.Hub({**config, "account": {"shop": fake.settings()}}) as hub:
            hub.decide("shop")(lambda _: lj.Accept(mute=True))
            fake.send(hub, "shop", "handover_requested")
            for part in said:
                hub["shop:live:user-1"].reply(part, agent="dana").result(5).sent(10).result(11)
        calls = [one for one in fake.received if b"sendMessages" in one.body]
    assert {(one.method, one.path) for one in calls} <= {
        ("POST", "/v1/bots/bot00001/conversations/user-1/actions?version=LIVE")
    }
    assert {one.headers["Authorization"] for one in calls} <= {"Bearer made-up-api-token"}
    got = [part for one in calls for e in lj.parse(case.platform, one.body) for part in e.content]
    assert [without_extra(part) for part in got] == [carried(without_extra(part)) for part in said]


def carried(part: dict[str, Any]) -> dict[str, Any]:
    """A payload is an object in that API, so another one goes into the session."""
    for option in part.get("options", []):
        payload = option.get("payload", "{}")
        if not payload.startswith("{"):
            data = {"sessionDataToSet": [{"key": "payload", "value": payload}]}
            option["payload"] = json.dumps(data, separators=(",", ":"))
    return part


# ---- App ----


def normal(body: bytes) -> Any:
    """The example spells a language as the table does not; we write what the table says."""
    return json.loads(body.replace(b"preferedLanguage", b"preferredLanguage"))


@documented("chatlayer_app", "/", "out")
def test_what_perform_receive_returns(case: Case):
    events = lj.parse(case.platform, case.body)
    settings = {"relay_token": "relay-token-example-1", "target_url": "https://hook.example/1"}
    with serving(case, **settings) as (hub, client):
        hub.translate("golden")(lambda request: events)
        body = json.dumps({"request": {"content": {"any": "thing"}, "method": "POST"}}).encode()
        answer = client.send(Call("/golden/receive", body, headers=BEARER))
        kept = events_of(hub)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    pairs = list(zip(normal(answer.body), normal(case.body), strict=True))
    as_the_page_says = [(got, item) for got, item in pairs if is_documented(item)]
    assert as_the_page_says or not pairs
    for got, item in as_the_page_says:
        assert got == item
    assert len(kept) == len(events)


MEMBERS = {
    "text": {"messageType": str, "text": str},
    "postback_v2": {"messageType": str, "payload": str, "title": str},
    "upload": {"messageType": str, "url": list},
}


def is_documented(item: dict[str, Any]) -> bool:
    """Whether it holds what the page's tables list, and nothing of our own making."""
    if item["type"] == "action":
        data = item["action"]["data"]
        return set(item["action"]) == {"type", "data"} and set(data["handover"]) == {"to"}
    message = item["message"]
    types = {name: type(value) for name, value in message.items()}
    session = item.get("session", {"none": {}})
    has_data = isinstance(session, dict) and session != {}
    return types == MEMBERS.get(message["messageType"]) and has_data


@documented("chatlayer_app", "/receive")
def test_what_the_host_alone_understands(case: Case):
    with serving(case) as (hub, client):
        check(case, hub, client.send(call_of(case)))


@documented("chatlayer_app", "/offload")
def test_what_perform_offload_brings(case: Case):
    with serving(case) as (hub, client):
        check(case, hub, client.send(call_of(case)))
        assert [one.state for one in hub.conversations()] == ["requested"]


@documented("chatlayer_app", "/send")
def test_what_perform_send_brings_reaches_the_sink(case: Case):
    shown: list[lj.Part] = []
    changed = threading.Condition()
    with serving(case) as (hub, client):

        @hub.sink("golden")
        def show(message: lj.SinkMessage, conv: lj.Conversation) -> None:
            with changed:
                shown.extend(message.content)
                changed.notify_all()

        check(case, hub, client.send(call_of(case)))
        events = [lj.Event.from_json(line) for line in case.expected or []]
        wanted = [
            part for e in events if e.kind == "message" and e.conversation.id for part in e.content
        ]
        with changed:
            assert changed.wait_for(lambda: len(shown) >= len(wanted), 10)
    assert shown == wanted


@documented("chatlayer_app", "/subscribe")
def test_what_perform_subscribe_tells(case: Case):
    with serving(case) as (_, client):
        answer = client.send(call_of(case))
    assert (answer.status, answer.body) == (200, b"{}")


SAID = {
    "text": (lj.Text("Hey bot, how are you doing?"), {"text": "Hey bot, how are you doing?"}),
    "postback_v2": (
        lj.Postback(title="Button title", payload="jkhasiopwqnm12ikonhbio"),
        {"payload": "jkhasiopwqnm12ikonhbio", "title": "Button title"},
    ),
    "upload": (
        [lj.File("https://upload.com/image1"), lj.File("https://upload.com/image2")],
        {"url": ["https://upload.com/image1", "https://upload.com/image2"]},
    ),
}


def test_what_a_user_says_waits_for_the_apps_address_and_comes_back_as_its_items():
    with FakePlatform("chatlayer_app") as app:
        account = {
            "platform": "chatlayer_app",
            "relay_token": "relay-token-example-1",
            "target_hosts": ["127.0.0.1"],
        }
        config = {
            "store": "memory:",
            "allow_networks": app.networks,
            "account": {"golden": account},
        }
        with lj.Hub(config) as hub, served(App(hub, prefix="/hooks")) as port:
            client = Client(port, "/hooks")
            user = hub.user("golden", "user_id", first_name="John", last_name="Doe", language="en")
            sent = [user.say(content).result(5) for content, _ in SAID.values()]
            assert app.received == []
            told = json.dumps({"targetUrl": app.url}).encode()
            assert client.send(Call("/golden/subscribe", told, headers=BEARER)).status == 200
            for delivery in sent:
                assert delivery.sent(10).result(11).status == "sent"
            arrays = []
            for call in app.received:
                bundle = {"request": {"content": call.json(), "method": "POST"}}
                again = Call("/golden/receive", json.dumps(bundle).encode(), headers=BEARER)
                arrays.append(json.loads(client.send(again).body))
    person = {"id": "user_id", "firstName": "John", "lastName": "Doe", "preferredLanguage": "en"}
    assert [type(array[0].pop("timestamp")) for array in arrays] == [int] * len(SAID)
    assert arrays == [
        [
            {
                "user": person,
                "actor": {"type": "user"},
                "type": "message",
                "message": {"messageType": kind, **fields},
            }
        ]
        for kind, (_, fields) in SAID.items()
    ]
