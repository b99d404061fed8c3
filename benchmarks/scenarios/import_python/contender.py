"""contender.py TIMES: CPU of `import lampjack` in that many new interpreters, as JSON lines."""

import subprocess
import sys

CODE = """
import time
cpu, wall = time.process_time_ns(), time.perf_counter_ns()
import lampjack
cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
import json, sys
assert lampjack.__file__.startswith(sys.prefix), lampjack.__file__
assert lampjack.Hub and lampjack.parse
print(json.dumps({"row": "import", "cpu_ns": cpu, "wall_ns": wall, "count": 1}))
"""


def main() -> None:
    for number in range(int(sys.argv[1]) + 1):
        told = subprocess.run(
            [sys.executable, "-c", CODE], check=False, capture_output=True, text=True
        )
        if told.returncode != 0:
            sys.exit(told.stderr)
        if number > 0:  # the first one compiles the modules
            print(told.stdout, end="")


main()
