"""Where a hub's configuration comes from: a TOML file, the environment, or a mapping."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lampjack import _core
from lampjack._errors import ConfigError
from lampjack._settings import settings

__all__ = ["read_environment", "read_file", "read_store", "to_json"]

_PREFIX = "LAMPJACK_"
# How a key is read from the environment; the others are whole numbers, or texts where they are none.
_KINDS = {"allow_networks": "json", "compressed_bodies": "flag"}


def _load(path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise ConfigError(
            f"the configuration {os.fspath(path)} cannot be read: {error.strerror}"
        ) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the configuration {os.fspath(path)} is not TOML: {error}") from None
    return data


def read_file(path: str | os.PathLike[str], *, absent: str | None = None) -> dict[str, Any]:
    """Return the TOML file's content with its secrets resolved, relative to the file's folder.

    `absent` stands in for what cannot be found, for those who need the configuration but not its secrets.
    """
    data = _load(path)
    resolved: dict[str, Any] = resolve(data, Path(path).parent, absent=absent)
    return resolved


def read_store(path: str | os.PathLike[str]) -> Any:
    """Return the file's `store` alone: whoever looks after a store needs no account's secrets."""
    return resolve(_load(path).get("store"), Path(path).parent, "store")


def resolve(
    value: Any, folder: Path | None = None, where: str = "", *, absent: str | None = None
) -> Any:
    """Replace "env:NAME" and "file:PATH" by what they point at."""
    if isinstance(value, Mapping):
        return {
            key: resolve(item, folder, f"{where}.{key}".lstrip("."), absent=absent)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [resolve(item, folder, where, absent=absent) for item in value]
    if isinstance(value, str) and value.startswith("env:"):
        found = os.environ.get(value[4:])
        if not found:
            if absent is not None:
                return absent
            raise ConfigError(f"{where}: the environment variable {value[4:]} is not set")
        return found
    if isinstance(value, str) and value.startswith("file:"):
        try:
            return (folder or Path()).joinpath(value[5:]).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            if absent is not None:
                return absent
            raise ConfigError(f"{where}: the file {value[5:]} cannot be read") from None
    return value


def read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration of LAMPJACK_CONFIG, LAMPJACK_STORE and LAMPJACK_ACCOUNT__NAME__SETTING."""
    if path := environment.get(_PREFIX + "CONFIG"):
        return read_file(path)
    config: dict[str, Any] = {}
    for name, value in sorted(environment.items()):
        if not name.startswith(_PREFIX):
            continue
        first, *rest = name.removeprefix(_PREFIX).lower().split("__")
        if first == "account" and len(rest) == 2:
            config.setdefault("account", {}).setdefault(rest[0], {})[rest[1]] = value
        elif not rest:
            config[first] = _typed(_KINDS.get(first, "integer"), first, value)
        else:
            raise ConfigError(f"{name}: accounts are set by LAMPJACK_ACCOUNT__NAME__SETTING")
    for account in config.get("account", {}).values():
        kinds = setting_kinds(account.get("platform", ""))
        for setting, value in account.items():
            account[setting] = _typed(kinds.get(setting, "text"), setting, value)
    return config


def setting_kinds(platform: str) -> dict[str, str]:
    """Return the kind of each setting an account of that platform may have."""
    if not any(platform == row[0] for row in _core.describe_platforms()):
        return {}  # the core says which platforms there are
    return {row.name: row.kind for row in settings(platform) if row.scope != "hub"}


def _typed(kind: str, name: str, text: str) -> Any:
    if kind == "flag" and text in {"true", "false"}:
        return text == "true"
    if kind == "integer" and text.isascii() and text.isdigit():
        return int(text)
    if kind == "json" or (kind == "secret" and text.startswith("[")):
        try:
            return json.loads(text)
        except ValueError:
            raise ConfigError(f"{name} must be JSON") from None
    return text


def to_json(config: Mapping[str, Any]) -> str:
    """Return a configuration as the JSON the engine reads."""
    try:
        return json.dumps(resolve(config), allow_nan=False)
    except (TypeError, ValueError):
        raise ConfigError(
            "the configuration may hold texts, numbers, booleans, lists and tables only"
        ) from None
