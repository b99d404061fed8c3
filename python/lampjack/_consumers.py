"""Consumers: threads that lease items and sink messages, hand them to the host's functions and say what became of them."""

import asyncio
import inspect
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lampjack import _core
from lampjack._conversation import Conversation
from lampjack._errors import HubClosedError, LampjackError
from lampjack._handler_context import handling
from lampjack._items import Fact, Item
from lampjack._log import log_event, place_of
from lampjack._runtime import Runtime

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

__all__ = ["Consumer", "SinkConsumer", "SinkMessage", "SubscriptionConsumer"]

_POLL_MS = 250
_PAUSE_AFTER_ERROR = 1.0
# A store that is away for a moment must not cost the item its lease's five minutes.
_WAITS_TO_RECORD = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
_AT_ONCE = 16  # items of one subscription under way, each of another conversation

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True, repr=False)
class SinkMessage:
    """A message the host shows the end user itself. `id` stays the same when it is handed out again."""

    id: str
    ref: str
    account: str
    epoch: int
    agent: str
    attempt: int
    event: _core.Event

    @property
    def content(self) -> tuple[Any, ...]:
        """The parts to show."""
        return self.event.content

    def __repr__(self) -> str:
        return f"<SinkMessage with {len(self.content)} parts>"

    @classmethod
    def from_json(cls, text: str) -> "SinkMessage":
        """Read what the engine hands out."""
        head, _, event = text.partition(',"event":')
        data = json.loads(head + "}")
        return cls(data["id"], data["ref"], data["account"], data["epoch"], data.get("agent", ""), data["attempt"],
                   _core.Event.from_json(event[:-1]))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Work:
    """What to call, what to tell the engine afterwards, and what commands given meanwhile refer to."""

    call: Callable[[], Any]
    finish: Callable[[BaseException | None], None]
    item: Item | None
    label: str
    conversation: Conversation


class Consumer:
    """One thread that leases, and what its functions run on: worker threads, or the hub's loop for coroutines."""

    failed_event: str
    log_keys: dict[str, str]

    def __init__(self, runtime: Runtime, function: Handler, label: str) -> None:
        self._runtime = runtime
        self.function = function
        self.label = label
        self._stop = threading.Event()
        self._free = threading.Semaphore(_AT_ONCE)
        self._busy = 0
        self._idle = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=f"lampjack {label}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Lease nothing more."""
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Wait for what is under way; False when some of it is left."""
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout)
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, timeout)

    def _lease(self) -> Any:
        raise NotImplementedError

    def _work(self, leased: Any) -> "_Work | None":
        """Return what is to be done; None when there is nothing."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self._free.acquire(timeout=_POLL_MS / 1000):
                continue
            leased = None
            try:
                leased = self._lease()
            except HubClosedError:
                return
            except LampjackError as error:
                self._log_lease("take", error)
                self._stop.wait(_PAUSE_AFTER_ERROR)
            finally:
                if leased is None:
                    self._free.release()
            if leased is not None:
                self._begin(leased)

    def _begin(self, leased: Any) -> None:
        with self._idle:
            self._busy += 1
        try:
            if inspect.iscoroutinefunction(self.function):
                running: Future[None] = asyncio.run_coroutine_threadsafe(
                    self._handle_async(leased), self._runtime.loop()
                )
            else:
                running = self._runtime.workers.submit(self._handle, leased)
        except RuntimeError:  # the loop or the workers are gone: the lease ends by itself
            self._end()
            return
        running.add_done_callback(lambda _: self._end())

    def _end(self) -> None:
        self._free.release()
        with self._idle:
            self._busy -= 1
            self._idle.notify_all()

    def _handle(self, leased: Any) -> None:
        work = self._prepared(leased)
        if work is None:
            return
        failure: BaseException | None = None
        try:
            with handling(work.item, work.label):
                work.call()
        except Exception as error:  # noqa: BLE001  it is the host's code: whatever it raises is a retry
            failure = error
        self._told(work, failure)

    async def _handle_async(self, leased: Any) -> None:
        loop = asyncio.get_running_loop()
        pool: ThreadPoolExecutor = self._runtime.workers
        work = await loop.run_in_executor(pool, self._prepared, leased)
        if work is None:
            return
        failure: BaseException | None = None
        try:
            with handling(work.item, work.label):
                await work.call()
        except Exception as error:  # noqa: BLE001  see above
            failure = error
        await loop.run_in_executor(pool, self._told, work, failure)

    def _prepared(self, leased: Any) -> "_Work | None":
        try:
            return self._work(leased)
        except LampjackError as error:  # the lease ends by itself, and somebody tries again
            self._log_lease("prepare", error)
            return None

    def _told(self, work: _Work, failure: BaseException | None) -> None:
        if failure is not None:
            self._log_failure(work, failure)
        for wait in (*_WAITS_TO_RECORD, None):
            try:
                work.finish(failure)
            except LampjackError as error:
                if wait is None or not error.retryable:
                    self._log_lease("record", error)
                    return
                time.sleep(wait)
            else:
                return

    def _log_failure(self, work: _Work, failure: BaseException) -> None:
        # Neither message nor traceback text: both may quote what a person wrote.
        try:
            tag = work.conversation.tag
        except LampjackError:  # it takes a read, and the store may be unavailable
            tag = ""
        keys = self.log_keys | {"account": work.conversation.ref.partition(":")[0]}
        log_event(
            self.failed_event,
            **keys,
            conversation=tag,
            reason=type(failure).__name__,
            at=place_of(failure),
            trace=failure,
        )

    def _log_lease(self, work: str, error: LampjackError) -> None:
        log_event("lease.failed", **self.log_keys, work=work, reason=error, trace=error)


class SubscriptionConsumer(Consumer):
    """Hands the items of one subscription to its function, in order within each conversation."""

    failed_event = "handler.failed"

    def __init__(
        self,
        runtime: Runtime,
        function: Handler,
        name: str,
        types: tuple[type, ...],
        accounts: tuple[str, ...],
        to: str | None,
        include_bot: bool,
    ) -> None:
        super().__init__(runtime, function, f"subscription {name}")
        self.name = name
        self.log_keys = {"subscription": name}
        self.types = types
        kinds = sorted({kind for cls in types for kind in kinds_of(cls)})
        self.filter = {
            key: value
            for key, value in (
                ("kinds", kinds),
                ("accounts", accounts),
                ("to", to),
                ("include_bot", include_bot),
            )
            if value
        }

    def declare(self) -> None:
        self._runtime.native.subscribe(self.name, json.dumps(self.filter))

    def _lease(self) -> Any:
        return self._runtime.native.next(self.name, _POLL_MS)

    def _work(self, leased: Any) -> "_Work | None":
        native = self._runtime.native
        item = Item.from_json(leased.json)
        if not isinstance(item.event, self.types):
            native.done(leased, True)
            return None
        conversation = Conversation(self._runtime, item.ref)._at(item.epoch)

        def finish(failure: BaseException | None) -> None:
            # The name alone: a message may quote what a person wrote.
            native.done(leased, failure is None, "" if failure is None else type(failure).__name__)

        return _Work(
            lambda: self.function(item, conversation), finish, item, self.name, conversation
        )


class SinkConsumer(Consumer):
    """Hands messages for the end users of one account to the host. Return: shown. Exception: tried again."""

    failed_event = "sink.failed"

    def __init__(self, runtime: Runtime, function: Handler, account: str) -> None:
        super().__init__(runtime, function, f"sink {account}")
        self.account = account
        self.log_keys = {"account": account}

    def _lease(self) -> Any:
        return self._runtime.native.next_sink(self.account, _POLL_MS)

    def _work(self, leased: Any) -> "_Work | None":
        native = self._runtime.native
        message = SinkMessage.from_json(leased.json)
        # The fence, immediately before the host shows it: whoever spoke may not own the conversation any more.
        if not native.may_leave(leased):
            native.sink_done(leased, False, "stale_owner")
            return None
        conversation = Conversation(self._runtime, message.ref)

        def finish(failure: BaseException | None) -> None:
            native.sink_done(
                leased, failure is None, "" if failure is None else type(failure).__name__
            )

        return _Work(
            lambda: self.function(message, conversation), finish, None, self.label, conversation
        )


_EVENT_KINDS: dict[type, tuple[str, ...]] = {
    _core.Message: ("message",),
    _core.HandoverRequested: ("handover_requested",),
    _core.Handover: ("handover",),
    _core.Session: ("session",),
    _core.UnknownEvent: ("unknown",),
    _core.Event: ("message", "handover_requested", "handover", "session", "unknown"),
}


def kinds_of(cls: type) -> tuple[str, ...]:
    """Return the words by which the store knows a class of events or facts."""
    try:
        return cls.kinds if issubclass(cls, Fact) else _EVENT_KINDS[cls]
    except (KeyError, TypeError):
        raise TypeError(
            "subscribe to classes of events or facts, such as lampjack.Message"
        ) from None


SinkMessage.__module__ = "lampjack"
