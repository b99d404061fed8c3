"""The log: one table of events for the core and the package."""

import importlib.util
import logging
from pathlib import Path

import pytest

from lampjack import _core
from lampjack._log import log_event
from support.log_lines import fault_of_line, parse_line

ROOT = Path(__file__).resolve().parents[2]


def test_a_line_is_the_event_with_its_keys_in_the_tables_order():
    keys = {"attempts": 3, "account": "shop", "reason": "two words", "delivery": None, "action": ""}
    assert _core.log_line("delivery.dead", keys) == (
        "warning",
        'delivery.dead account=shop reason="two words" attempts=3',
    )


@pytest.mark.parametrize(
    ("event", "keys"), [("delivery.deda", {}), ("delivery.dead", {"acount": 1})]
)
def test_a_name_or_key_outside_of_the_table_is_refused(event: str, keys: dict[str, object]):
    with pytest.raises(ValueError, match="delivery"):
        _core.log_line(event, keys)


def test_no_value_begins_a_line_of_its_own(caplog: pytest.LogCaptureFixture):
    log_event("call.failed", reason="a\nstore.failed work=b\x1b[2J")
    (line,) = caplog.messages
    assert line == r'call.failed reason="a\u000astore.failed work=b\u001b[2J"'
    assert parse_line(line) == ("call.failed", {"reason": "a\nstore.failed work=b\x1b[2J"})


def failure() -> Exception:
    """An error whose message, cause and source hold what somebody wrote."""
    try:
        try:
            raise KeyError("SECRET4711")
        except KeyError as error:
            raise ValueError(f"SECRET4711 {error}") from error
    except ValueError as error:
        return error


def test_a_trace_at_debug_has_places_and_no_words(caplog: pytest.LogCaptureFixture):
    for level, records in ((logging.INFO, 1), (logging.DEBUG, 2)):
        caplog.clear()
        with caplog.at_level(level, "lampjack"):
            log_event("handler.failed", reason="ValueError", trace=failure())
        assert len(caplog.records) == records
        assert not any(record.exc_info or record.exc_text for record in caplog.records)
        assert "SECRET4711" not in caplog.text
    trace = caplog.messages[1]
    assert trace.startswith("handler.failed reason=ValueError\nValueError\n  ")
    assert "test_log_events.py" in trace
    assert "\nKeyError\n" in trace


@pytest.mark.parametrize(
    "line",
    ["breaker.closed host=b account=a", "breaker.closed delivery=a", "breaker.melted", "a b",
     "breaker.closed account=a account=a"],
)  # fmt: skip
def test_the_check_of_every_test_finds_a_wrong_line(line: str):
    assert fault_of_line("info", "breaker.closed account=a host=b") == ""
    assert fault_of_line("info", line)
    assert fault_of_line("error", "breaker.closed account=a host=b")


def test_the_documentation_lists_every_event_with_level_keys_and_meaning():
    spec = importlib.util.spec_from_file_location("collect", ROOT / "python/docs/collect.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = [line for line in module.log_page().splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{name}` | {level} | {' '.join(f'`{key}`' for key in keys)} | {meaning} |"
        for name, level, keys, meaning in _core.log_events()
    ]
