"""Configurations that cannot be read: one line that says what is wrong, and no error that holds the file."""

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

import lampjack as lj
from lampjack import _config
from lampjack.testing import sample_settings

TOKEN = "SECRETTOKEN4711xyz"
TOML = f"""store = "memory:"
[account.shop]
platform = "certainly"
webhook_token = "{TOKEN}"
deployment_id = "dep-1"
""".encode()
FILES = {
    "latin-1": (TOML + b"# caf\xe9\n", "is not UTF-8: see line 6"),
    "utf-16": (TOML.decode().encode("utf-16"), "is not UTF-8"),
    "a number of 5,000 digits": (b"max_tries = " + b"1" * 5000 + b"\n" + TOML, "digits"),
    "deep lists": (b"a = " + b"[" * 100_000 + b"]" * 100_000 + b"\n" + TOML, "too deep"),
    "deep names": (b".".join([b"a"] * 2_000) + b" = 1\n" + TOML, "too deep"),
    "a NUL": (TOML + b'x="\0"', "is not TOML"),
}


def held_by(error: BaseException) -> str:
    """What a tracker that keeps causes and their values would keep."""
    held = ""
    one: BaseException | None = error
    while one is not None:
        held += "".join(traceback.format_exception_only(one)) + repr(one.args)
        held += repr(getattr(one, "object", "")) + repr(getattr(one, "doc", ""))
        one = one.__cause__ or one.__context__
    return held


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_a_config_error(name: str, tmp_path: Path):
    content, says = FILES[name]
    path = tmp_path / "lampjack.toml"
    path.write_bytes(content)
    with pytest.raises(lj.ConfigError, match=says) as raised:
        lj.Hub.from_file(path, background=False)
    assert TOKEN not in held_by(raised.value)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path):
    path = tmp_path / "lampjack.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TOML)
    lj.Hub.from_file(path, background=False).close()


def test_a_number_of_thousands_of_digits_is_a_config_error():
    account = sample_settings("certainly")
    with pytest.raises(lj.ConfigError, match="digits"):
        lj.Hub({"store": "memory:", "max_tries": 10**5000, "account": {"shop": account}})


@pytest.mark.parametrize("value", ["1" * 5000, "[" * 100_000, "[1"])
def test_so_are_values_of_the_environment(value: str):
    names = {"LAMPJACK_STORE": "memory:", "LAMPJACK_MAX_TRIES": "1"}
    setting = "LAMPJACK_ALLOW_NETWORKS" if value.startswith("[") else "LAMPJACK_MAX_TRIES"
    with pytest.raises(lj.ConfigError) as raised:
        lj.Hub(_config.read_environment(names | {setting: value}), background=False)
    assert value not in held_by(raised.value)


@pytest.mark.parametrize(
    "call",
    [
        lj.Hub.from_file,
        lambda path: lj.backup("memory:", path),
        lambda path: lj.export("memory:", path),
    ],
    ids=["from_file", "backup", "export"],
)
@pytest.mark.parametrize("path", ["a\0b", b"a"])
def test_a_path_that_is_none_is_an_argument_error(call: Callable[[object], object], path: object):
    with pytest.raises(lj.ArgumentError):
        call(path)
