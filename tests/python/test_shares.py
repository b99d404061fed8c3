"""Shares: what hangs in the functions of one account keeps its own places, and nobody else waits for them."""

import asyncio
import json
import logging
import os
import threading
import weakref

import pytest

import lampjack as lj
from lampjack._deciders import Deciders
from lampjack._shares import Shares, Spares
from lampjack.testing import ManualClock, sample, sample_settings
from support.hanging import PLATFORM, HangingHub, comes

ROUNDS = int(os.environ.get("LJK_HANGING_ROUNDS", "1"))


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "lampjack")


def lines(caplog: pytest.LogCaptureFixture, *begins: str) -> list[str]:
    return [text for text in caplog.messages if text.startswith(begins)]


@pytest.mark.parametrize("in_loop", [False, True], ids=["receive", "submit"])
def test_while_one_account_hangs_everywhere_all_others_are_served(
    store: str, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    with HangingHub("abcd", "a", store=store) as world:
        world.hang()
        for kind, most in (("plain", 12), ("coroutine", 12), ("decide", 2)):
            assert comes(lambda kind=kind, most=most: world.count(kind, "a") == most), kind
        for number in range(ROUNDS):
            for account in "bcd":
                user = f"user-{number}"
                assert world.ask(account, user, in_loop=in_loop), "its own decision"
                assert world.is_served(account, user), "handlers of both kinds"
        assert world.count("decide", "a") == 2, "the others had the default, and were never begun"
        assert (world.count("plain", "a"), world.count("coroutine", "a")) == (12, 12)
        assert not lines(caplog, *(f"decision.{why} account={one}" for one in "bcd" for why in
                                   ("late", "busy", "failed")))  # fmt: skip
        assert comes(lambda: len(lines(caplog, "decision.busy account=a")) == 2)
        world.release()
        refs = {f"a:live:a-{number}" for number in range(16)}
        for kind in ("plain", "coroutine"):
            assert comes(lambda kind=kind: {(kind, ref) for ref in refs} <= set(world.ended)), kind


@pytest.mark.parametrize("in_loop", [False, True], ids=["receive", "submit"])
def test_control_on_threads_that_all_share_nobody_is_served(in_loop: bool):
    with HangingHub("abcd", "a", shared=True) as world:
        world.hang()
        assert comes(lambda: world.count("plain", "a") + world.count("decide", "a") >= 16)
        assert not world.ask("b", "user-1", in_loop=in_loop)
        assert world.count("decide", "b") == 0
        assert not world.is_served("b", "user-1", 1)
        assert not [one for one in world.ended if one[1].startswith("b")]


def test_what_is_free_within_the_shares_may_be_used_by_anybody():
    with HangingHub("ab", "a") as world:
        world.hang()
        assert comes(lambda: (world.count("plain", "a"), world.count("coroutine", "a")) == (12, 12))
        world.hangs = "b"  # from now on
        for number in range(16):
            world.message("b", f"b-{number}")
        assert comes(lambda: world.count("plain", "b") == 4), "all that are left"
        assert comes(lambda: world.count("coroutine", "b") == 4)
        assert (world.count("plain", "a"), world.count("coroutine", "a")) == (12, 12)


def test_a_share_that_is_free_again_is_used_at_once():
    """Each of these items begins only when another of the account has ended."""
    with HangingHub("ab", "a") as world:
        world.hang()
        assert comes(lambda: world.count("plain", "a") == 12)
        for number in range(200):
            world.message("a", f"more-{number}")
        world.release()
        assert comes(lambda: len(world.ended) >= 2 * (16 + 200))


def test_a_hub_with_one_account_gives_it_everything():
    with HangingHub("a", "a") as world:
        for number in range(20):
            world.message("a", f"user-{number}")
        for number in range(10):
            world.ask_meanwhile("a", f"asks-{number}")
        for kind, most in (("plain", 16), ("coroutine", 16), ("decide", 8)):
            assert comes(lambda kind=kind, most=most: world.count(kind, "a") == most), kind


def test_a_decision_waits_a_little_for_a_place():
    """A tenth of the time to answer: here two seconds."""
    settings = sample_settings(PLATFORM, t_answer=20_000)
    begun, go_on = threading.Semaphore(0), threading.Event()
    hub = lj.Hub({"store": "memory:", "account": {"a": settings, "b": settings}})
    hub.decide()(lambda request: begun.release() or (go_on.wait(20) and lj.Accept()))
    answers: list[bytes] = []

    def ask(user: str) -> None:
        request = sample(PLATFORM, "handover_requested", user=user).arguments()
        answers.append(hub.receive("a", **request).body)

    threads = [threading.Thread(target=ask, args=(f"user-{number}",)) for number in range(3)]
    for thread in threads:
        thread.start()
    assert begun.acquire(timeout=10)
    assert begun.acquire(timeout=10)
    assert comes(lambda: hub._runtime._deciders._waiting)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 3
    assert all(b'"offloadSuccess":true' in answer.replace(b" ", b"") for answer in answers)
    hub.close()


@pytest.mark.parametrize("in_loop", [False, True], ids=["receive", "submit"])
def test_a_translation_without_a_place_leaves_the_request_in_the_log(
    in_loop: bool, caplog: pytest.LogCaptureFixture
):
    app = sample_settings("chatlayer_app", t_answer=2000)
    hub = lj.Hub({"store": "memory:", "account": {"a": app, "b": app}})
    go_on, begun = threading.Event(), []

    @hub.translate("a")
    def translate(request: object) -> list[object]:
        begun.append(request)
        go_on.wait(30)
        return []

    def post(number: int) -> int:
        body = json.dumps({"request": {"number": number}}).encode()
        request = sample("chatlayer_app").arguments() | {"path": "/receive", "body": body}
        if in_loop:
            return asyncio.run(hub.submit("a", **request)).status
        return hub.receive("a", **request).status

    try:
        assert [post(number) for number in range(3)] == [200] * 3
        assert len(begun) == 2
        assert lines(caplog, "translate.") == [
            "translate.late account=a deadline_ms=2000",
            "translate.late account=a deadline_ms=2000",
            "translate.busy account=a",
        ]
    finally:
        go_on.set()
        hub.close()


def test_a_coroutine_that_decides_too_late_gives_its_thread_back(caplog: pytest.LogCaptureFixture):
    settings = sample_settings(PLATFORM, t_answer=1000)
    with lj.Hub({"store": "memory:", "account": {"a": settings, "b": settings}}) as hub:

        @hub.decide()
        async def decide(request: lj.DecisionRequest) -> lj.Accept:
            await asyncio.sleep(3600)
            return lj.Accept()

        for number in range(4):
            request = sample(PLATFORM, "handover_requested", user=f"user-{number}").arguments()
            assert hub.receive("a", **request).status == 200
            assert comes(lambda: not hub._runtime._deciders._begun)
    assert lines(caplog, "decision.") == ["decision.late account=a deadline_ms=1000"] * 4


def test_nothing_is_kept_of_a_call_that_is_cancelled_while_it_waits():
    class Text:
        pass

    deciders, go_on = Deciders(1, 1, Spares(0, 0), 0), threading.Event()
    hanging = deciders.submit("a", lambda: go_on.wait(30))
    text = Text()
    held = weakref.ref(text)
    future = deciders.submit("a", lambda text=text: text)
    del text
    assert held() is not None, "it waits"
    assert future.cancel()
    assert held() is None
    assert not deciders._waiting
    go_on.set()
    assert hanging.result(20)
    assert deciders.submit("a", lambda: 7).result(20) == 7
    deciders.close()


def test_what_hangs_beyond_its_time_is_replaced_and_told(caplog: pytest.LogCaptureFixture):
    clock, go_on = ManualClock(), threading.Event()
    settings = sample_settings("certainly")
    config = {"store": "memory:", "handler_timeout_ms": 1000, "item_tries": 1}
    accounts = {"account": {"a": settings, "b": settings}}
    seen: list[str] = []
    with lj.Hub(config | accounts, clock=clock) as hub:

        @hub.on(lj.Message, name="desk")
        def handle(item: lj.Item, conv: lj.Conversation) -> None:
            seen.append(item.ref)
            go_on.wait(60)

        def hang(count: int, account: str, prefix: str) -> None:
            for number in range(count):
                request = sample("certainly", user=f"{prefix}-{number}", number=number)
                assert hub.receive(account, **request.arguments()).status == 200

        try:
            for turn in (1, 2):
                hang(12, "a", f"turn-{turn}")
                assert comes(lambda turn=turn: len(seen) == 12 * turn)
                clock.advance(2)
                assert comes(lambda turn=turn: len(lines(caplog, "thread.")) == 12 * turn)
            replaced = lines(caplog, "thread.abandoned account=a")
            assert len(replaced) == 24
            assert all('work="subscription desk"' in line for line in replaced)
            assert "left=8" in replaced[-1]
            hang(13, "a", "turn-3")
            assert comes(lambda: len(seen) == 36)
            clock.advance(2)
            assert comes(lambda: len(lines(caplog, "thread.hung account=a")) == 12)
            hang(1, "b", "other")
            assert comes(lambda: "b:live:other-0" in seen), "places of others are left"
            assert len(seen) == 37, "it has no place any more"
            hung = [one for one in hub.stuck() if "handler" in one.why]
            assert {one.subscription for one in hung} == {"desk"}
            assert len(hung) == 36
        finally:
            go_on.set()
        assert comes(lambda: len(seen) == 38), "its places are free"


def test_a_decision_that_hangs_beyond_the_time_of_handlers_is_replaced(
    caplog: pytest.LogCaptureFixture,
):
    settings = sample_settings(PLATFORM, t_answer=2000)
    accounts = {"a": settings, "b": settings}
    config = {"store": "memory:", "handler_timeout_ms": 200, "account": accounts}
    go_on, begun = threading.Event(), threading.Semaphore(0)
    with lj.Hub(config) as hub:
        hub.decide()(lambda request: begun.release() or go_on.wait(30))

        def ask(number: int) -> None:
            request = sample(PLATFORM, "handover_requested", user=f"user-{number}").arguments()
            assert hub.receive("a", **request).status == 200

        try:
            for number in range(2):
                ask(number)
                assert begun.acquire(timeout=10)
            ask(2)
            assert begun.acquire(timeout=10), "another thread takes it"
            [*told] = lines(caplog, "thread.")
            assert told == [
                "thread.abandoned account=a work=decide left=31",
                "thread.abandoned account=a work=decide left=30",
            ]
        finally:
            go_on.set()


def test_a_share_is_counted_exactly():
    shares = Shares(3, 2)
    assert shares.take("a")
    assert shares.take("a")
    assert not shares.take("a")
    assert shares.full() == ["a"]
    assert shares.take("b")
    assert not shares.take("c"), "none is left"
    assert not shares.release("b")
    assert shares.reserve()
    assert not shares.give("a")
    assert shares.give("c")
    assert shares.release("a"), "it had its whole share"
    assert not shares.release("a")
    shares.release("c")
    assert [shares.take(one) for one in "abcd"] == [True, True, True, False]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_waits_for_none_of_them():
    with HangingHub("ab", "a") as world:
        world.hang()
        assert comes(lambda: world.count("plain", "a") == 12)
        locks = (world.hub._runtime._waits._changed, world.hub._runtime._deciders._lock)
        for lock in locks:
            lock.acquire()  # as if a thread had them when the process forks
        child = os.fork()
        if child == 0:
            code = 1
            try:
                world.hub["a:live:user-1"].state()
            except lj.HubClosedError:
                world.hub.close()
                code = 0
            finally:
                os._exit(code)
        for lock in locks:
            lock.release()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert world.ask("b", "user-1")
