"""What every log line must be: an event of the table at its level, with its keys in their order."""

import json
import re

from lampjack import _core

_EVENTS = {name: (level, keys) for name, level, keys, _ in _core.log_events()}
_PAIR = re.compile(r' ([a-z_]+)=("(?:[^"\\\x00-\x1f\x7f]|\\.)*"|[^\s"\\=]+)')


def parse_line(text: str) -> tuple[str, dict[str, str]] | None:
    """Return name and pairs of a line; None when it has another form."""
    name, _, _ = text.partition(" ")
    at = len(name)
    pairs: dict[str, str] = {}
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None or found[1] in pairs:
            return None
        pairs[found[1]] = json.loads(found[2]) if found[2].startswith('"') else found[2]
        at = found.end()
    return name, pairs


def fault_of_line(level: str, text: str) -> str:
    """Return what is wrong with a line; empty when nothing is."""
    parsed = parse_line(text)
    if parsed is None:
        return "not of the form name key=value"
    name, pairs = parsed
    if name not in _EVENTS:
        return "no event of the table"
    wanted, keys = _EVENTS[name]
    if level != wanted:
        return "another level than the table's"
    if list(pairs) != [key for key in keys if key in pairs]:
        return "a key that is not the table's, or out of its order"
    return ""
