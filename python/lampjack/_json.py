"""JSON that a platform sent, read and written without a loss: numbers too large for Python are kept as they stand."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, Self

from lampjack._errors import ArgumentError

__all__ = ["Number", "elements_of", "members_of", "read_json", "write_json"]

# JSON's grammar. Each character is looked at once: no two of its repetitions can take the same one.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


class Number(str):
    """A JSON number that Python's `int` and `float` cannot hold: more than 4,300 digits, or as large as `1e999`.

    It is the number's text as the platform sent it. It is no JSON text: `to_json()`, `from_dict()` and content write it as
    the number again, and it equals only a `Number` of the same spelling. `decimal.Decimal(number)` calculates with it.
    `json.dumps` writes it as a text.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check the spelling; `ArgumentError` for what is no JSON number."""
        is_text = isinstance(text, str)  # whatever the annotation says
        if not is_text or _NUMBER.fullmatch(text) is None:
            raise ArgumentError("a Number must be the text of a JSON number")
        return super().__new__(cls, text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"Number({str(self)!r})"


# What Python's `int` takes: always so many digits, and at most so many. Its time grows with their square, and the host may
# lift its limit.
_ALWAYS, _MOST = 640, 4300


def _whole(text: str) -> "int | Number":
    if len(text) <= _MOST + text.startswith("-"):
        try:
            return int(text)
        except ValueError:  # the host has lowered the limit
            pass
    return Number(text)


def _fraction(text: str) -> "float | Number":
    value = float(text)
    return value if math.isfinite(value) else Number(text)


def _refused(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


# A function of Python's own for whole numbers costs nothing: a short text holds none that `int` refuses.
_SHORT = json.JSONDecoder(parse_float=_fraction, parse_constant=_refused)
_LONG = json.JSONDecoder(parse_int=_whole, parse_float=_fraction, parse_constant=_refused)
# Finds where values end, and makes no number of any digits.
_SCANNER = json.JSONDecoder(parse_int=len, parse_float=len)


def read_json(text: str) -> Any:
    """Return the value of a JSON text. A number that Python cannot hold is a `Number`."""
    return (_SHORT if len(text) <= _ALWAYS else _LONG).decode(text)


def elements_of(text: str) -> Iterator[str]:
    """Yield the elements of a JSON array that the core wrote, each as its own text."""
    at = 1
    while at < len(text) and text[at] != "]":
        _, end = _SCANNER.raw_decode(text, at)
        yield text[at:end]
        at = end + (text[end] == ",")


def members_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and values of a JSON object that the core wrote, each value as its own text."""
    at = 1
    while at < len(text) and text[at] != "}":
        name, colon = _SCANNER.raw_decode(text, at)
        _, end = _SCANNER.raw_decode(text, colon + 1)
        yield name, text[colon + 1 : end]
        at = end + (text[end] == ",")


def write_json(value: object, default: Callable[[Any], Any] | None = None) -> str:
    """Return a value as compact JSON, a `Number` as the number that it is. `ValueError` for numbers that are none."""
    if _holds_number(value):
        return _written(value, default)
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=default
    )


def _holds_number(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_number, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_number, value))
    return isinstance(value, Number)


def _written(value: object, default: Callable[[Any], Any] | None) -> str:
    """Write piece by piece: `json.dumps` would write a Number as a text."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{write_json(key)}:{_written(one, default)}" for key, one in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_written(one, default) for one in value) + "]"
    return write_json(value, default)


Number.__module__ = "lampjack"
