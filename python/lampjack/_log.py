"""Log lines: events of the core's table, `name key=value …`, on the logger `lampjack`."""

import logging
import traceback
from pathlib import Path

from lampjack import _core

__all__ = ["log_event", "log_line", "place_of", "trace_of"]

_HERE = Path(__file__).parent
_LOGGER = logging.getLogger("lampjack")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def log_line(level: str, text: str) -> None:
    """Log a line of the core."""
    _LOGGER.log(_LEVELS[level], "%s", text)


def log_event(event: str, *, trace: BaseException | None = None, **keys: object) -> None:
    """Log an event of the table with its keys; None and empty values are left out. The places of `trace` are logged at DEBUG.

    Never pass a ref, a text, an exception's message that may quote one, a person's name or a token.
    """
    level, text = _core.log_line(event, keys)
    log_line(level, text)
    if trace is not None and _LOGGER.isEnabledFor(logging.DEBUG):
        _LOGGER.debug("%s\n%s", text, trace_of(trace))


def trace_of(error: BaseException) -> str:
    """Return types and places of an error and its causes, the outermost first, without a message or a line of source.

    Both may quote what a person wrote, and `exc_info` would write them at any level.
    """
    lines: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        lines.append(type(one).__name__)
        frames = traceback.extract_tb(one.__traceback__)
        lines.extend(f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n".join(lines)


def place_of(error: BaseException) -> str:
    """Return the host's own line where it was raised, as `file.py:12`."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if Path(frame.filename).parent != _HERE]
    last = (theirs or frames)[-1:]
    return f"{Path(last[0].filename).name}:{last[0].lineno}" if last else ""
