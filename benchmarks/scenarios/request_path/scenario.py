"""CPU of an offload and of a reply through the C API; one program, linked against both trees."""

from pathlib import Path

from harness.release import Build
from harness.scenario import Bench, Missing, Row, Scenario

SOURCES = sorted(Path(__file__).parent.glob("*.cpp"))


def declare(bench: Bench) -> Scenario:
    """Declare the rows; the offload is to take at most 0.7 of what it took."""

    def command(name: str, build: Build) -> list[str]:
        program = bench.folder / f"request_path-{name}"
        return [str(build.compile(program, SOURCES)), "--rounds", "3"]

    what = {
        "offload_50": ("an offload of 50 transcript lines", 0.7),
        "offload_500": ("an offload of 500 transcript lines", 0.7),
        "offload_50_in_two_steps": ("the same of 50, as begin and finish", 0.7),
        "offload_500_in_two_steps": ("the same of 500, as begin and finish", 0.7),
        "reply_committed": ("a reply as far as its commit", 1.1),
        "reply_sent": ("a reply as far as its recorded outcome", 1.1),
    }
    rows = [
        Row(name, f"CPU of {text}", "µs of CPU", "cpu_us", {"release": gate})
        for name, (text, gate) in what.items()
    ]
    contenders = bench.trees(command) if SOURCES else [Missing("release", "no program yet")]
    about = "The program checks each answer, the transcript and the deliveries. Store `memory:`, one thread, no network."
    return Scenario("request_path", "The request path through the C API", about, rows, contenders)
