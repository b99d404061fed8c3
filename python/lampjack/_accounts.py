"""Accounts: the accounts of a hub's configuration, and what the package itself needs to know of their settings."""

from collections.abc import Iterable, Mapping
from typing import Any

from lampjack._errors import ConfigError
from lampjack._given import as_str
from lampjack._settings import settings

__all__ = ["Accounts"]


class Accounts:
    """The accounts of a configuration that the core has read, so that its kinds and ranges hold."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._settings: dict[str, Mapping[str, Any]] = dict(config.get("account") or {})
        common = {row.name: row.default for row in settings() if row.scope == "account"}
        self._t_answer = common["t_answer"]  # no platform has a default of its own

    def check(self, accounts: Iterable[str], function: str) -> None:
        """Raise `ConfigError` for an account that is not configured; `function` is what is registered for it."""
        for account in accounts:
            if as_str(account, "account") not in self._settings:
                raise ConfigError(f'{function}: account "{account}" is not configured')

    def answer_seconds(self, account: str) -> float:
        """Return the time that translate and decide functions have together: the account's `t_answer`."""
        return float(self._settings[account].get("t_answer", self._t_answer) or 0) / 1000
