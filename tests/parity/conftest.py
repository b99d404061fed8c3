"""The C programs: below the folder named by LJK_BUILD, else in the build of preset dev."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Golden:
    """The program tests/capi/golden.c, started once for all cases."""

    def __init__(self, program: Path):
        self._process = subprocess.Popen(
            [program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, *words: str | Path) -> tuple[int, bytes]:
        """What the command gives and prints."""
        line = "\t".join(str(word) for word in words)
        assert self._process.stdin
        assert self._process.stdout
        assert "\n" not in line
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        head = self._process.stdout.readline().split()
        assert head, f"the program ended at: {line}"
        return int(head[0]), self._process.stdout.read(int(head[1]))

    def close(self) -> int:
        """Its exit status."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.wait(timeout=30)


@pytest.fixture(scope="session")
def build() -> Path:
    """The build folder, which may be without what a test needs."""
    return Path(os.environ.get("LJK_BUILD") or ROOT / "build" / "dev")


@pytest.fixture(scope="session")
def golden(build: Path) -> Iterator[Golden]:
    for folder in (build / "tests", build):
        if os.access(folder / "capi_golden", os.X_OK):
            program = Golden(folder / "capi_golden")
            yield program
            assert program.close() == 0
            return
    pytest.skip("capi_golden is not built; ./dev setup builds it, LJK_BUILD says where it is")
