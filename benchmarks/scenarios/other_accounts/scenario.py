"""What other accounts' requests take while one account hangs, or sends hostile bodies: the slowest, beside an idle account."""

from pathlib import Path

from harness import scenario
from harness.release import Build
from harness.scenario import PRESENT, Bench, Row, Scenario

PROGRAM = str(Path(__file__).with_name("contender.py"))


def declare(bench: Bench) -> Scenario:
    """Declare the present tree twice: beside an account that misbehaves, and beside one that is idle."""
    count = "40" if bench.short else "150"

    def command(name: str, build: Build) -> list[str]:
        return [str(build.python), PROGRAM, name, count]

    rows = [
        Row(
            "hanging",
            "slowest of the others' requests while 16 handlers of each kind and the decide function of one account hang",
            unit="wall ns",
            metric="slowest_ns",
            gates={"idle": 2.0},
        ),
        Row(
            "hostile",
            "slowest of the others' requests while one account sends hostile bodies without a pause",
            unit="wall ns",
            metric="slowest_ns",
            gates={"idle": 5.0},
        ),
    ]
    about = (
        "Three accounts beside the one that misbehaves; store `memory:`. Each user asks for a human, who is accepted by "
        "that account's own decide function in 20 ms, and says a line; both requests are timed, and the slowest of all counts. "
        "It is a matter of who waits for whom and not of speed, so these 20 ms are part of both sides. Every "
        "request must be accepted, each line be in its transcript, and each must have come to a plain handler and to a "
        "coroutine. `idle` is the same tree while the fourth account does nothing."
    )
    contenders = [bench.contender(name, scenario.present, command) for name in (PRESENT, "idle")]
    return Scenario("other_accounts", "Other accounts' slowest request", about, rows, contenders)
