"""`Hub.receive` from Python, in memory and in a SQLite file."""

from pathlib import Path

from harness.release import Build
from harness.scenario import Bench, Row, Scenario

PROGRAM = str(Path(__file__).with_name("contender.py"))


def declare(bench: Bench) -> Scenario:
    """Declare both trees; there is no peer that does the same."""
    count = "300" if bench.short else "600"  # three times that is less than an account may a second

    def command(name: str, build: Build) -> list[str]:
        return [str(build.python), PROGRAM, str(bench.folder / name), count]

    rows = [
        Row("memory", "receive() of a user's text, store `memory:`", gates={"release": 1.10}),
        Row("sqlite", "receive() of a user's text, store `sqlite:`", gates={"release": 1.10}),
        Row(
            "transcript",
            "receive() of a request for a human with 300 lines that came live, store `sqlite:`",
            gates={"release": 1.10},
        ),
    ]
    about = (
        "One thread, 50 conversations, no handlers. Each answer is checked, and afterwards every message must be in "
        "its transcript. A row is the CPU of one request, in all threads of the process."
    )
    return Scenario(
        "receive_python", "receive() through the hub", about, rows, bench.trees(command)
    )
