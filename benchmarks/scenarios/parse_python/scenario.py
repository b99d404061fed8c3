"""From the bytes of documented payloads to events in Python, every field read."""

import importlib.util
import sys
from pathlib import Path

from harness.release import ROOT, Build
from harness.scenario import Bench, Contender, Missing, Row, Scenario

PROGRAM = str(Path(__file__).with_name("contender.py"))
DATA = ROOT / "tests" / "data"


def declare(bench: Bench) -> Scenario:
    """Declare both trees, `json.loads`, and msgspec where `benchmarks/requirements.txt` is installed."""

    def command(_name: str, build: Build) -> list[str]:
        expected = str(build.source / "tests" / "data")
        return [str(build.python), PROGRAM, "lampjack", str(DATA), expected, repeat]

    repeat = "20" if bench.short else "60"
    contenders: list[Contender | Missing] = [*bench.trees(command)]
    for peer in ("json", "msgspec"):
        if importlib.util.find_spec(peer):
            peer_command = [sys.executable, PROGRAM, peer, str(DATA), str(DATA), repeat]
            contenders.append(Contender(peer, peer_command))
        else:
            contenders.append(Missing(peer, f"{peer} is not installed"))
    rows = [
        Row("events", "bytes to events, no field read", gates={"release": 1.10}),
        Row("fields", "bytes to events, every field read", gates={"release": 1.10}),
    ]
    about = (
        "The bodies of the golden cases that vendors' pages document, a payload in turn. Before timing each tree "
        "compares the events with its own golden files. `json` and `msgspec` only decode: they validate and "
        "normalise nothing. A row is the CPU of one payload."
    )
    return Scenario("parse_python", "Bytes to events in Python", about, rows, contenders)
