"""What an operator does: items that were given up, users to erase, conversations that are stuck, restarts, forks."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, sample

REF = "shop:live:user-1"


def config(fake: FakePlatform, store: str = "memory:", **options: object) -> dict:
    return {
        "store": store,
        "account": {"shop": fake.settings(t_answer=20_000)},
        "allow_networks": fake.networks,
        "item_base_ms": 1,
        "item_cap_ms": 2,
        **options,
    }


def receive(hub: lj.Hub, name: str) -> lj.Answer:
    return hub.receive("shop", **sample("chatlayer_offloading", name).arguments())


def wait_until(condition: Callable[[], object], timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def fail_for_ever(item: lj.Item, conversation: lj.Conversation) -> None:
    raise KeyError("secret visitor text")


def test_an_item_that_always_fails_is_set_aside_and_can_be_retried(caplog):
    with FakePlatform("chatlayer_offloading") as fake:
        hub = lj.Hub(config(fake, item_tries=3))
        failing = threading.Event()
        failing.set()
        handled: list[int] = []

        @hub.on(lj.HandoverRequested, name="desk")
        def handle(item: lj.Item, conversation: lj.Conversation) -> None:
            if failing.is_set():
                fail_for_ever(item, conversation)
            handled.append(item.attempt)

        with hub:
            receive(hub, "handover_requested")
            wait_until(lambda: hub.dead_items("desk"))
            (dead,) = hub.dead_items("desk")
            assert dead.reason == "KeyError"
            assert dead.item.attempt == 3
            assert isinstance(dead.item.event, lj.HandoverRequested)
            assert "secret" not in caplog.text
            kinds = [item.event.type for item in hub[REF].transcript().result(5)
                     if isinstance(item.event, lj.Fact)]  # fmt: skip
            assert "item_dead" in kinds
            failing.clear()
            hub.retry_item(dead)
            wait_until(lambda: handled)
            assert handled == [1]
            assert hub.dead_items("desk") == []
            with pytest.raises(lj.NotFoundError):
                hub.discard_item(dead)


def test_a_user_is_erased_after_the_bot_is_back():
    with FakePlatform("chatlayer_offloading") as fake:
        hub = lj.Hub(config(fake))
        hub.decide("shop")(lambda request: lj.Accept(mute=True))
        receive(hub, "handover_requested")
        hub[REF].take(agent="dana").result(5)
        report = hub.erase("shop", "user-1")
        assert b"resume" in fake.received[-1].body, "the bot was woken before it was forgotten"
        assert [one.ref for one in report.conversations] == [REF]
        assert hub.conversations() == []
        again = {"account": "shop", "log": "empty", "conversations": []}
        assert hub.erase("shop", "user-1") == again
        with pytest.raises(lj.NotFoundError):
            hub.erase("nothing", "user-1")
        hub.close()


def test_a_restart_goes_on_where_it_was(tmp_path: Path):
    store = f"sqlite:{tmp_path / 'handover.db'}"
    with FakePlatform("chatlayer_offloading") as fake:
        hub = lj.Hub(config(fake, store, item_tries=1))
        hub.on(lj.HandoverRequested, name="desk")(fail_for_ever)
        with hub:
            receive(hub, "handover_requested")
            wait_until(lambda: hub.dead_items("desk"))
        again = lj.Hub(config(fake, store))
        seen: list[str] = []
        again.on(lj.HandoverRequested, name="desk")(lambda item, conv: seen.append(conv.ref))
        with again:
            (dead,) = again.dead_items("desk")
            again.retry_item(dead)
            wait_until(lambda: seen)
        assert seen == [REF]


def test_stuck_says_why():
    with FakePlatform("chatlayer_offloading") as fake:
        hub = lj.Hub(config(fake))
        hub.decide("shop")(lambda request: lj.Accept(mute=True))
        receive(hub, "handover_requested")
        hub[REF].take(agent="dana").result(5)
        assert hub.stuck() == []
        fake.respond.append((422, b"{}"))
        hub[REF].release(agent="dana").result(5)
        wait_until(hub.stuck)
        (stuck,) = hub.stuck()
        assert (stuck.ref, stuck.why, stuck.last_code) == (REF, ("return_fails",), 422)
        hub.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_gets_a_clear_error():
    with FakePlatform("chatlayer_offloading") as fake:
        hub = lj.Hub(config(fake))
        child = os.fork()
        if child == 0:
            code = 1
            try:
                hub.stuck()
            except lj.HubClosedError as error:
                code = 0 if "fork" in str(error) else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert hub.stuck() == []
        hub.close()
        with pytest.raises(lj.HubClosedError):
            hub.dead_items("desk")
