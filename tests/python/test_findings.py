"""What two integrators found in release 13949c8, each as they met it, with calls that release has: there it must fail.

`./dev torture findings` builds that release beside this tree and checks that each of these tests, and each part of
tests/capi/findings.c, fails on it by its own finding. Further tests of the same things, with calls of today, lie in the
files that the things have.
"""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, ManualClock, SampleRequest, sample, sample_settings
from support.finding import Lines, comes, desk_of, get, mended

REF = "a:live:user-1"


# ---- The desk's findings


def test_d_b1_a_mute_at_accept_is_made_and_the_desk_has_the_words_of_the_wait(store: str):
    user = "webbot:77-88"
    with (
        FakePlatform("certainly") as fake,
        desk_of(fake, store, lj.Accept(mute=True)) as (hub, desk),
    ):
        fake.send(hub, "a", "handover_requested", user=user, text="a human please")
        mended("D-B1", comes(lambda: fake.received, 5), "no call before the take")
        assert "/handover/" in fake.received[0].path
        [conversation] = hub.conversations()
        fake.send(hub, "a", user=user, text="my order number is 4711", number=1)
        hub[get(conversation, "ref")].take("dana").result(5)
        fake.send(hub, "a", user=user, text="hello?", number=2)
        mended("D-B1", desk.have("my order number is 4711", "hello?"), desk.texts)


def test_d_b1_without_a_mute_the_desk_has_the_words_of_the_wait_too(store: str):
    with (
        FakePlatform("chatlayer_offloading") as fake,
        desk_of(fake, store, lj.Accept()) as (hub, desk),
    ):
        fake.send(hub, "a", "handover_requested", text="a human please")
        fake.send(hub, "a", text="my order number is 4711", number=1)
        hub[REF].take("dana").result(5)
        fake.send(hub, "a", text="hello?", number=2)
        mended("D-B1", desk.have("my order number is 4711", "hello?"), desk.texts)


def quiet(store: str, clock: ManualClock) -> lj.Hub:
    """A hub that looks after nothing by itself: while its clock stands still it is as good as dead."""
    account = {"a": sample_settings("certainly")}
    return lj.Hub({"store": store, "account": account}, clock=clock, background=False)


def test_d_b2_what_a_dead_process_worked_on_comes_to_another_within_a_minute(durable_store: str):
    begun, go_on, taken = (threading.Event() for _ in range(3))
    clock = ManualClock()  # the other's
    dead, other = quiet(durable_store, ManualClock()), quiet(durable_store, clock)

    @dead.on(lj.Message, name="desk")
    def hang(item: lj.Item, conv: lj.Conversation) -> None:
        begun.set()
        go_on.wait(60)

    @other.on(lj.Message, name="desk")
    def take_over(item: lj.Item, conv: lj.Conversation) -> None:
        taken.set()

    dead.start()
    dead.receive("a", **sample("certainly").arguments())
    assert begun.wait(10)
    other.start()
    for _ in range(12):  # a minute, in which only the other looks after anything
        clock.advance(5)
        other.step()
        if taken.wait(0.3):
            break
    go_on.set()
    dead.close()
    other.close()
    mended("D-B2", taken.is_set(), "still leased after a minute")


def test_d_b2b_an_orderly_end_leaves_no_item_behind(durable_store: str):
    clock, begun, taken = ManualClock(), threading.Event(), threading.Event()
    hub = quiet(durable_store, clock)

    @hub.on(lj.Message, name="desk")
    async def hang(item: lj.Item, conv: lj.Conversation) -> None:
        begun.set()
        await asyncio.sleep(0.1 if taken.is_set() else 3600)

    hub.start()
    hub.receive("a", **sample("certainly").arguments())
    assert begun.wait(10)
    hub.close()
    following = quiet(durable_store, clock)
    following.on(lj.Message, name="desk")(lambda item, conv: taken.set())
    following.start()
    is_taken = taken.wait(5)
    following.close()
    mended("D-B2", is_taken, "leased after close()")


def test_d_b5_a_wrong_token_kills_no_reply(store: str):
    refused = (401, b'{"error":"token is revoked"}')
    with (
        FakePlatform("chatlayer_offloading") as fake,
        desk_of(fake, store, lj.Accept(mute=True)) as (hub, _),
    ):
        fake.send(hub, "a", "handover_requested")
        fake.respond = [refused]
        texts = [f"line {number}" for number in range(5)]
        sent = [hub[REF].reply(text, agent="dana").result(5) for text in texts]
        assert comes(lambda: get(sent[0].status().result(5), "status") != "pending")
        mended("D-B5", hub.dead_letters() == [], hub.dead_letters())
        assert comes(lambda: get(sent[0].status().result(5), "last_error"))
        hub.resume("a")  # a person has corrected the token
        for one in sent:
            one.sent(20).result(25)
        bodies = [request.body.decode() for request in fake.received]
        assert [text for body in bodies[1:] for text in texts if text in body] == texts


def test_d_b7_another_text_under_a_known_key_is_refused(store: str):
    with (
        FakePlatform("chatlayer_offloading") as fake,
        desk_of(fake, store, lj.Accept(mute=True)) as (hub, _),
    ):
        fake.send(hub, "a", "handover_requested")
        first = hub[REF].reply("once", agent="dana", key="k1").result(5)
        assert hub[REF].reply("once", agent="dana", key="k1").result(5).id == first.id
        refused: list[str] = []
        try:
            hub[REF].reply("different", agent="dana", key="k1").result(5)
        except lj.ConflictError as error:
            refused.append(error.code)
        mended("D-B7", refused == ["key_conflict"], refused)


CLOSES = """
import asyncio, gc, threading
import lampjack as lj
from lampjack.testing import sample, sample_settings

hub = lj.Hub({"store": "memory:", "account": {"a": sample_settings("certainly")}})
begun = threading.Semaphore(0)

@hub.on(lj.Message, name="desk")
async def handle(item, conv):
    begun.release()
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0)

hub.start()
for number in range(8):
    hub.receive("a", **sample("certainly", user=f"user-{number}", number=number).arguments())
for _ in range(8):
    begun.acquire()
hub.close()
for thread in threading.enumerate():
    if "loop" in thread.name:
        thread.join(10)
getattr(hub._consumers, "by_key", hub._consumers).clear()  # as garbage collection may do
del hub, handle
gc.collect()
"""


def test_d_b11_close_with_handlers_under_way_says_nothing():
    command = [sys.executable, "-X", "dev", "-W", "ignore", "-c", CLOSES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0
    mended("D-B11", done.stderr == "", done.stderr[:300])


def test_d_b12_a_desk_reads_nothing_twice():
    """The line is there before the handler of the request reads the transcript."""
    told, gate = Lines(), threading.Event()
    with (
        FakePlatform("chatlayer_offloading") as fake,
        desk_of(fake, decision=lj.Accept(mute=True)) as (hub, _),
    ):
        read: list[lj.Item] = []
        failed: list[TypeError] = []

        @hub.on(lj.HandoverRequested, lj.Message, name="all", to="desk")
        async def handle(item: lj.Item, conv: lj.Conversation) -> None:
            if isinstance(item.event, lj.Message):
                told(item, conv)
                return
            await asyncio.to_thread(gate.wait, 10)
            try:
                read.extend(await conv.transcript(up_to=item.seq))
            except TypeError as error:
                failed.append(error)
                read.extend(await conv.transcript())

        fake.send(hub, "a", "handover_requested", text="a human please")
        fake.send(hub, "a", text="my order number is 4711", number=1)
        gate.set()
        assert told.have("my order number is 4711")
    twice = {item.seq for item in read} & {item.seq for item in told.items}
    assert read
    mended("D-B12", not twice and not failed, twice, failed)


def test_d_b13_a_line_and_its_delivery_name_each_other(store: str):
    with (
        FakePlatform("chatlayer_offloading") as fake,
        desk_of(fake, store, lj.Accept(mute=True)) as (hub, _),
    ):
        fake.send(hub, "a", "handover_requested")
        said = hub[REF].reply("Dana here", agent="dana").result(5)
        lines = [
            item
            for item in hub[REF].transcript().result(5)
            if isinstance(item.event, lj.Message) and lj.as_text(item.event.content) == "Dana here"
        ]
        [row] = hub[REF].deliveries().result(5)
        named = (getattr(lines[0], "delivery", None), get(row, "seq"))
        mended("D-B13", named == (said.id, lines[0].seq), named)
        assert said.receipt.seq == lines[0].seq


def test_d_b14_the_platforms_words_to_a_refused_message_are_kept(
    store: str, caplog: pytest.LogCaptureFixture
):
    answer = b'{"error":"conversation is closed","requestId":"abc-1"}'
    with (
        FakePlatform("chatlayer_offloading") as fake,
        desk_of(fake, store, lj.Accept(mute=True)) as (hub, _),
    ):
        fake.send(hub, "a", "handover_requested")
        fake.respond = [(422, answer)]
        hub[REF].reply("Hello", agent="dana").result(5)
        assert comes(hub.dead_letters)
        [letter], [row] = hub.dead_letters(), hub[REF].deliveries().result(5)
        kept = (get(letter, "vendor_answer"), get(row, "vendor_answer"))
        mended("D-B14", kept == (answer.decode(),) * 2, kept)
    assert "abc-1" not in caplog.text


def test_d_b15_a_renamed_handler_need_not_get_all_again_and_its_old_name_shows(durable_store: str):
    old, new = Lines(), Lines()
    with FakePlatform("chatlayer_offloading") as fake:
        config = {"store": durable_store, "allow_networks": fake.networks}
        config["account"] = {"a": fake.settings()}
        hub = lj.Hub(config)
        hub.on(lj.Message, name="desk.lines")(old)
        with hub:
            fake.send(hub, "a", text="one", number=1)
            assert old.have("one")
        hub = lj.Hub(config)
        try:
            hub.on(lj.Message, name="desk.words", start="now")(new)
        except TypeError as error:
            hub.close()
            mended("D-B15", False, error)
        with hub:
            assert comes(lambda: len(hub.subscriptions()) == 2)
            fake.send(hub, "a", text="two", number=2)
            mended("D-B15", new.have("two"), new.texts)
            waiting = {one.name: one.waiting for one in hub.subscriptions()}
            assert waiting["desk.lines"] == 1
            hub.drop_subscription("desk.lines")
            assert [one.name for one in hub.subscriptions()] == ["desk.words"]


# ---- The channel's findings


def test_c_b2_what_the_platform_has_not_got_at_a_take_reaches_the_desk(store: str):
    with FakePlatform("omnichannel") as fake, desk_of(fake, store) as (hub, desk):
        user, conv = hub.user("a", "7"), hub["a:live:7"]
        user.say("to the bot").result(5).sent(10).result(11)
        fake.respond = [(503, b"")] * 50
        user.say("my order number is 4711").result(5)
        fake.wait(2)
        conv.take("dana").result(5)
        user.say("are you there?").result(5)
        mended("C-B2", desk.have("my order number is 4711", "are you there?"), desk.texts)


def test_c_b2_a_mute_at_accept_closes_the_gate(store: str):
    with (
        FakePlatform("omnichannel") as fake,
        desk_of(fake, store, lj.Accept(mute=True)) as (hub, desk),
    ):
        user, conv = hub.user("a", "7"), hub["a:live:7"]
        user.say("to the bot").result(5).sent(10).result(11)
        fake.send(hub, "a", "handover_requested", user="7")
        muted = get(conv.state().result(5), "muted")
        mended("C-B2", muted == "yes", muted)
        user.say("while I wait").result(5)
        assert desk.have("while I wait")
        conv.cancel(by="user").result(5)
        assert fake.wait(2)[1].json()["message"]["text"] == "while I wait"


def relay(hub: lj.Hub, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the app is answered when its request means these events."""
    hub.translate("a")(lambda request: events)
    headers = sample("chatlayer_app").headers
    request = SampleRequest("POST", "/receive", "", headers, b'{"request":{"content":{}}}')
    answer = hub.receive("a", **request.arguments())
    assert answer.status == 200
    return json.loads(answer.body)


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"conversation": {"id": "u-1"}, "actor": {"id": "u-1"}, "kind": kind, **more}


@pytest.mark.parametrize("to", ["agent", "bot"])
def test_c_b3_a_handover_that_translate_returns_is_told_to_the_platform(to: str):
    with FakePlatform("chatlayer_app") as fake, desk_of(fake) as (hub, _):
        array = relay(hub, [event("message", content="hello"), event("handover", handover={"to": to})])  # fmt: skip
        told = [item["action"] for item in array if item["type"] == "action"]
        expected = {"type": "conversation_handover", "data": {"handover": {"to": to}}}
        mended("C-B3", told == [expected], array)


def test_c_b3_a_request_that_translate_returns_is_decided():
    with FakePlatform("chatlayer_app") as fake, desk_of(fake, decision=lj.Accept()) as (hub, _):
        relay(hub, [event("message", content="hello"), event("handover_requested")])
        state = get(hub["a:live:u-1"].state().result(5), "state")
        mended("C-B3", state == "requested", state)


# ---- Accounts that wait for each other


def test_h3_handlers_of_one_account_that_hang_decline_nobody_elses_request():
    settings = sample_settings("chatlayer_offloading", t_answer=5_000)
    hub = lj.Hub({"store": "memory:", "account": {"a": settings, "b": settings}})
    begun, go_on, handled = threading.Semaphore(0), threading.Event(), threading.Event()
    hub.decide("b")(lambda request: lj.Accept(mute=True))

    @hub.on(lj.Message, name="plain", accounts=["a"])
    def hang(item: lj.Item, conv: lj.Conversation) -> None:
        begun.release()
        go_on.wait(60)

    @hub.on(lj.Message, name="coroutine", accounts=["b"])
    async def handle(item: lj.Item, conv: lj.Conversation) -> None:
        handled.set()

    hub.start()
    for number in range(16):
        request = sample("chatlayer_offloading", user=f"user-{number}", number=number)
        hub.receive("a", **request.arguments())
    assert all(begun.acquire(timeout=20) for _ in range(12)), "they hang"
    asked = sample("chatlayer_offloading", "handover_requested").arguments()
    accepted = json.loads(hub.receive("b", **asked).body)["offloadSuccess"]
    hub.receive("b", **sample("chatlayer_offloading", number=1).arguments())
    is_handled = handled.wait(5)
    go_on.set()
    hub.close()
    mended("H3", accepted, "b's decision was not asked for")
    mended("H3", is_handled, "b's handler did not run")


def test_h3_waits_for_a_silent_platform_keep_no_other_account_waiting():
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent, desk_pair(silent) as hub:
        for number in range(40):
            request = sample("chatlayer_offloading", user=f"user-{number}", number=number)
            hub.receive("a", **request.arguments())
        hub.receive("b", **sample("chatlayer_offloading").arguments())
        notes = [hub[f"a:live:user-{number}"].notify("hello") for number in range(40)]
        waits = [note.result(10).sent(timeout=600) for note in notes]
        sent = hub["b:live:user-1"].notify("hello").result(10).sent(timeout=600)
        is_sent = comes(sent.done, 5)
        hub.close()
        for wait in waits:
            with pytest.raises(lj.HubClosedError):
                wait.result(10)
        mended("H3", is_sent, "b's wait did not end")


@contextmanager
def desk_pair(silent: socket.socket) -> Iterator[lj.Hub]:
    """A hub whose account `a` has a platform that never answers, beside `b`, whose platform is well."""
    with FakePlatform("chatlayer_offloading") as fine:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        accounts = {
            "a": sample_settings("chatlayer_offloading", api_base=address),
            "b": fine.settings(),
        }
        config = {"store": "memory:", "allow_networks": fine.networks, "total_ms": 120_000}
        yield lj.Hub(config | {"account": accounts})


# ---- What callers give


def raised_by(call: Callable[[], Any]) -> BaseException | None:
    """What the call raises, at once or as its result."""
    try:
        made = call()
        made = made.result(10) if hasattr(made, "result") else made
    except Exception as error:  # noqa: BLE001  which one it is, is the question
        return error
    return None


def test_c_b1_half_a_character_is_refused_without_a_word_of_it():
    with FakePlatform("omnichannel") as fake, desk_of(fake) as (hub, _):
        text = "my card is 4242 \ud800"
        for call in (
            lambda: hub.user("a", "5", email="a@b.c").say(text),
            lambda: hub.conversations(text),
            lambda: lj.Text(text).to_json(),
            lambda: lj.as_text(text),
            lambda: hub.urls(text),
        ):
            error = raised_by(call)
            mended("C-B1", isinstance(error, lj.ArgumentError), type(error).__name__)
            mended("C-B1", "4242" not in f"{error}{error.__context__}", "it is quoted")


def test_c_b9_a_dict_is_one_part(store: str):
    with FakePlatform("omnichannel") as fake, desk_of(fake, store) as (hub, _):
        hub.user("a", "7").say({"type": "text", "text": "hello"}).result(5)
        said = [request.json()["message"]["text"] for request in fake.wait(1)]
        mended("C-B9", said == ["hello"], said)


@pytest.mark.parametrize("content", [lj.File(name="x"), lj.Postback(), ""], ids=["file", "press", "text"])  # fmt: skip
def test_c_b10_an_incomplete_body_is_never_sent(content: Any):
    with FakePlatform("omnichannel") as fake, desk_of(fake) as (hub, _):
        error = raised_by(lambda: hub.user("a", "7").say(content))
        mended("C-B10", isinstance(error, lj.ArgumentError), type(error).__name__)
        assert hub.conversations() == []


@pytest.mark.parametrize(
    ("content", "agent"), [("", "dana"), ("   ", "dana"), (5, "dana"), ("hello", "")]
)
def test_d_b6_a_reply_of_nothing_or_of_nobody_is_no_reply(content: Any, agent: str):
    with FakePlatform("chatlayer_offloading") as fake, desk_of(fake) as (hub, _):
        fake.send(hub, "a", "handover_requested")
        error = raised_by(lambda: hub[REF].reply(content, agent=agent))
        mended("D-B6", isinstance(error, lj.ArgumentError), type(error).__name__)
        assert get(hub[REF].state().result(5), "state") != "agent"
