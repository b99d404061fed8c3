"""What `import lampjack` costs a new interpreter."""

from pathlib import Path

from harness.release import Build
from harness.scenario import Bench, Row, Scenario

PROGRAM = str(Path(__file__).with_name("contender.py"))


def declare(bench: Bench) -> Scenario:
    """Declare both trees, each installed as a wheel: an editable package is slower to import."""

    def command(_name: str, build: Build) -> list[str]:
        return [str(build.python), PROGRAM, "3" if bench.short else "7"]

    rows = [Row("import", "`import lampjack` in a new interpreter", gates={"release": 1.10})]
    about = "CPU of the import statement alone, with compiled modules at hand. The module must be the tree's own."
    return Scenario("import_python", "Import time", about, rows, bench.trees(command))
