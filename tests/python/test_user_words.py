"""Nothing that a user says is seen by nobody: the desk, the channel and the app, as a service would use them."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, SampleRequest, sample, sample_settings
from support.service_process import wait_until


class Desk:
    """What a desk's handlers were given, in order."""

    def __init__(self) -> None:
        self.items: list[lj.Item] = []
        self._lock = threading.Lock()

    def __call__(self, item: lj.Item, conv: lj.Conversation) -> None:
        with self._lock:
            self.items.append(item)

    @property
    def lines(self) -> list[str]:
        with self._lock:
            items = list(self.items)
        return [lj.as_text(one.event.content) for one in items if isinstance(one.event, lj.Message)]

    def wait(self, *lines: str) -> None:
        wait_until(lambda: self.lines == list(lines), f"the desk has {lines}, not {self.lines}")


@contextmanager
def service(
    fake: FakePlatform, decision: Callable[[Any], Any] | None = None, **settings: Any
) -> Iterator[tuple[lj.Hub, Desk]]:
    config = {
        "store": "memory:",
        "allow_networks": fake.networks,
        "account": {"a": fake.settings(**settings)},
    }
    desk = Desk()
    hub = lj.Hub(config)
    hub.on(lj.Message, lj.HandoverRequested, to="desk", name="desk")(desk)
    if decision:
        hub.decide("a")(decision)
    with hub:
        yield hub, desk


def accept_muted(_: object) -> lj.Accept:
    return lj.Accept(mute=True)


def test_certainly_is_muted_at_accept_and_the_desk_gets_what_the_user_says_before_the_take():
    """D-B1."""
    with FakePlatform("certainly") as fake, service(fake, accept_muted) as (hub, desk):
        fake.send(hub, "a", "handover_requested", user="webbot:77-88", text="a human please")
        [handover] = fake.wait(1)
        assert handover.method == "GET"
        assert "/handover/" in handover.path
        fake.send(hub, "a", user="webbot:77-88", text="my order number is 4711", number=1)
        [conversation] = hub.conversations()
        hub[conversation.ref].take("dana").result(5)
        fake.send(hub, "a", user="webbot:77-88", text="hello?", number=2)
        desk.wait("my order number is 4711", "hello?")
        assert conversation.muted in {"yes", "unknown"}
        [request] = [item for item in desk.items if isinstance(item.event, lj.HandoverRequested)]
        assert "a human please" in json.dumps(request.event.to_dict())
        assert [one.action for one in hub[conversation.ref].deliveries().result(5)] == ["mute"]


@pytest.mark.parametrize(
    ("platform", "told"),
    [("certainly", "/handover/"), ("chatlayer_app", '"handover":{"to":"agent"}')],
)
def test_a_mute_at_accept_is_repeated_until_the_platform_has_it(platform: str, told: str):
    with FakePlatform(platform) as fake:
        fake.respond = [(503, b""), (500, b"")]
        with service(fake, accept_muted) as (hub, _):
            fake.send(hub, "a", "handover_requested")
            calls = fake.wait(3, 30)
            assert all(told in call.path + call.body.decode() for call in calls)
            [conversation] = hub.conversations()
            conv = hub[conversation.ref]
            wait_until(lambda: conv.state().result(5).muted == "yes", "it is muted")
            assert conv.state().result(5).state == "requested"
            assert [one.attempts for one in conv.deliveries().result(5)] == [3]


def test_what_the_platform_has_not_got_when_an_agent_takes_reaches_the_desk():
    """C-B2."""
    with FakePlatform("omnichannel") as fake, service(fake) as (hub, desk):
        user, conv = hub.user("a", "7"), hub["a:live:7"]
        user.say("to the bot").result(5).sent(10).result(11)
        fake.respond = [(503, b"")] * 50
        said = user.say("my order number is 4711").result(5)
        fake.wait(2)
        user.say("are you there?").result(5)
        conv.take("dana").result(5)
        desk.wait("my order number is 4711", "are you there?")
        first, second = desk.items
        assert (first.to, second.to) == ("desk", "desk")
        assert first.flags == {"rerouted", "maybe_forwarded"}
        assert second.flags == {"rerouted"}
        wait_until(lambda: state_of(said) == ("refused", "rerouted"), "the forward is refused")


def state_of(delivery: lj.Delivery) -> tuple[str, str]:
    state = delivery.status().result(5)
    return state.status, state.last_error


def test_a_gate_that_closes_at_accept_gives_the_desk_the_wait_and_the_bot_gets_it_if_nobody_comes():
    """C-B2, related."""
    with FakePlatform("omnichannel") as fake, service(fake, accept_muted) as (hub, desk):
        user, conv = hub.user("a", "7"), hub["a:live:7"]
        user.say("to the bot").result(5).sent(10).result(11)
        fake.send(hub, "a", "handover_requested", user="7")
        assert conv.state().result(5).muted == "yes"
        user.say("while I wait").result(5)
        desk.wait("while I wait")
        assert len(fake.received) == 1
        conv.cancel(by="user").result(5)
        assert fake.wait(2)[1].json()["message"]["text"] == "while I wait"


def relay(hub: lj.Hub, content: object = None) -> list[Any]:
    request = sample("chatlayer_app")
    body = json.dumps({"request": {"content": content}}).encode()
    answer = hub.receive(
        "a", **SampleRequest("POST", "/receive", "", request.headers, body).arguments()
    )
    assert answer.status == 200
    return json.loads(answer.body)


@pytest.mark.parametrize("to", ["agent", "bot"])
def test_a_handover_that_translate_returns_stands_in_the_array(to: str):
    """C-B3."""
    with FakePlatform("chatlayer_app") as fake, service(fake) as (hub, _):

        @hub.translate("a")
        def translate(_: object) -> list[dict[str, Any]]:
            return [{"actor": {"id": "u-1"}, "kind": "handover", "handover": {"to": to}}]

        [item] = relay(hub)
        assert item["action"] == {
            "type": "conversation_handover",
            "data": {"handover": {"to": to}},
        }
        state = hub["a:live:u-1"].state().result(5)
        assert (state.state, state.muted) == (("agent", "yes") if to == "agent" else ("bot", "no"))


@pytest.mark.parametrize(
    ("decision", "state", "actions"),
    [
        (lj.Accept(mute=True), "requested", 1),
        (lj.Accept(), "requested", 0),
        (lj.Decline("closed"), "bot", 0),
    ],
)
def test_decide_is_asked_about_a_request_that_translate_returns(
    decision: object, state: str, actions: int
):
    """C-B3, related."""
    asked: list[str] = []

    def decide(request: lj.DecisionRequest) -> object:
        asked.append(request.ref)
        return decision

    with FakePlatform("chatlayer_app") as fake, service(fake, decide) as (hub, _):

        @hub.translate("a")
        def translate(_: object) -> list[dict[str, Any]]:
            return [
                {"actor": {"id": "u-1"}, "kind": "handover_requested"},
                {"actor": {}, "content": "from nobody"},
            ]

        array = relay(hub)
        assert [item["type"] for item in array] == ["action"] * actions
        assert asked == ["a:live:u-1"]
        assert hub["a:live:u-1"].state().result(5).state == state


def test_a_desk_may_ask_for_the_bots_lines_of_a_wait():
    with FakePlatform("omnichannel") as fake, service(fake) as (hub, desk):
        eager = Desk()
        hub.on(lj.Message, to="desk", name="eager", include_bot=True)(eager)
        hub.user("a", "7").say("hello").result(5)
        fake.send(hub, "a", "handover_requested", user="7")
        fake.send(hub, "a", user="7", text="please wait")
        hub.user("a", "7").say("I wait").result(5)
        eager.wait("please wait", "I wait")
        assert [item.to for item in eager.items] == ["nobody", "both"]
        assert "bot_line" in eager.items[0].flags
        desk.wait("I wait")


def test_both_is_no_filter():
    config = {"store": "memory:", "account": {"a": sample_settings("omnichannel")}}
    with lj.Hub(config) as hub, pytest.raises(lj.ArgumentError, match="both"):
        hub.on(lj.Message, to="both", name="wrong")(Desk())
