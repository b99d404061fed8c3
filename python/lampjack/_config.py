"""Where a hub's configuration comes from: a TOML file, the environment, or a mapping.

The core reads it: kinds, ranges, "env:NAME" and "file:PATH" are resolved and checked there.
"""

import json
import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lampjack import _core
from lampjack._errors import ConfigError, LampjackError
from lampjack._given import as_path, as_str
from lampjack._settings import settings

__all__ = ["read_environment", "read_file", "store_of", "to_json"]

_PREFIX = "LAMPJACK_"
_MOST_DIGITS = 20  # no setting takes more


def read_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the TOML file's content, with its folder as `config_dir`."""
    place = as_path(path, "the path of the configuration")
    try:
        raw = Path(place).read_bytes()
    except OSError as error:
        raise ConfigError(f"the configuration {place} cannot be read: {error.strerror}") from None
    data, fault = _toml(raw)
    if data is None:
        raise ConfigError(f"the configuration {place} {fault}")
    return {"config_dir": str(Path(place).parent.absolute()), **data}


# An error raised inside of `except` would carry the caught one, which may hold the file with its secrets.
def _toml(raw: bytes) -> tuple[dict[str, Any] | None, str]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig")), ""
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, f"is not UTF-8: see line {line}"
    except tomllib.TOMLDecodeError as error:
        return None, f"is not TOML: {error}"
    except RecursionError:
        return None, "is too deep"
    except ValueError:  # a number of more digits than Python reads
        return None, "holds a value that cannot be read, such as a number of thousands of digits"


def store_of(config: Mapping[str, Any]) -> str:
    """Return the address of the store alone; no account's secrets are needed."""
    return _core.store_of(to_json(config))


def read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration of LAMPJACK_CONFIG, LAMPJACK_STORE and LAMPJACK_ACCOUNT__NAME__SETTING."""
    if path := environment.get(_PREFIX + "CONFIG"):
        return read_file(path)
    config: dict[str, Any] = {}
    hub = {row.name: row.kind for row in settings() if row.scope == "hub"}
    for name, value in sorted(environment.items()):
        if not name.startswith(_PREFIX):
            continue
        first, *rest = name.removeprefix(_PREFIX).lower().split("__")
        if first == "account" and len(rest) == 2:
            config.setdefault("account", {}).setdefault(rest[0], {})[rest[1]] = value
        elif not rest:
            config[first] = _typed(hub.get(first, "text"), first, value)
        else:
            raise ConfigError(f"{name}: accounts are set by LAMPJACK_ACCOUNT__NAME__SETTING")
    for name, account in config.get("account", {}).items():
        kinds = _setting_kinds(account.get("platform", ""))
        for setting, value in account.items():
            path = f"account.{name}.{setting}"
            account[setting] = _typed(kinds.get(setting, "text"), path, value)
    return config


def _setting_kinds(platform: str) -> dict[str, str]:
    if not any(platform == row[0] for row in _core.describe_platforms()):
        return {}  # the core says which platforms there are
    return {row.name: row.kind for row in settings(platform) if row.scope != "hub"}


def _typed(kind: str, path: str, text: str) -> Any:
    # What is not of its kind stays a text: the core says what it must be.
    if kind == "flag" and text in {"true", "false"}:
        return text == "true"
    if kind == "integer" and text.isascii() and text.removeprefix("-").isdigit():
        return int(text) if len(text) <= _MOST_DIGITS else text
    if kind in {"json", "list", "table"} or (kind == "secret" and text.startswith("[")):
        value = _json(text)
        if value is None:
            raise ConfigError(f"{path}: must be JSON")
        return value[0]
    return text


def _json(text: str) -> tuple[Any] | None:
    try:
        return (json.loads(text),)
    except (ValueError, RecursionError):
        return None


def to_json(config: Mapping[str, Any]) -> str:
    """Return a configuration as the JSON the core reads."""
    try:
        return json.dumps(_plain(config, ""), allow_nan=False)
    except RecursionError:
        fault = "is too deep, or contains itself"
    except LampjackError:
        raise  # it says more
    except ValueError:  # more digits than Python writes
        fault = "holds a number of thousands of digits"
    raise ConfigError(f"the configuration {fault}")


def _plain(value: Any, path: str) -> Any:
    if isinstance(value, Mapping):
        return {
            as_str(str(key), f"a name in {path or 'the configuration'}"): _plain(
                item, f"{path}.{key}".lstrip(".")
            )
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, path) for item in value]
    if isinstance(value, str):
        return as_str(value, path or "the configuration")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise ConfigError(
        f"{path or 'the configuration'}: may hold texts, numbers, booleans, lists and tables only,"
        f" not {type(value).__name__}"
    )
