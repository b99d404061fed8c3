"""Accounts: the accounts of a hub's configuration."""

from collections.abc import Iterable, Mapping
from typing import Any

from lampjack._errors import ConfigError
from lampjack._given import as_str

__all__ = ["Accounts"]


class Accounts:
    """The accounts of a configuration that the core has read, so that its kinds and ranges hold."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._names = frozenset(config.get("account") or ())
        self.is_one = len(self._names) == 1

    def check(self, accounts: Iterable[str], function: str) -> None:
        """Raise `ConfigError` for an account that is not configured; `function` is what is registered for it."""
        for account in accounts:
            if as_str(account, "account") not in self._names:
                raise ConfigError(f'{function}: account "{account}" is not configured')
