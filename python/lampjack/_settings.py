"""The table of everything that can be configured, as the core has it."""

import dataclasses
import json
import textwrap
from typing import Literal

from lampjack import _core

__all__ = ["Setting", "settings"]

Kind = Literal["text", "url", "secret", "flag", "integer", "choice", "list", "table", "json"]


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One key of the configuration: its kind, default, range and meaning."""

    scope: str
    """`hub` (top of the file), `account` (every account), or the platform that has it."""
    name: str
    kind: Kind
    default: str | int | bool | None
    """The value without configuration; None when there is none."""
    required: bool
    choices: tuple[str, ...]
    """The words of a `choice`."""
    minimum: int | None
    maximum: int | None
    unit: str | None
    """The unit of an `integer`: ms, bytes, …"""
    confidential: bool
    """Whether the value may hold a secret, so that no report may show it."""
    meaning: str

    @property
    def range(self) -> str:
        """The values it may have, in words; empty for kinds without a range."""
        if self.kind == "integer":
            return f"{self.minimum} to {self.maximum} {self.unit}"
        return ", ".join(self.choices)


def settings(platform: str | None = None) -> list[Setting]:
    """Return every key of the hub, of accounts and of the platforms, or of one platform.

    Unknown platforms raise `ConfigError`.
    """
    return [_setting(*row) for row in _core.settings(platform or "")]


def _setting(
    scope: str,
    name: str,
    kind: Kind,
    default: str,
    required: bool,
    choices: str,
    minimum: int,
    maximum: int,
    unit: str,
    confidential: bool,
    meaning: str,
) -> Setting:
    whole = kind == "integer"
    value: str | int | bool | None = default or None
    if whole:
        value = int(default)
    elif kind == "flag":
        value = default == "true"
    return Setting(
        scope,
        name,
        kind,
        value,
        required,
        tuple(choices.split()),
        minimum if whole else None,
        maximum if whole else None,
        unit or None,
        confidential,
        meaning,
    )


_TITLES = {
    "hub": "Keys of the hub, at the top of the configuration",
    "account": "Settings of every account, below [account.NAME]",
}


def as_json(rows: list[Setting]) -> str:
    """Return the rows as one JSON array."""
    return json.dumps([dataclasses.asdict(row) for row in rows], indent=2, ensure_ascii=False)


def as_text(rows: list[Setting]) -> str:
    """Return the rows as text for a terminal, grouped by scope."""
    lines: list[str] = []
    scope = ""
    for row in rows:
        if row.scope != scope:
            scope = row.scope
            title = _TITLES.get(scope, f"Settings of an account with platform = {scope!r}")
            lines += ["", title] if lines else [title]
        lines += ["", f"  {_head(row)}"]
        indent = " " * 6
        lines += textwrap.wrap(row.meaning, 96, initial_indent=indent, subsequent_indent=indent)
    return "\n".join(lines)


def _head(row: Setting) -> str:
    words = [f"{row.name:24} {row.kind:8}"]
    if row.required:
        words.append("required")
    elif row.default is not None:
        words.append(f"default {json.dumps(row.default, ensure_ascii=False)}")
    if row.range:
        words.append(f"({row.range})")
    return " ".join(words).rstrip()


Setting.__module__ = "lampjack"
