"""The hub from Python: commands, refusals, subscribers, decisions, and the ends of life."""

import asyncio
import json
import logging
import multiprocessing
import re
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator

import pytest
from starlette.datastructures import Headers

import lampjack as lj
from lampjack import _core, _leased_work
from lampjack.testing import FakePlatform, ManualClock, sample, sample_settings

REF = "shop:live:user-1"


class Seen:
    """What subscribers saw, for tests that wait for it."""

    def __init__(self) -> None:
        self.values: list = []
        self._changed = threading.Condition()

    def add(self, value: object) -> None:
        with self._changed:
            self.values.append(value)
            self._changed.notify_all()

    def wait(self, condition: Callable[[list], object], timeout: float = 10) -> list:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.values), timeout), self.values
            return list(self.values)


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with FakePlatform("chatlayer_offloading") as fake:
        yield fake


@pytest.fixture
def hub(fake: FakePlatform) -> Iterator[lj.Hub]:
    config = {
        "store": "memory:",
        "account": {"shop": fake.settings(t_answer=20_000)},  # a busy machine must not decide
        "allow_networks": fake.networks,
        "retry_base_ms": 10,
    }
    hub = lj.Hub(config)
    yield hub
    hub.close()


def offload(hub: lj.Hub, accept: bool = True, mute: bool = True, **options: object) -> lj.Answer:
    if "shop" not in hub._reception._decide:
        hub.decide("shop")(lambda request: lj.Accept(mute=mute) if accept else lj.Decline("closed"))
    return hub.receive(
        "shop", **sample("chatlayer_offloading", "handover_requested", **options).arguments()
    )


def say(hub: lj.Hub, **options: object) -> lj.Answer:
    return hub.receive("shop", **sample("chatlayer_offloading", **options).arguments())


# ---- Commands ----


def test_a_reply_takes_the_conversation_and_is_sent(hub: lj.Hub, fake: FakePlatform):
    offload(hub)
    delivery = hub[REF].reply("Hello", agent="dana").result(5)
    assert delivery.receipt.ref == REF
    assert (delivery.receipt.state, delivery.receipt.owner, delivery.receipt.agent) == (
        "agent",
        "agent",
        "dana",
    )
    sent = delivery.sent(timeout=10).result(15)
    assert (sent.delivery, sent.status) == (delivery.id, "sent")
    assert "Hello" in fake.wait(1)[0].body.decode()
    assert delivery.status().result(5).attempts == 1


def test_a_wrong_argument_is_told_without_what_was_said(hub: lj.Hub):
    offload(hub)
    words, agent = "between " + "us", "da" + "na"
    wrong = {"epoch": (-1, "2", 2**64), "key": (7, None, b"k"), "force": (b"yes",)}
    for name, value in ((name, value) for name, values in wrong.items() for value in values):
        with pytest.raises(lj.ArgumentError, match=rf"^{name} must be") as caught:
            hub[REF].take(agent, **{name: value}).result(5)
        with pytest.raises(lj.ArgumentError, match=r"^epoch must be"):
            hub[REF].reply(words, agent=agent, epoch=-1).result(5)
        told = "".join(traceback.format_exception(caught.value))
        assert words not in told
        assert agent not in told


def test_a_hub_without_background_sends_when_it_steps(fake: FakePlatform):
    config = {
        "store": "memory:",
        "account": {"shop": fake.settings()},
        "allow_networks": fake.networks,
    }
    with lj.Hub(config, background=False) as hub:
        offload(hub)
        delivery = hub[REF].reply("Hello", agent="dana").result(5)
        for _ in range(500):
            hub.step()
            if delivery.status().result(5).status == "sent":
                break
            time.sleep(0.01)
        assert delivery.status().result(5).status == "sent"
        assert any("Hello" in request.body.decode() for request in fake.received)


def test_a_reply_whose_owner_lost_the_conversation_is_told(
    fake: FakePlatform, caplog: pytest.LogCaptureFixture
):
    seen = Seen()
    account = {"shop": fake.settings()}
    config = {"store": "memory:", "allow_networks": fake.networks, "account": account}
    with caplog.at_level(logging.WARNING, "lampjack"), lj.Hub(config, background=False) as hub:
        hub.on(lj.DeliveryChanged, name="told")(lambda item, conv: seen.add(item.event))
        hub.start()
        offload(hub)
        delivery = hub[REF].reply("never sent", agent="dana").result(5)
        hub[REF].pass_("eve", agent="dana", force=True).result(5)
        event = seen.wait(lambda v: v and v[-1].delivery == delivery.id)[-1]
        assert (event.status, event.reason) == ("refused", "stale_owner")
        (line,) = [text for text in caplog.messages if text.startswith("delivery.refused ")]
        assert f" delivery={delivery.id} action=reply reason=stale_owner " in line
    assert "never sent" not in caplog.text


async def test_the_same_awaited(hub: lj.Hub, fake: FakePlatform):
    offload(hub)
    delivery = await hub[REF].reply(lj.Choice("Which?", ["A", "B"]), agent="dana")
    receipt = await delivery.sent(timeout=10)
    assert receipt.status == "sent"
    assert (await hub[REF].state()).owner == lj.Owner("agent", "dana")
    assert "Which?" in fake.received[0].body.decode()


def test_refusals_name_owner_and_epoch(hub: lj.Hub):
    offload(hub)
    taken = hub[REF].take("dana").result(5).receipt
    with pytest.raises(lj.NotOwnerError) as caught:
        hub[REF].reply("Mine?", agent="eve").result(5)
    error = caught.value
    assert (error.code, error.owner, error.agent, error.epoch) == (
        "not_owner",
        "agent",
        "dana",
        taken.epoch,
    )
    assert not error.retryable
    assert isinstance(error.allowed, tuple)
    with pytest.raises(lj.StaleOwnerError) as stale:
        hub[REF].reply("Late", agent="dana", epoch=taken.epoch - 1).result(5)
    assert (stale.value.owner, stale.value.agent, stale.value.epoch) == (
        "agent",
        "dana",
        taken.epoch,
    )
    assert "dana" in hub[REF].explain("reply", agent="eve").result(5).owner.agent


def test_a_key_makes_a_command_happen_once(hub: lj.Hub, fake: FakePlatform):
    offload(hub)
    first = hub[REF].reply("Hello", agent="dana", key="k1").result(5)
    again = hub[REF].reply("Hello", agent="dana", key="k1").result(5)
    assert again.id == first.id
    first.sent(timeout=10).result(15)
    assert len([r for r in fake.received if "Hello" in r.body.decode()]) == 1


def test_commands_given_without_waiting_keep_their_order(hub: lj.Hub, fake: FakePlatform):
    offload(hub)
    commands = [hub[REF].reply(f"line {n}", agent="dana") for n in range(20)]
    commands[-1].result(10).sent(timeout=20).result(25)
    texts = [json.dumps(r.json()) for r in fake.wait(20)]
    assert [n for n in range(20) if f'line {n}"' in texts[n]] == list(range(20))


def test_a_snapshot_lends_its_epoch(hub: lj.Hub):
    offload(hub)
    conv = hub[REF]
    before = conv.state().result(5)
    hub[REF].take("eve").result(5)
    with pytest.raises(lj.RefusedError) as caught:
        conv.reply("decided before", agent="dana").result(5)
    assert caught.value.epoch > before.epoch


def test_release_gives_back(hub: lj.Hub, fake: FakePlatform):
    offload(hub)
    hub[REF].reply("Hello", agent="dana").result(5)
    hub[REF].release(agent="dana").result(5)
    fake.wait(2)
    assert fake.received[-1].json() != fake.received[0].json()
    say(hub, number=30)
    assert hub[REF].state().result(5).state in {"returning", "bot"}


def test_the_other_commands_reach_the_engine(hub: lj.Hub):
    offload(hub)
    conv = hub[REF]
    assert conv.queue(3).result(5).receipt.state == "requested"
    epoch = conv.take("dana").result(5).receipt.epoch
    assert conv.extend(120, agent="dana").result(5).receipt.epoch == epoch
    assert conv.pass_("eve", agent="dana", force=True).result(5).receipt.epoch > epoch
    conv.close(agent="eve", force=True).result(5)
    with pytest.raises(lj.RefusedError):
        hub[REF].reply("too late", agent="eve").result(5)


def test_unknown_places_are_named(hub: lj.Hub):
    with pytest.raises(lj.NotFoundError):
        hub["shop:live:nobody"].take("dana").result(5)
    with pytest.raises(lj.ArgumentError):
        hub["no-ref"].take("dana").result(5)
    assert hub.receive("other").status == 404
    assert hub.receive("shop", path="/nowhere").status == 404
    assert hub.receive("shop", method="PUT").status == 405


def test_a_dead_delivery_raises(hub: lj.Hub, fake: FakePlatform):
    fake.respond = [(400, b"{}")] * 20
    offload(hub)
    delivery = hub[REF].reply("Hello", agent="dana").result(5)
    with pytest.raises(lj.NetworkError):
        delivery.sent(timeout=20).result(25)


def test_content_is_checked_before_anything_happens(hub: lj.Hub):
    offload(hub)
    with pytest.raises(lj.ArgumentError):
        hub[REF].reply(5, agent="dana")
    with pytest.raises(lj.LampjackError):
        hub[REF].reply([], agent="dana").result(5)


# ---- Reads ----


def test_transcripts_hold_events_and_facts(hub: lj.Hub):
    offload(hub, text="help me")
    hub[REF].take("dana").result(5)
    items = hub[REF].transcript().result(5)
    assert [i.seq for i in items] == sorted(i.seq for i in items)
    assert any(isinstance(i.event, lj.HandoverRequested) for i in items)
    assert any(isinstance(i.event, lj.OwnerChanged) and i.event.now.agent == "dana" for i in items)
    assert any(
        isinstance(i.event, lj.Message) and lj.as_text(i.event.content) == "help me" for i in items
    )
    assert hub[REF].transcript(after=items[-1].seq).result(5) == []
    assert "help" not in repr(items)


def test_lists_and_counters(hub: lj.Hub):
    offload(hub)
    assert [c.ref for c in hub.conversations("requested")] == [REF]
    assert hub.conversations("closed") == []
    assert hub.stuck() == []
    assert hub.stats().handovers == 1
    assert {entry.method for entry in hub.urls("https://example.org")} == {"GET", "POST"}


# ---- Decisions ----


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (lj.Accept(mute=True), {"offloadSuccess": True, "pauseBot": True}),
        (lj.Accept(), {"offloadSuccess": True, "pauseBot": False}),
        (lj.Decline("closed"), {"offloadSuccess": False, "pauseBot": False}),
        ("yes", {"offloadSuccess": False, "pauseBot": False}),
    ],
)
def test_decisions_become_the_answer(hub: lj.Hub, decision: object, expected: dict):
    hub.decide()(lambda request: decision)
    answer = offload_raw(hub)
    assert json.loads(answer.body) == expected


def offload_raw(hub: lj.Hub) -> lj.Answer:
    return hub.receive("shop", **sample("chatlayer_offloading", "handover_requested").arguments())


def test_a_failing_or_late_decision_declines(fake: FakePlatform, caplog: pytest.LogCaptureFixture):
    hub = lj.Hub(
        {
            "store": "memory:",
            "allow_networks": fake.networks,
            "account": {"a": fake.settings(t_answer=50), "b": fake.settings(t_answer=20_000)},
        }
    )
    held = threading.Event()

    @hub.decide("a")
    def late(request: lj.DecisionRequest) -> lj.Accept:
        assert request.seconds == 0.05
        held.wait(10)
        return lj.Accept(mute=True)

    @hub.decide("b")
    def broken(request: lj.DecisionRequest) -> lj.Accept:
        raise KeyError("secret visitor text")

    for account in ("a", "b"):
        answer = hub.receive(
            account, **sample("chatlayer_offloading", "handover_requested").arguments()
        )
        assert json.loads(answer.body) == {"offloadSuccess": False, "pauseBot": False}
    held.set()
    hub.close()
    too_late, failed = [text for text in caplog.messages if text.startswith("decision.")]
    assert too_late == "decision.late account=a deadline_ms=50"
    assert re.fullmatch(r"decision\.failed account=b reason=KeyError at=test_hub\.py:\d+", failed)
    assert "secret" not in caplog.text


@pytest.mark.parametrize("in_loop", [False, True])
def test_a_late_decision_on_certainly_accepts(in_loop: bool, caplog: pytest.LogCaptureFixture):
    hub = lj.Hub(
        {"store": "memory:", "account": {"shop": sample_settings("certainly", t_answer=50)}}
    )
    held = threading.Event()

    @hub.decide("shop")
    def late(request: lj.DecisionRequest) -> lj.Decline:
        held.wait(10)
        return lj.Decline("closed")

    asked = sample("certainly", "handover_requested").arguments()
    answer = asyncio.run(hub.submit("shop", **asked)) if in_loop else hub.receive("shop", **asked)
    held.set()
    assert answer.status == 200
    assert [row.state for row in hub.conversations()] == ["requested"]
    assert "decision.late account=shop deadline_ms=50" in caplog.text
    hub.close()


def test_async_decisions_serve_the_blocking_call(hub: lj.Hub):
    @hub.decide("shop")
    async def decide(request: lj.DecisionRequest) -> lj.Accept:
        await asyncio.sleep(0)
        assert isinstance(request.event, lj.HandoverRequested)
        assert request.ref == REF
        return lj.Accept(mute=True)

    assert json.loads(offload_raw(hub).body)["pauseBot"] is True


async def test_submit_keeps_the_loop_free_and_awaits_on_it(hub: lj.Hub):
    loop = asyncio.get_running_loop()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())

    @hub.decide("shop")
    async def decide(request: lj.DecisionRequest) -> lj.Accept:
        assert asyncio.get_running_loop() is loop
        await asyncio.sleep(0.01)
        return lj.Accept(mute=True)

    answer = await hub.submit(
        "shop", **sample("chatlayer_offloading", "handover_requested").arguments()
    )
    ticking.cancel()
    assert json.loads(answer.body)["pauseBot"] is True
    assert ticks > 3


def test_a_repeated_request_gets_its_first_answer_without_asking_again(hub: lj.Hub):
    asked = []
    hub.decide("shop")(lambda request: asked.append(1) or lj.Accept(mute=True))
    first, second = offload_raw(hub), offload_raw(hub)
    assert first == second
    assert len(asked) == 1


def test_one_account_has_one_decider(hub: lj.Hub):
    hub.decide("shop")(lambda request: lj.Accept())
    with pytest.raises(lj.ArgumentError):
        hub.decide("shop")(lambda request: lj.Accept())


# ---- Subscribers ----


def test_plain_functions_get_items_in_order_on_worker_threads(hub: lj.Hub):
    seen = Seen()

    @hub.on(lj.Message, name="all")
    def note(item: lj.Item, conv: lj.Conversation) -> None:
        seen.add(
            (item.seq, lj.as_text(item.event.content), conv.ref, threading.current_thread().name)
        )

    with hub:
        for n in range(10):
            say(hub, text=f"m{n}", number=n)
        values = seen.wait(lambda v: len(v) == 10)
    assert [v[1] for v in values] == [f"m{n}" for n in range(10)]
    assert [v[0] for v in values] == sorted(v[0] for v in values)
    assert all(v[2] == REF and v[3].startswith("lampjack handler") for v in values)


def test_coroutines_run_on_a_loop_of_the_hub(hub: lj.Hub):
    seen = Seen()

    @hub.on(lj.Message, lj.HandoverRequested, name="async")
    async def note(item: lj.Item, conv: lj.Conversation) -> None:
        await asyncio.sleep(0)
        seen.add((type(item.event), asyncio.get_running_loop()))

    with hub:
        say(hub)
        offload(hub, number=5)
        values = seen.wait(lambda v: {lj.Message, lj.HandoverRequested} <= {x[0] for x in v})
    assert len({v[1] for v in values}) == 1


@pytest.mark.parametrize("patient", [True, False])
def test_an_outcome_is_recorded_once_the_store_is_back(
    hub: lj.Hub, monkeypatch: pytest.MonkeyPatch, patient: bool
):
    done, refusals = _core.Hub.done, [lj.StoreError("no connection left")] * 2

    def flaky(self: _core.Hub, *arguments: object) -> None:
        if refusals:
            raise refusals.pop()
        done(self, *arguments)

    monkeypatch.setattr(_core.Hub, "done", flaky)
    if not patient:
        monkeypatch.setattr(_leased_work, "_WAITS_TO_RECORD", ())
    seen = Seen()
    hub.on(lj.Message, name="desk")(lambda item, conv: seen.add(item.seq))
    with hub:
        say(hub, text="one", number=1)
        say(hub, text="two", number=2)
        if patient:
            assert seen.wait(lambda v: len(v) == 2) == [1, 2], "once each"
        else:
            seen.wait(lambda v: v == [1])
            time.sleep(0.5)
            assert seen.values == [1], "the next one waits for the lease to end"


def test_warnings_are_seen_where_nobody_has_set_up_a_log():
    script = """
import lampjack as lj
from lampjack.testing import sample_settings
account = sample_settings("chatlayer_offloading")
hub = lj.Hub({"store": "memory:", "account": {"shop": account}}, background=False)
hub.receive("shop", method="POST", path="/", query=b"", headers=(), body=b"{}")
"""
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stderr.startswith("request.refused account=shop status=401 reason=")


def test_a_failing_subscriber_gets_the_item_again(hub: lj.Hub, caplog: pytest.LogCaptureFixture):
    seen = Seen()

    @hub.on(lj.Message, name="flaky")
    def flaky(item: lj.Item, conv: lj.Conversation) -> None:
        seen.add(item.attempt)
        if item.attempt < 3:
            raise ValueError("secret visitor text")

    with caplog.at_level(logging.INFO, "lampjack"), hub:
        say(hub)
        assert seen.wait(lambda v: len(v) == 3) == [1, 2, 3]
        tag = hub[REF].tag
    failed = [text for text in caplog.messages if text.startswith("handler.failed ")]
    assert len(failed) == 2
    told = f"handler.failed subscription=flaky account=shop conversation={tag} reason=ValueError"
    for text in failed:
        assert re.fullmatch(rf"{told} at=test_hub\.py:\d+", text), "the host's own line"
    assert "secret" not in caplog.text


def test_commands_inside_a_subscriber_carry_the_items_epoch_and_a_repeatable_key(
    hub: lj.Hub, fake: FakePlatform
):
    seen = Seen()

    @hub.on(lj.HandoverRequested, name="greet")
    def greet(item: lj.Item, conv: lj.Conversation) -> None:
        first = conv.notify("A colleague is joining.").result(5)
        second = conv.notify("A colleague is joining.").result(5)
        seen.add((first.id, second.id))
        if item.attempt == 1:
            raise RuntimeError("after the commands")

    with hub:
        offload(hub)
        values = seen.wait(lambda v: len(v) == 2)
        assert values[0] == values[1], "the second run must repeat, not send again"
        assert values[0][0] != values[0][1], "two commands of one run are two"
        fake.wait(2)
    assert len(fake.received) == 2


def test_a_subscriber_decides_under_the_epoch_of_its_item(hub: lj.Hub):
    seen = Seen()
    go = threading.Event()

    @hub.on(lj.HandoverRequested, name="slow")
    def slow(item: lj.Item, conv: lj.Conversation) -> None:
        go.wait(10)
        try:
            conv.reply("decided long ago", agent="bot-desk").result(5)
        except lj.RefusedError as error:
            seen.add(type(error))

    with hub:
        offload(hub)
        hub[REF].take("dana").result(5)
        go.set()
        assert seen.wait(len)[0] in {lj.StaleOwnerError, lj.NotOwnerError}


def test_only_what_was_asked_for_comes(hub: lj.Hub):
    seen = Seen()
    hub.on(lj.OwnerChanged, name="owners")(lambda item, conv: seen.add(item.event))
    with hub:
        say(hub)
        offload(hub, number=5)
        hub[REF].take("dana").result(5)
        values = seen.wait(lambda v: any(e.now.agent == "dana" for e in v))
    assert all(isinstance(event, lj.OwnerChanged) for event in values)


def test_two_subscriptions_both_get_it_and_one_name_is_one(hub: lj.Hub):
    seen = Seen()
    hub.on(lj.Message, name="a")(lambda item, conv: seen.add("a"))
    hub.on(lj.Message, name="b")(lambda item, conv: seen.add("b"))
    with pytest.raises(lj.ArgumentError):
        hub.on(lj.Message, name="a")(lambda item, conv: None)
    with pytest.raises(lj.ArgumentError, match="name="):
        hub.on(lj.Message)(lambda item, conv: None)
    with pytest.raises(TypeError):
        hub.on(lj.Text, name="c")(lambda item, conv: None)
    with hub:
        say(hub)
        assert sorted(seen.wait(lambda v: len(v) == 2)) == ["a", "b"]


# ---- Where we play the channel ----


def test_users_speak_and_sinks_show(caplog: pytest.LogCaptureFixture):
    with FakePlatform("omnichannel") as fake:
        hub = lj.Hub(
            {
                "store": "memory:",
                "account": {"line": fake.settings()},
                "allow_networks": fake.networks,
                "retry_base_ms": 10,
            }
        )
        seen = Seen()

        @hub.sink("line")
        def show(message: lj.SinkMessage, conv: lj.Conversation) -> None:
            seen.add((message.attempt, lj.as_text(message.content)))
            if message.attempt == 1:
                raise OSError("secret widget")

        with hub:
            hub.user("line", "user-1", first_name="Secretta").say("Hi bot").result(5).sent(
                timeout=10
            ).result(15)
            assert "Hi bot" in fake.wait(1)[0].body.decode()
            offload = fake.send(hub, "line", "handover_requested", text="a human")
            assert offload.status == 200
            hub["line:live:user-1"].reply("Dana here", agent="dana").result(5)
            values = seen.wait(lambda v: (2, "Dana here") in v)
            assert (1, "Dana here") in values
            assert hub.user("line", "user-1").conversation.ref == "line:live:user-1"
    assert "secret" not in caplog.text.lower()


def test_users_of_a_desk_account_cannot_be_spoken_for(hub: lj.Hub):
    with pytest.raises(lj.UnsupportedError):
        hub.user("shop", "u").say("hi").result(5)


# ---- Life ----


def test_closed_hubs_say_so(hub: lj.Hub):
    offload(hub)
    hub.close()
    hub.close()
    hub[REF]
    for call in (
        lambda: hub.receive("shop"),
        hub.stats,
        hub.start,
        lambda: hub[REF].take("x"),
        hub[REF].state,
    ):
        with pytest.raises(lj.HubClosedError):
            call()


def test_close_ends_every_thread(fake: FakePlatform):
    before = set(threading.enumerate())
    config = {"store": "memory:", "allow_networks": fake.networks}
    hub = lj.Hub({**config, "account": {"shop": fake.settings()}})
    hub.on(lj.Message, name="x")(lambda item, conv: None)
    with hub:
        say(hub)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive() or thread.daemon is False, thread.name
    assert not [t for t in set(threading.enumerate()) - before if t.name.startswith("lampjack on")]


def _use_after_fork(hub: lj.Hub, results: "multiprocessing.Queue[str]") -> None:
    try:
        hub.stats()
    except lj.HubClosedError as error:
        results.put(str(error))
    else:
        results.put("no error")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_is_told(hub: lj.Hub):
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_use_after_fork, args=(hub, results))
    child.start()
    assert "before a fork" in results.get(timeout=20)
    child.join(20)
    assert child.exitcode == 0
    assert hub.stats().requests == 0


def test_time_is_the_clocks(fake: FakePlatform):
    clock = ManualClock()
    settings = fake.settings(t_accept=60_000, t_answer=20_000)
    hub = lj.Hub(
        {"store": "memory:", "allow_networks": fake.networks, "account": {"shop": settings}},
        clock=clock,
        background=False,
    )
    offload(hub)
    assert hub[REF].state().result(5).state == "requested"
    clock.advance(59)
    hub.step()
    assert hub[REF].state().result(5).state == "requested"
    clock.advance(2)
    hub.step()
    assert hub[REF].state().result(5).state in {"bot", "returning"}
    hub.close()


async def test_lifespan_starts_and_ends(hub: lj.Hub):
    seen = Seen()

    @hub.on(lj.Message, name="x")
    async def note(item: lj.Item, conv: lj.Conversation) -> None:
        seen.add(asyncio.get_running_loop())

    async with hub.lifespan():
        await hub.submit("shop", **sample("chatlayer_offloading").arguments())
        loop = asyncio.get_running_loop()
        values = await loop.run_in_executor(None, seen.wait, len)
        assert values == [loop]
    with pytest.raises(lj.HubClosedError):
        hub.stats()


def test_a_refusal_nobody_looks_at_is_logged(hub: lj.Hub, caplog: pytest.LogCaptureFixture):
    command = hub["shop:live:nobody"].take("dana")
    while not command.done():
        threading.Event().wait(0.01)
    del command
    assert "call.failed reason=NotFoundError" in caplog.messages
    assert "dana" not in caplog.text


def test_headers_may_be_pairs_or_a_mapping_of_any_kind():
    hub = lj.Hub(
        {"store": "memory:", "account": {"line": sample_settings("omnichannel")}}, background=False
    )
    request = sample("omnichannel").arguments()
    pairs = request["headers"]
    forms = [
        pairs,
        iter(pairs),
        dict(pairs),
        Headers(dict(pairs)),
        [(n.encode(), v.encode()) for n, v in pairs],
    ]
    for number, headers in enumerate(forms):
        body = sample("omnichannel", number=number).body
        assert hub.receive("line", **{**request, "headers": headers, "body": body}).status == 200
        assert lj.parse("omnichannel", body, headers=dict(pairs))
    assert hub.receive("line", **{**request, "headers": {}}).status == 401
    hub.close()


def test_verify_stands_alone():
    settings = {k: v for k, v in sample_settings("certainly").items() if k != "platform"}
    request = sample("certainly").arguments()
    assert lj.verify("certainly", settings, **request) == "full"
    with pytest.raises(lj.AuthError) as caught:
        lj.verify("certainly", settings, **{**request, "query": "token=not-this-one"})
    assert caught.value.code == "auth"
    assert "not-this-one" not in str(caught.value)


def test_convert_reports_what_is_lost():
    event = lj.Message.from_dict(
        {
            "v": 1,
            "id": "0" * 32,
            "kind": "message",
            "platform": "certainly",
            "conversation": {"mode": "live", "id": "7"},
            "actor": {"role": "user", "id": "7"},
            "content": [lj.Cards([lj.Card("One", options=["Buy"])]).to_dict()],
        }
    )
    body, losses = lj.convert(event, "omnichannel")
    assert b"One" in body
    assert losses[0].part == 0
    assert (losses[0].before, losses[0].after) == ("cards", "text")
    assert losses[0].what


def test_convert_names_what_is_beside_the_parts():
    event = lj.parse("certainly", sample("certainly", text="hi").body)[0]
    _, losses = lj.convert(event, "omnichannel")
    assert all(loss.part is None for loss in losses)
    assert {(loss.field, loss.what) for loss in losses} >= {("sent_at", "missing")}


def test_writing_says_no_to_events_of_another_platform():
    event = lj.parse("certainly", sample("certainly", text="hi").body)[0]
    with pytest.raises(lj.UnsupportedError, match="convert"):
        lj.write("omnichannel", [event], "in")
    plain = lj.Event.from_dict({k: v for k, v in event.to_dict().items() if k != "platform"})
    assert b'"hi"' in lj.write("omnichannel", [plain], "out"), "nobody's events may be written"


def test_a_command_says_what_the_platform_cannot_carry():
    with FakePlatform("certainly") as fake:
        config = {
            "store": "memory:",
            "allow_networks": fake.networks,
            "account": {"a": fake.settings()},
        }
        with lj.Hub(config) as hub:
            fake.send(hub, "a")
            conv = hub["a:live:user-1"]
            delivery = conv.reply(
                [lj.Text("Which?"), lj.Cards([lj.Card("One")])], agent="dana"
            ).result(5)
            delivery.sent(10).result(11)
            assert [(loss.part, loss.before, loss.after) for loss in delivery.losses] == [
                (1, "cards", "text")
            ]
            assert conv.reply("Two", agent="dana").result(5).losses == ()
        said = [request.json()["message"] for request in fake.received if request.method == "POST"]
        assert said[:2] == ["Which?", "One"]
