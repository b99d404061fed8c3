"""Hub: accounts, conversations and subscribers of one process."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, NoReturn, Self, TypeVar

from lampjack import _config, _core
from lampjack._accounts import Accounts
from lampjack._clock import ManualClock, native_clock
from lampjack._consumer_group import ConsumerGroup
from lampjack._conversation import Conversation, User
from lampjack._errors import HubClosedError, HubTimeoutError
from lampjack._given import as_path, as_seconds, as_str
from lampjack._log import log_event, log_line
from lampjack._operators import Operators
from lampjack._privacy import Privacy
from lampjack._receiver import Receiver
from lampjack._reception import Reception
from lampjack._registration import check_filter, check_function, check_names, stable_name
from lampjack._results import Endpoint, Stats, results_from_json
from lampjack._runtime import Runtime
from lampjack._sinks import SinkConsumer
from lampjack._subscriptions import SubscriptionConsumer

__all__ = ["Hub"]

F = TypeVar("F", bound=Callable[..., Any])

_CANCELLED_END_WITHIN = 5.0  # seconds
_DRAIN_WITHIN = 15.0


class Hub(Receiver, Operators, Privacy):
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
        clock: ManualClock | None = None,
        seed: int | None = None,
        background: bool = True,
    ) -> None:
        text = _config.to_json(config)
        own_clock = native_clock(clock)
        native = _core.Hub(text, background=background, log=log_line, clock=own_clock, seed=seed)
        self._accounts = Accounts(config)
        self._runtime = Runtime(native, background=background, one_account=self._accounts.is_one)
        self._consumers = ConsumerGroup(self._runtime)
        self._reception = Reception(self._runtime, self._accounts, self._consumers.note_request)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **options: Any) -> Self:
        """Open a hub from a TOML file."""
        return cls(_config.read_file(as_path(path, "path")), **options)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Open a hub from LAMPJACK_CONFIG, or LAMPJACK_STORE and LAMPJACK_ACCOUNT__NAME__SETTING."""
        return cls(_config.read_environment(os.environ), **options)

    # ---- What the host contributes ----

    def decide(self, *accounts: str) -> Callable[[F], F]:
        """Register the function that answers handover requests with `Accept` or `Decline`; no account means all.

        It has `t_answer`, shared with a translate function. A decision that is late, raises or has a wrong type is a missing one: the
        platform's default applies. A function that cannot take the request is an `ArgumentError`, an unknown account a `ConfigError`.
        """
        check_names("decide", accounts)

        def register(function: F) -> F:
            check_function("decide", function, "request")
            self._reception.add_decide(accounts, function)
            return function

        return register

    def on(
        self,
        *types: type,
        to: str | None = None,
        name: str | None = None,
        accounts: Iterable[str] = (),
        include_bot: bool = False,
        start: Literal["oldest", "now"] = "oldest",
    ) -> Callable[[F], F]:
        """Register a subscriber `function(item, conversation)` for events and facts of these classes.

        `to` is `desk`, `bot` or `nobody`; `desk` and `bot` each get what is for `both`. With `to="desk"`, `include_bot` adds
        what the bot says while a human is wanted (flag `bot_line`). The name is permanent: the store remembers under it what was handled, and
        processes that share it share the work. Without one it is derived from the function's qualified name.
        `accounts` narrows what this process gets; without it that is the items of all accounts of its hub.

        Items of a conversation come in order within one subscription, each after the one before is handled. Two
        subscriptions do not wait for each other: what must keep an order belongs into one.

        A new subscription begins with the oldest item kept. `start="now"` lets it begin with what comes from now on; a
        known one goes on where it was, and a warning in the log says so. Two live processes that give one name other
        types or another `to` are a `ConfigError` at the start of the second.

        An exception means that the item comes again after a growing wait (item_base_ms, item_cap_ms), and that it is
        set aside after item_tries tries: see `dead_items()`.
        """
        check_filter(types, to, accounts, include_bot, start)
        filtered_accounts = check_names("on", accounts)

        def register(function: F) -> F:
            stable = stable_name(function, name)
            check_function(f"subscription {stable}", function, "item", "conversation")
            self._accounts.check(filtered_accounts, f"subscription {stable}")
            filtered = (types, filtered_accounts, to, include_bot, start == "now")
            consumer = SubscriptionConsumer(self._runtime, function, stable, *filtered)
            self._consumers.add(f"on {stable}", consumer)
            return function

        return register

    def sink(self, account: str) -> Callable[[F], F]:
        """Register the function that shows bot and agent messages to the account's end users.

        `function(message, conversation)`: a return means shown, an exception means again. An account that is not
        configured, or that is no channel account, is a `ConfigError`.
        """
        check_names("sink", (account,))

        def register(function: F) -> F:
            check_function("sink", function, "message", "conversation")
            self._accounts.check((account,), "sink")
            self._runtime.native.check_sink(account)
            self._consumers.add(f"sink {account}", SinkConsumer(self._runtime, function, account))
            return function

        return register

    def translate(self, account: str) -> Callable[[F], F]:
        """Register the function that makes events of an account's free-form requests (Chatlayer app).

        It gets the app's `bundle.request` and returns events, or dicts of the canonical form that may leave out what is
        usual: kind `message`, actor role `user`, mode `live`; `content` may be what replies take; the actor's id names the
        conversation. The events have the effects they would have from the platform, and the answer holds what its bot is to
        get, in their order: a user's words, a `handover` as returned, and for an accepted and muted `handover_requested` (the
        decide function is asked) a handover to an agent. Events without `sent_at` get the time of receipt there. One of kind
        `session` goes with another event of its conversation, alone into the log only. A function that raises, or takes longer
        than `t_answer`, leaves the request in the log as `unknown`. A second function for an account is an `ArgumentError`, an
        account that is not configured, or whose requests need no translation, a `ConfigError`.
        """
        check_names("translate", (account,))

        def register(function: F) -> F:
            check_function("translate", function, "request", may_yield=True)
            self._reception.add_translate(account, function)
            return function

        return register

    # ---- Out ----

    def __getitem__(self, ref: str) -> Conversation:
        """Return the conversation of that ref; whether there is one is known when it is used."""
        return Conversation(self._runtime, as_str(ref, "ref"))

    def user(
        self,
        account: str,
        id: str,  # noqa: A002  the canonical name
        *,
        conversation: str | int | None = None,
        **fields: str,
    ) -> User:
        """Return an end user on a channel account; `fields` are `first_name`, `phone`, …: see `User`."""
        return User(self._runtime, account, {"id": id, **fields}, conversation)

    def stats(self) -> Stats:
        """Return counters of this process since the hub was opened."""
        return Stats.from_json(self._runtime.native.stats())

    def urls(self, base: str = "") -> list[Endpoint]:
        """Return what to configure at each vendor: one entry per account and path below `base`."""
        below = as_str(base, "base").rstrip("/")
        return results_from_json(Endpoint, self._runtime.native.urls(below))

    # ---- Life ----

    def start(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Start the subscribers. Coroutines run on `loop`, or on a loop of the hub's own. Twice is a no-op.

        A start that fails starts nothing, and may be tried again.
        """
        self._runtime.check()
        self._consumers.start(loop)

    def step(self) -> None:
        """Do once what sender and timers would do now; for hubs without background, in tests and simulations. Threads take turns."""
        self._runtime.native.step()

    def drain(self, timeout: float = _DRAIN_WITHIN) -> None:
        """Stop leasing and finish what is in flight; `HubTimeoutError` when some is left, `HubClosedError` at a `close()`."""
        seconds = as_seconds(timeout, "timeout")
        self._consumers.stop()
        deadline = time.monotonic() + seconds
        self._runtime.native.drain(int(seconds * 1000))
        if not self._consumers.join(max(0.0, deadline - time.monotonic())):
            if self._consumers.is_cancelled:
                raise HubClosedError("the hub was closed")
            raise HubTimeoutError("some subscribers are still at work")

    def close(self) -> None:
        """End everything; what was stored is sent by whoever opens the store next. Twice is a no-op.

        Coroutines of handlers are cancelled and get up to 5 s to end; handlers on threads run on. Items that no handler
        has begun, or whose handler was cancelled, are handed out again at once, by whoever opens the store next; what runs
        on is handed out again after 15 s. Call `drain()` first to let handlers and deliveries end.
        """
        if self._runtime.closed:
            return
        if self._consumers.is_started and self._runtime.is_here():
            self._cancel_handlers()
        self._runtime.close()

    def _cancel_handlers(self) -> None:
        on_loop = self._runtime.is_on_loop()
        self._consumers.cancel(0.0 if on_loop else _CANCELLED_END_WITHIN)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.drain(_DRAIN_WITHIN)
        except HubTimeoutError:
            self._log_undrained()
        except HubClosedError:
            pass
        finally:
            self.close()

    def _log_undrained(self) -> None:
        deliveries = self.stats().in_flight
        log_event("drain.timeout", handlers=self._consumers.busy(), deliveries=deliveries)

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
        runtime = getattr(self, "_runtime", None)
        return f"<Hub {'closed' if runtime is None or runtime.closed else 'open'}>"


Hub.__module__ = "lampjack"
