"""Log lines: events of the core's table, `name key=value …`, on the logger `lampjack`."""

import logging
import traceback
from pathlib import Path

from lampjack import _core

__all__ = ["log_event", "log_line", "place_of"]

_HERE = Path(__file__).parent
_LOGGER = logging.getLogger("lampjack")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def log_line(level: str, text: str) -> None:
    """Log a line of the core."""
    _LOGGER.log(_LEVELS[level], "%s", text)


def log_event(event: str, *, trace: BaseException | None = None, **keys: object) -> None:
    """Log an event of the table with its keys; None and empty values are left out. `trace` is logged at DEBUG only.

    Never pass a ref, a text, an exception's message that may quote one, a person's name or a token.
    """
    level, text = _core.log_line(event, keys)
    log_line(level, text)
    if trace is not None:
        _LOGGER.debug("%s", text, exc_info=trace)


def place_of(error: BaseException) -> str:
    """Return the host's own line where it was raised, as `file.py:12`."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if Path(frame.filename).parent != _HERE]
    last = (theirs or frames)[-1:]
    return f"{Path(last[0].filename).name}:{last[0].lineno}" if last else ""
