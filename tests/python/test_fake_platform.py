"""What a fake platform answers: statuses, bodies, connections that end; and nothing that a test did not ask for."""

import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack import testing
from lampjack._delivery import _why
from lampjack.testing import FakePlatform, ManualClock, settle


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with FakePlatform("chatlayer_offloading") as platform:
        yield platform


@pytest.fixture
def conv(fake: FakePlatform) -> Iterator[lj.Conversation]:
    config = {
        "store": "memory:",
        "allow_networks": fake.networks,
        "retry_base_ms": 10,
        "total_ms": 300,
        "account": {"shop": fake.settings()},
    }
    with lj.Hub(config) as hub:
        fake.send(hub, "shop")
        yield hub["shop:live:user-1"]


def tried(conv: lj.Conversation, fake: FakePlatform) -> lj.DeliveryState:
    """Return the delivery as it stands after the first of two calls."""
    conv.notify("hello").result(5).sent(10).result(11)
    assert len(fake.wait(2)) == 2
    [first] = [
        item.event.details
        for item in conv.transcript().result(5)
        if isinstance(item.event, lj.DeliveryChanged)
    ]
    return first


@pytest.mark.parametrize(
    "response",
    [503, (503, b"{}"), (503, b""), ConnectionError, ConnectionResetError("gone"), TimeoutError],
    ids=["status", "status and body", "no body", "class", "exception", "timeout"],
)
def test_each_kind_of_response_is_tried_again_and_then_sent(
    fake: FakePlatform, conv: lj.Conversation, response: Any
):
    fake.respond = [response]
    assert tried(conv, fake).attempts == 2
    assert not fake.respond, "each is used once"


def test_a_status_is_an_answer_and_no_broken_connection(fake: FakePlatform, conv: lj.Conversation):
    fake.respond = [422]
    delivery = conv.notify("hello").result(5)
    with pytest.raises(lj.NetworkError, match=r"^it was not sent: status 422$"):
        delivery.sent(10).result(11)
    assert delivery.status().result(5).last_code == 422


def test_an_error_says_in_words_what_the_one_word_of_the_store_means():
    state = {"id": "d-1", "action": "reply", "status": "dead", "epoch": 1, "attempts": 3}
    state["created_at"] = "2026-01-05T10:00:00.000Z"
    words = {
        "connect": r"connect \(no connection",
        "credentials: tls_verification": r"tls_verification \(the platform's certificate",
        "status 422": r"status 422$",
        "": r"dead$",
    }
    for error, said in words.items():
        found = lj.DeliveryState.from_dict({**state, "last_error": error})
        assert re.search(said, _why(found)), error


@pytest.mark.parametrize("wrong", ["503", (503,), (503, "{}"), 42, 100, None, object], ids=repr)
def test_what_is_no_response_is_refused_at_once(fake: FakePlatform, wrong: Any):
    fake.respond = [503]
    with pytest.raises(TypeError, match=r"statuses, \(status, bytes\) or exceptions"):
        fake.respond = [200, wrong]
    assert fake.respond == [503], "what was there stays"


def test_what_is_no_response_fails_the_test_that_appended_it():
    with pytest.raises(TypeError, match="statuses"):
        misuse_a_platform()


def misuse_a_platform() -> None:
    with FakePlatform("chatlayer_offloading") as fake:
        fake.respond.append("503")  # type: ignore[arg-type]
        account = fake.settings()
        config = {"store": "memory:", "allow_networks": fake.networks, "account": {"shop": account}}
        with lj.Hub(config) as hub:
            fake.send(hub, "shop")
            hub["shop:live:user-1"].notify("hello").result(5)
            fake.wait(1)


# ---- What the hub has recorded ----


def test_the_example_of_the_module_runs():
    [code] = re.findall(r"```python\n(.*?)```", testing.__doc__ or "", re.DOTALL)
    names = {"lj": lj, **{name: getattr(testing, name) for name in testing.__all__}}
    for _ in range(5):  # the answer and its record race each other
        exec(compile(textwrap.dedent(code), "example.py", "exec"), dict(names))


def test_a_hub_without_threads_is_stepped_until_nothing_is_due(fake: FakePlatform):
    config = {
        "store": "memory:",
        "allow_networks": fake.networks,
        "account": {"shop": fake.settings()},
    }
    clock = ManualClock()
    with lj.Hub(config, clock=clock, background=False) as hub:
        fake.send(hub, "shop")
        fake.respond = [503, ConnectionError, (422, b"{}")]
        delivery = hub["shop:live:user-1"].notify("hello").result(5)
        for attempts, code in ((1, 503), (2, None), (3, 422)):
            settle(hub)
            state = delivery.status().result(5)
            assert (state.attempts, state.last_code) == (attempts, code)
            clock.advance(600)
        assert state.status == "dead"
        assert len(fake.received) == 3


def test_a_call_that_goes_on_is_told(fake: FakePlatform):
    config = {
        "store": "memory:",
        "allow_networks": fake.networks,
        "account": {"shop": fake.settings()},
    }
    with lj.Hub(config) as hub:
        fake.send(hub, "shop")
        fake.respond = [TimeoutError]
        hub["shop:live:user-1"].notify("hello").result(5)
        fake.wait(1)
        with pytest.raises(AssertionError, match="1 calls are still under way"):
            settle(hub, timeout=0)
        hub.close()


def test_the_samples_say_who_speaks():
    roles = {
        platform: lj.parse(platform, testing.sample(platform).body)[0].actor.role
        for platform in ("chatlayer_offloading", "certainly", "omnichannel", "chatlayer_app")
    }
    assert roles == {
        "chatlayer_offloading": "user",
        "certainly": "user",
        "omnichannel": "bot",
        "chatlayer_app": "bot",
    }


def test_omnichannel_asks_for_a_human_in_a_known_chat_only():
    account = {"line": testing.sample_settings("omnichannel")}
    with (
        FakePlatform("omnichannel") as fake,
        lj.Hub({"store": "memory:", "account": account}, background=False) as hub,
    ):
        assert fake.send(hub, "line", "handover_requested").status == 404
        fake.send(hub, "line")
        assert fake.send(hub, "line", "handover_requested").status == 200
