"""What callers give: texts, numbers, times and JSON. What is wrong is an `ArgumentError` that quotes nothing."""

import math
import operator
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from numbers import Real
from typing import Any, SupportsIndex, TypeVar

from lampjack._errors import ArgumentError, LampjackError
from lampjack._json import write_json

__all__ = [
    "as_json",
    "as_list",
    "as_milliseconds",
    "as_number",
    "as_path",
    "as_read",
    "as_seconds",
    "as_str",
]


T = TypeVar("T")

_MOST = 2**63 - 1  # what the core can hold


def as_str(value: object, name: str) -> str:
    """Return a text that has a UTF-8 form."""
    if not isinstance(value, str):
        raise ArgumentError(f"{name} must be a text (str), not {type(value).__name__}")
    if not _is_unicode(value):
        raise ArgumentError(
            f"{name} is no valid Unicode: it holds half of a surrogate pair (U+D800 to U+DFFF)"
        )
    return value


def as_list(value: Iterable[Any], name: str) -> list[Any]:
    """Return what can be iterated as a list. A text or a mapping is none: its letters or keys are never meant."""
    if isinstance(value, str | bytes | bytearray | memoryview | Mapping) or not isinstance(
        value, Iterable
    ):
        raise ArgumentError(f"{name} must be a list, not {type(value).__name__}")
    return list(value)


def as_number(value: object, name: str) -> int:
    """Return a whole number from 0 on."""
    if not isinstance(value, SupportsIndex):
        raise ArgumentError(f"{name} must be a whole number from 0 on, not {type(value).__name__}")
    number = operator.index(value)
    if not 0 <= number <= _MOST:
        raise ArgumentError(f"{name} must be a whole number from 0 to {_MOST}")
    return int(number)


def as_path(value: object, name: str) -> str:
    """Return a path as a text."""
    if not isinstance(value, str | os.PathLike):
        raise ArgumentError(
            f"{name} must be a path (str or os.PathLike), not {type(value).__name__}"
        )
    path = os.fspath(value)
    if not isinstance(path, str):
        raise ArgumentError(f"{name} must be a path of text, not of {type(path).__name__}")
    if "\0" in path:
        raise ArgumentError(f"{name} must not hold a NUL character")
    return as_str(path, name)


def as_seconds(value: object, name: str) -> float:
    """Return a time span as seconds."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if not isinstance(seconds, Real):
        raise ArgumentError(
            f"{name} must be a number of seconds or a timedelta, not {type(value).__name__}"
        )
    number = _float(seconds)
    if not math.isfinite(number) or abs(number) * 1000 > _MOST:
        raise ArgumentError(f"{name} is not a time that can be waited for")
    return number


def as_milliseconds(value: object, name: str) -> int:
    """Return a time span as whole milliseconds."""
    return int(as_seconds(value, name) * 1000)


def as_json(value: object, name: str) -> str:
    """Return the value as compact JSON."""
    text = _json(value)
    if text is None:
        raise ArgumentError(
            f"{name} cannot be written as JSON: texts, finite numbers, booleans, None, lists and "
            "dicts with texts as keys can"
        )
    return text


def as_read(read: Callable[[], T], what: str) -> T:
    """Return what is read from a JSON form that somebody gave."""
    try:
        return read()
    except LampjackError:
        raise  # it says more
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        pass
    raise ArgumentError(f"this is not the JSON form of {what}")


# An error raised inside of `except` would carry the caught one, which quotes the text.


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _float(number: Real) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _plain(value: object) -> dict[Any, Any]:
    """Return a mapping that is no dict as one; JSON has no place for other objects."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _has_texts_as_keys(value: object) -> bool:
    """Python would write other keys as texts, and two that differ as one."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) for key in value) and all(
            map(_has_texts_as_keys, value.values())
        )
    return not isinstance(value, list | tuple) or all(map(_has_texts_as_keys, value))


def _json(value: object) -> str | None:
    try:
        if not _has_texts_as_keys(value):
            return None
        return write_json(value, _plain)
    except (TypeError, ValueError, RecursionError):
        return None
