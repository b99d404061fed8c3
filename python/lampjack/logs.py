"""Filters for the logs of web servers and frameworks: vendors put tokens into queries and paths, and an access log keeps both.

import lampjack.logs

lampjack.logs.install(hub)
"""

import logging
import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from lampjack import _core
from lampjack._log import trace_of

if TYPE_CHECKING:
    from lampjack._hub import Hub

__all__ = ["RedactFilter", "install"]

_HIDDEN = "[redacted]"
# A filter of a logger sees what is logged to it and not to its children: each is named.
_LOGGERS = (
    "uvicorn", "uvicorn.access", "uvicorn.error",
    "gunicorn.access", "gunicorn.error",
    "werkzeug",
    "django.server", "django.request", "django.security.DisallowedHost",
    "hypercorn.access", "hypercorn.error",
    "aiohttp.access", "aiohttp.server",
)  # fmt: skip
_SCOPES = "uvicorn.asgi"  # at TRACE it writes every header

# An address, or what follows its host, where a word begins: `GET /hooks?a=b`, `"https://host/hooks"`, not `1/2`.
_ADDRESS = re.compile(
    r"""(?P<origin>[a-zA-Z][a-zA-Z0-9+.-]*://)(?P<host>[^\s/?\#]*)(?P<target>[/?]\S*)?
      | (?<![^\s"'(=\[,:;>])(?P<alone>[/?]\S*)""",
    re.VERBOSE,
)
_SPLIT = re.compile(r"([?#])")
_ENDS = "\"'),.;>]"
# What a route is called. Tokens and ids have more digits, more characters, a colon or a percent sign.
_WORD = re.compile(r"[A-Za-z][A-Za-z._~-]{0,23}[0-9]{0,2}")


class RedactFilter(logging.Filter):
    """Takes queries, tokens and refs out of a record, and the words out of its traceback; drops no record.

    Every query goes. Of a path the names of accounts and what reads like the name of a route stay. A `dictConfig` names it as
    `{"()": "lampjack.logs.RedactFilter"}`.
    """

    def __init__(self, accounts: Collection[str] = ()) -> None:
        super().__init__()
        self.accounts = set(accounts)

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place, for all handlers."""
        arguments: Any = record.args
        if isinstance(arguments, Mapping):  # what it holds by name is known to the format alone
            record.msg, record.args = self._redacted(_message_of(record)), ()
        elif arguments:
            record.args = tuple(self._argument(one) for one in arguments)
        else:
            record.msg = self._argument(record.msg)
        if record.exc_info:
            error = record.exc_info[1]
            record.exc_text = trace_of(error) if error is not None else None
            record.exc_info = None
        record.__dict__.pop("request", None)  # Django's; its repr has the address
        return True

    def _argument(self, value: Any) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        # An exception's message may quote anything.
        return (
            type(value).__name__ if isinstance(value, BaseException) else self._redacted(str(value))
        )

    def _redacted(self, text: str) -> str:
        return _ADDRESS.sub(self._address, text)

    def _address(self, found: re.Match[str]) -> str:
        target = found["alone"] or found["target"] or ""
        kept = target.rstrip(_ENDS)
        path, mark, query = (*_SPLIT.split(kept, maxsplit=1), "", "")[:3]
        host = (found["host"] or "").rpartition("@")[2]  # without a user and a password
        return f"{found['origin'] or ''}{host}{self._path(path)}{mark}{query and _HIDDEN}{target[len(kept) :]}"

    def _path(self, path: str) -> str:
        segments = path.split("/")
        for at, segment in enumerate(segments):
            behind = "/".join(segments[at + 1 :]).rstrip("/")
            is_token = behind in _behind_tokens() and segment not in self.accounts
            if segment and (is_token or not self._is_known(segment)):
                segments[at] = _HIDDEN
        return "/".join(segments)

    def _is_known(self, segment: str) -> bool:
        return segment in self.accounts or _WORD.fullmatch(segment) is not None


def install(*hubs: "Hub") -> None:
    """Put a filter on the loggers of uvicorn, gunicorn, werkzeug, Django, hypercorn and aiohttp; twice is once.

    The names of the hubs' accounts stay readable. What your own code logs is yours: a traceback that these servers log keeps its
    types and places, and loses its messages.
    """
    accounts = {entry.account for hub in hubs for entry in hub.urls()}
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        known = [one for one in logger.filters if isinstance(one, RedactFilter)]
        for one in known:
            one.accounts |= accounts
        if not known:
            logger.addFilter(RedactFilter(accounts))
    scopes = logging.getLogger(_SCOPES)
    if _drop not in scopes.filters:
        scopes.addFilter(_drop)


def _drop(_: logging.LogRecord) -> bool:
    return False


def _message_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (KeyError, TypeError, ValueError):  # logging itself would tell of it
        return str(record.msg)


@cache
def _behind_tokens() -> frozenset[str]:
    """Return what follows a token in the path of an endpoint."""
    places = [path for row in _core.describe_platforms() for _, _, path, _, _ in row[3]]
    return frozenset(path.partition("}/")[2] for path in places if "}/" in path)


RedactFilter.__module__ = install.__module__ = "lampjack.logs"
