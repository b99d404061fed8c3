"""Every exception of the package.

LampjackError
├── ArgumentError        the caller broke a documented precondition (also a ValueError)
├── ConfigError          the configuration is incomplete or names something unknown (also a ValueError)
├── AuthError            the sender is not who it must be
├── PayloadError         a body that cannot be read, or is too large (also a ValueError)
├── NotFoundError        no such account, conversation or delivery (also a LookupError)
├── RefusedError         a command the conversation does not allow now; carries `owner`, `agent` and `epoch`
│   ├── NotOwnerError    another agent, or the bot, owns the conversation
│   ├── StaleOwnerError  the command was decided under an epoch that is over
│   └── UnsupportedError the platform or the state does not allow this
├── HubTimeoutError      nothing happened within the given time (also a TimeoutError)
├── StoreError           the store cannot be read or written now
├── HubClosedError       the hub was closed, or belongs to another process
├── NetworkError         the other side could not be reached or did not answer
├── ConflictError        the key was given before with another command; or a change at the same time: run it again
├── LeaseLostError       the lease of an item or message has ended: it may be in other hands by now
├── LimitError           more than a limit allows for now: try again later
└── InternalError        a bug in this library

Messages are one line and hold no secret, payload or person's data.
"""

from typing import Any

__all__ = [
    "ArgumentError",
    "AuthError",
    "ConfigError",
    "ConflictError",
    "HubClosedError",
    "HubTimeoutError",
    "InternalError",
    "LampjackError",
    "LeaseLostError",
    "LimitError",
    "NetworkError",
    "NotFoundError",
    "NotOwnerError",
    "PayloadError",
    "RefusedError",
    "StaleOwnerError",
    "StoreError",
    "UnsupportedError",
]


class LampjackError(Exception):
    """The base of all exceptions of this package.

    `code` is the stable name of what happened, the same in C and in problem documents; `retryable` says whether the
    same call may succeed later without any change by the caller.
    """

    code: str = "internal"
    retryable: bool = False

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        for name, value in details.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message,), self.__dict__


class ArgumentError(LampjackError, ValueError):
    """The caller broke a documented precondition."""

    code = "argument"


class ConfigError(LampjackError, ValueError):
    """The configuration is incomplete or names something unknown."""

    code = "config"


class AuthError(LampjackError):
    """The sender is not who it must be."""

    code = "auth"


class PayloadError(LampjackError, ValueError):
    """A body that cannot be read: `code` is `json`, `payload` or `too_large`."""

    code = "payload"


class NotFoundError(LampjackError, LookupError):
    """No such account, conversation or delivery."""

    code = "not_found"


class RefusedError(LampjackError):
    """A command the conversation does not allow now.

    `owner` is `bot`, `agent` or `nobody`, `agent` the owning agent's id (or ""), `epoch` the present epoch: all as
    they are now, so that a caller can decide again. `allowed` lists the commands the same agent may give.
    """

    owner: str = ""
    agent: str = ""
    epoch: int = 0
    allowed: tuple[str, ...] = ()


class NotOwnerError(RefusedError):
    """Another agent, or the bot, owns the conversation."""

    code = "not_owner"


class StaleOwnerError(RefusedError):
    """The command was decided under an epoch that is over."""

    code = "stale_owner"


class UnsupportedError(RefusedError):
    """The platform or the state does not allow this."""

    code = "unsupported"


class HubTimeoutError(LampjackError, TimeoutError):
    """Nothing happened within the given time."""

    code = "timeout"
    retryable = True


class StoreError(LampjackError):
    """The store cannot be read or written now."""

    code = "store"
    retryable = True


class HubClosedError(LampjackError):
    """The hub was closed, or belongs to the process this one was forked from."""

    code = "closed"


class NetworkError(LampjackError):
    """The other side could not be reached or did not answer."""

    code = "network"
    retryable = True


class ConflictError(LampjackError):
    """Two callers disagree.

    `code` is `key_conflict` where the key was given before with another command, agent or content: give the command a
    key of its own. It is `conflict`, and `retryable` true, where somebody else changed the store at the same time.
    """

    code = "conflict"
    retryable = True


class LimitError(LampjackError):
    """More than a limit allows for now: try again later."""

    code = "limit"
    retryable = True


class LeaseLostError(LampjackError):
    """The lease of an item or message has ended: it may be in other hands by now.

    A handler that ran longer than `handler_timeout_ms`, or whose process stood still for 15 s, gets it at its next command.
    """

    code = "lease_lost"


class InternalError(LampjackError):
    """A bug in this library."""

    code = "internal"


for _name in __all__:
    globals()[_name].__module__ = "lampjack"
