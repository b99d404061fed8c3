"""A hub of several accounts, of which one hangs wherever the host's functions can hang."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

import lampjack as lj
from lampjack._shares import Shares
from lampjack.testing import sample, sample_settings

PLATFORM = "chatlayer_offloading"
DECISION_MS = 5_000  # a tenth of it is the wait for a place


def comes(condition: Callable[[], object], patience: float = 20.0) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def share_nothing(hub: lj.Hub) -> None:
    """Let all work of all accounts queue for the same sixteen threads, as in release 13949c8."""
    runtime = hub._runtime
    runtime.handlers = runtime.workers = ThreadPoolExecutor(16, "lampjack shared")
    runtime.places = Shares(16, 16)
    runtime.places_of_coroutines = lambda *, one_account: Shares(16, 16)  # type: ignore[method-assign]
    runtime._deciders._pool = runtime.handlers
    runtime._deciders._shares = Shares(16, 16)


class HangingHub:
    """Handlers of both kinds and a decide function for each account; those of `hangs` hang until `go_on` is set."""

    def __init__(
        self,
        accounts: str,
        hangs: str,
        *,
        store: str = "memory:",
        shared: bool = False,
        **options: Any,
    ) -> None:
        settings = sample_settings(PLATFORM, t_answer=DECISION_MS)
        config = {"store": store, "account": dict.fromkeys(accounts, settings), **options}
        self.hub = lj.Hub(config)
        if shared:
            share_nothing(self.hub)
        self.hangs = hangs
        self.go_on = threading.Event()
        self.begun: list[tuple[str, str]] = []  # what began, and of which account
        self.ended: list[tuple[str, str]] = []  # kind and conversation
        self._others: list[threading.Thread] = []
        self._number = 0
        self.hub.decide()(self._decide)
        self.hub.on(lj.Message, name="plain")(self._plain)
        self.hub.on(lj.Message, name="coroutine")(self._coroutine)

    def _decide(self, request: lj.DecisionRequest) -> lj.Accept:
        account = request.ref[0]
        self.begun.append(("decide", account))
        if account == self.hangs:
            self.go_on.wait(60)
        return lj.Accept(mute=True)

    def _plain(self, item: lj.Item, conv: lj.Conversation) -> None:
        self.begun.append(("plain", item.ref[0]))
        if item.ref[0] == self.hangs:
            self.go_on.wait(60)
        self.ended.append(("plain", item.ref))

    async def _coroutine(self, item: lj.Item, conv: lj.Conversation) -> None:
        self.begun.append(("coroutine", item.ref[0]))
        hangs = item.ref[0] == self.hangs
        while hangs and not self.go_on.is_set():  # noqa: ASYNC110  it is set on another thread
            await asyncio.sleep(0.01)
        self.ended.append(("coroutine", item.ref))

    def count(self, kind: str, account: str) -> int:
        """How many have begun."""
        return self.begun.count((kind, account))

    def message(self, account: str, user: str) -> None:
        """Receive a user's message."""
        self._number += 1
        request = sample(PLATFORM, user=user, number=self._number)
        assert self.hub.receive(account, **request.arguments()).status == 200

    def ask(self, account: str, user: str, *, in_loop: bool = False) -> bool:
        """Receive a handover request; whether it is accepted."""
        request = sample(PLATFORM, "handover_requested", user=user).arguments()
        if in_loop:
            answer = asyncio.run(self.hub.submit(account, **request))
        else:
            answer = self.hub.receive(account, **request)
        assert answer.status == 200
        return bool(json.loads(answer.body)["offloadSuccess"])

    def ask_meanwhile(self, account: str, user: str) -> "Future[bool]":
        """Receive it on a thread of its own."""
        future: Future[bool] = Future()
        thread = threading.Thread(target=lambda: future.set_result(self.ask(account, user)))
        thread.start()
        self._others.append(thread)
        return future

    def hang(self) -> None:
        """Let that account hang in all its places: sixteen handlers of each kind, and four decisions."""
        for number in range(16):
            self.message(self.hangs, f"{self.hangs}-{number}")
        for number in range(4):
            self.ask_meanwhile(self.hangs, f"asks-{number}")

    def is_served(self, account: str, user: str, patience: float = 20.0) -> bool:
        """Whether handlers of both kinds get what that user says."""
        self.message(account, user)
        ref = f"{account}:live:{user}"
        return all(
            comes(lambda kind=kind: (kind, ref) in self.ended, patience)
            for kind in ("plain", "coroutine")
        )

    def release(self) -> None:
        """Let everything go on that hangs."""
        self.go_on.set()
        for thread in self._others:
            thread.join(20)
        self._others.clear()

    def __enter__(self) -> Self:
        self.hub.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self.hub.__exit__()
