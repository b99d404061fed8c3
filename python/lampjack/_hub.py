"""Hub: accounts, conversations and subscribers of one process."""

import asyncio
import hashlib
import json
import os
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from lampjack import _config, _core
from lampjack._care import Care
from lampjack._consumers import SinkConsumer, SubscriptionConsumer, _Consumer
from lampjack._conversation import Conversation, User
from lampjack._errors import ArgumentError, HubClosedError, HubTimeoutError
from lampjack._log import log_line
from lampjack._reception import Answer, Headers, Reception

if TYPE_CHECKING:
    from lampjack.testing import ManualClock

__all__ = ["Hub"]

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_LANES = 4  # commands of one conversation keep their order, others run beside them


class Hub(Care):
    """Receives handover webhooks, tracks who owns each conversation, delivers what agents say.

    The configuration is a mapping: `store` ("memory:", …) and `account`, one mapping of settings by account name.
    "env:NAME" and "file:PATH" stand for secrets kept elsewhere. `ConfigError` names what is wrong with it.

    The hub sends and watches its timers from the start, unless `background` is false: then `step()` does it. Subscribers
    run from `start()`, `lifespan` or `with hub:` on.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        clock: "ManualClock | None" = None,
        seed: int | None = None,
        background: bool = True,
    ) -> None:
        text = _config.to_json(config)
        self._hub = _core.Hub(
            text,
            background=background,
            log=log_line,
            clock=None if clock is None else clock._native,
            seed=seed,
        )
        self._pid = os.getpid()
        self._workers = ThreadPoolExecutor(16, "lampjack worker")
        self._calls = ThreadPoolExecutor(8, "lampjack call")
        self._waits = ThreadPoolExecutor(32, "lampjack wait")
        self._lanes = [ThreadPoolExecutor(1, "lampjack lane") for _ in range(_LANES)]
        self._reception = Reception(self._calls, self._workers)
        self._consumers: dict[str, _Consumer] = {}
        self._started = self._closed = False
        self._given_loop: asyncio.AbstractEventLoop | None = None
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._finalizer = weakref.finalize(self, _shut, self._hub, self._pid)
        _hubs.add(self)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **options: Any) -> Self:
        """Open a hub from a TOML file."""
        return cls(_config.read_file(path), **options)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Open a hub from LAMPJACK_CONFIG, or LAMPJACK_STORE and LAMPJACK_ACCOUNT__NAME__SETTING."""
        return cls(_config.read_environment(os.environ), **options)

    # ---- In ----

    def receive(
        self,
        account: str,
        *,
        method: str = "POST",
        path: str = "/",
        query: str | bytes = b"",
        headers: Headers = (),
        body: bytes = b"",
    ) -> Answer:
        """Take one request. Never raises for what it holds: every fault is an answer. Blocks; see `submit()`."""
        return self._reception.receive(self._native, account, (method, path, query, headers, body))

    async def submit(
        self,
        account: str,
        *,
        method: str = "POST",
        path: str = "/",
        query: str | bytes = b"",
        headers: Headers = (),
        body: bytes = b"",
    ) -> Answer:
        """Take one request without blocking the loop; async decide and translate functions run on it."""
        return await self._reception.submit(
            self._native, account, (method, path, query, headers, body)
        )

    # ---- What the host contributes ----

    def decide(self, *accounts: str) -> Callable[[F], F]:
        """Register the function that answers handover requests with `Accept` or `Decline`; no account means all."""

        def register(function: F) -> F:
            for account in accounts or ("",):
                self._reception.add_decide(account, function)
            return function

        return register

    def on(
        self,
        *types: type,
        to: str | None = None,
        name: str | None = None,
        accounts: Iterable[str] = (),
    ) -> Callable[[F], F]:
        """Register a subscriber `function(item, conversation)` for events and facts of these classes.

        `to` is `desk`, `bot` or `nobody`. The name is permanent: the store remembers under it what was handled, and
        processes that share it share the work. Without one it is derived from the function's qualified name.
        An exception means that the item comes again after a growing wait (item_base_ms, item_cap_ms), and that it is
        set aside after item_tries tries: see `dead_items()`.
        """
        if not types:
            raise ArgumentError("on() needs at least one class of events or facts")

        def register(function: F) -> F:
            stable = name or f"{function.__module__}.{function.__qualname__}"
            if "<" in stable:
                raise ArgumentError(
                    "a lambda or inner function has no stable name: give on(…, name=…)"
                )
            self._add(
                SubscriptionConsumer(self, function, stable, types, tuple(accounts), to),
                f"on {stable}",
            )
            return function

        return register

    def sink(self, account: str) -> Callable[[F], F]:
        """Register the function that shows bot and agent messages to the account's end users.

        `function(message, conversation)`: a return means shown, an exception means again.
        """

        def register(function: F) -> F:
            self._add(SinkConsumer(self, function, account), f"sink {account}")
            return function

        return register

    def translate(self, account: str) -> Callable[[F], F]:
        """Register the function that makes events of an account's free-form requests (Chatlayer app).

        It gets the app's `bundle.request` and returns events, or dicts of the canonical form that may leave out what is
        usual: kind `message`, actor role `user`, mode `live`; `content` may be what replies take.
        """

        def register(function: F) -> F:
            self._reception.add_translate(account, function)
            return function

        return register

    def _add(self, consumer: _Consumer, key: str) -> None:
        with self._lock:
            if key in self._consumers:
                raise ArgumentError(f"there is a function for {consumer.label} already")
            self._consumers[key] = consumer
        if self._started:
            self._start_consumer(consumer)

    # ---- Out ----

    def __getitem__(self, ref: str) -> Conversation:
        """Return the conversation of that ref; whether there is one is known when it is used."""
        return Conversation(self, ref)

    def user(self, account: str, id: str, **fields: str) -> User:  # noqa: A002  the canonical name
        """Return an end user on a channel account; `fields` are those of an actor: first_name, phone, …."""
        return User(self, account, {"id": id, **fields})

    def conversations(self, state: str = "", *, limit: int = 100) -> list[dict[str, Any]]:
        """Return conversations, newest first; `state` narrows them. Blocks for a read of the store."""
        found: list[dict[str, Any]] = json.loads(self._native.conversations(state, limit))
        return found

    def stats(self) -> dict[str, int]:
        """Return counters since the start."""
        found: dict[str, int] = json.loads(self._native.stats())
        return found

    def urls(self, base: str = "") -> list[dict[str, Any]]:
        """Return what to configure at each vendor: one entry per account and path below `base`."""
        found: list[dict[str, Any]] = json.loads(self._native.urls(base.rstrip("/")))
        return found

    # ---- Life ----

    def start(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Start the subscribers. Coroutines run on `loop`, or on a loop of the hub's own. Twice is a no-op."""
        self._native  # noqa: B018  refuses a closed or forked hub
        with self._lock:
            self._given_loop = loop or self._given_loop
            if self._started:
                return
            self._started = True
            consumers = list(self._consumers.values())
        for consumer in consumers:
            self._start_consumer(consumer)

    def _start_consumer(self, consumer: _Consumer) -> None:
        if isinstance(consumer, SubscriptionConsumer):
            consumer.declare()
        consumer.start()

    def step(self) -> None:
        """Do once what sender and timers would do now; for hubs without background, in tests and simulations."""
        self._native.step()

    def drain(self, timeout: float = 15.0) -> None:
        """Stop leasing and finish what is in flight; `HubTimeoutError` when some is left."""
        for consumer in self._consumers.values():
            consumer.stop()
        deadline = time.monotonic() + timeout
        self._native.drain(int(timeout * 1000))
        if self._started and not all(
            c.join(max(0.0, deadline - time.monotonic())) for c in self._consumers.values()
        ):
            raise HubTimeoutError("some subscribers are still at work")

    def close(self) -> None:
        """End everything; what was stored is sent by whoever opens the store next. Twice is a no-op."""
        if self._closed:
            return
        self._closed = True
        for consumer in self._consumers.values():
            consumer.stop()
        self._finalizer()
        for pool in (self._workers, self._calls, self._waits, *self._lanes):
            pool.shutdown(wait=False, cancel_futures=True)
        if self._own_loop is not None:
            self._own_loop.call_soon_threadsafe(self._own_loop.stop)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(HubTimeoutError, HubClosedError):
            self.drain()
        self.close()

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:
        """ASGI lifespan: `FastAPI(lifespan=hub.lifespan)`. Starts the subscribers, and drains and closes at the end."""
        del app
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.start, loop)
        try:
            yield
        finally:
            await loop.run_in_executor(None, self.__exit__)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a hub cannot be pickled or copied: open one in each process")

    def __repr__(self) -> str:
        return f"<Hub {'open' if not getattr(self, '_closed', True) else 'closed'}>"

    # ---- Inside ----

    @property
    def _native(self) -> _core.Hub:
        if self._pid != os.getpid():
            raise HubClosedError(
                "this hub was opened before a fork: open one in each process (e.g. in the lifespan)"
            )
        if self._closed:
            raise HubClosedError("the hub was closed")
        return self._hub

    def _loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._given_loop is not None:
                return self._given_loop
            if self._own_loop is None:
                self._own_loop = asyncio.new_event_loop()
                threading.Thread(
                    target=_run_loop, args=(self._own_loop,), name="lampjack loop", daemon=True
                ).start()
            return self._own_loop

    def _commanding(self, ref: str, run: Callable[[], T]) -> "Future[T]":
        self._native  # noqa: B018  refuses a closed or forked hub
        lane = hashlib.blake2b(ref.encode(), digest_size=1).digest()[0] % _LANES
        return self._lanes[lane].submit(run)

    def _reading(self, look: Callable[[], T]) -> "Future[T]":
        self._native  # noqa: B018  refuses a closed or forked hub
        return self._calls.submit(look)

    def _waiting(self, wait: Callable[[float], T], timeout: float) -> "Future[T]":
        self._native  # noqa: B018  refuses a closed or forked hub
        return self._waits.submit(wait, timeout)

    def _wait_delivery(self, delivery: str, timeout: float) -> str:
        found = self._native.wait_delivery(delivery, int(timeout * 1000))
        if found is None:
            raise HubTimeoutError("it is still under way")
        return found


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()


def _shut(native: _core.Hub, pid: int) -> None:
    if pid == os.getpid():
        native.close()


_hubs: "weakref.WeakSet[Hub]" = weakref.WeakSet()


def _abandon() -> None:
    """After a fork the child has the hubs but not their threads: leave them alone for ever."""
    for hub in list(_hubs):
        _core.leak(hub._hub)


os.register_at_fork(after_in_child=_abandon)

Hub.__module__ = "lampjack"
