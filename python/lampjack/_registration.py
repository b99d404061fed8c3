"""Registration: refuse what would otherwise fail at the first request, or be called never."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args

from lampjack._errors import ArgumentError
from lampjack._given import as_str
from lampjack._subscriptions import kinds_of

__all__ = ["check_filter", "check_function", "check_names", "name_of", "stable_name"]

_To = Literal["desk", "bot", "nobody"]


def check_names(function: str, accounts: Iterable[Any]) -> tuple[str, ...]:
    """Return the accounts; `ArgumentError` where the name of one is no text. `function` is the decorator."""
    names = tuple(accounts)
    for account in names:
        if isinstance(account, str):
            continue
        if callable(account):
            raise ArgumentError(f"{function}: write @hub.{function}(…), with parentheses")
        raise ArgumentError(f"{function}: an account is a text, not {type(account).__name__}")
    return names


def check_filter(
    types: tuple[Any, ...], to: object, accounts: object, include_bot: object, start: object
) -> None:
    """Raise `ArgumentError` for what cannot be subscribed to."""
    if not types:
        raise ArgumentError("on: needs at least one class of events or facts")
    for cls in types:
        if not isinstance(cls, type) and callable(cls):
            raise ArgumentError("on: write @hub.on(…), with parentheses and classes")
        kinds_of(cls)
    if to == "both":
        raise ArgumentError('on: to="both" is no filter: "desk" and "bot" each get it')
    if to is not None and to not in get_args(_To):
        raise ArgumentError('on: to is "desk", "bot" or "nobody"')
    if not isinstance(include_bot, bool):
        raise ArgumentError("on: include_bot is True or False")
    if include_bot and to != "desk":
        raise ArgumentError('on: include_bot needs to="desk"')
    if start not in ("oldest", "now"):
        raise ArgumentError('on: start is "oldest" or "now"')
    if isinstance(accounts, str) or not isinstance(accounts, Iterable):
        raise ArgumentError("on: accounts is a list of names, not a text")


def stable_name(function: Any, name: object) -> str:
    """Return the permanent name of a subscription: the one given, else the function's qualified name."""
    if name is not None and not isinstance(name, str):
        raise ArgumentError(f"on: name is a text, not {type(name).__name__}")
    if name:
        if not name.strip() or name.startswith("~"):
            raise ArgumentError("on: name must not be blank, and must not begin with ~")
        return as_str(name, "name")
    qualified = getattr(function, "__qualname__", "<none>")
    if "<" in qualified:
        raise ArgumentError(
            "on: a lambda, an inner function or an object has no stable name: give on(…, name=…)"
        )
    return f"{function.__module__}.{qualified}"


def check_function(registered: str, function: Any, *takes: str, may_yield: bool = False) -> None:
    """Raise `ArgumentError` where the function cannot be called with these arguments."""
    if not callable(function):
        raise ArgumentError(f"{registered}: needs a function, not {type(function).__name__}")
    wanted = f"{name_of(function)} must take ({', '.join(takes)})"
    runs = (function, getattr(type(function), "__call__", None))  # noqa: B004  a function, or its class's
    if any(map(inspect.isasyncgenfunction, runs)) or (
        any(map(inspect.isgeneratorfunction, runs)) and not may_yield
    ):
        raise ArgumentError(f"{registered}: {wanted} and return, not yield: nobody would run it")
    try:
        # What calls it, not what it wraps: a decorator may add arguments of its own.
        signature = inspect.signature(function, follow_wrapped=False)
    except (NameError, TypeError, ValueError):
        # It is built in and says nothing, or an annotation names what only a type checker imports (from Python 3.14 on).
        return
    try:
        signature.bind(*takes)
    except TypeError:
        raise ArgumentError(f"{registered}: {wanted}; it takes ({_names(signature)})") from None


def name_of(function: Callable[..., Any]) -> str:
    """Return the name by which the host's code knows a function."""
    function = getattr(function, "func", function)  # of a partial
    return getattr(function, "__qualname__", "") or type(function).__qualname__


def _names(signature: inspect.Signature) -> str:
    """The parameters without values: a default may be a secret."""
    stars: dict[object, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }
    names, is_keyword = [], False
    for one in signature.parameters.values():
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not is_keyword:
            names.append("*")
        is_keyword = is_keyword or one.kind in {
            inspect.Parameter.KEYWORD_ONLY,
            inspect.Parameter.VAR_POSITIONAL,
        }
        has_default = one.default is not inspect.Parameter.empty
        names.append(stars.get(one.kind, "") + one.name + ("=…" if has_default else ""))
    return ", ".join(names)
