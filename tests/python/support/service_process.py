"""ServiceProcess: a desk's service under a real server, as a process; and the ledger its handlers write."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from lampjack.testing import FakePlatform
from support import desk_service

PATIENCE = 120
SUPPORT = Path(__file__).resolve().parents[1]


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


class Place:
    """What the versions of a service share: configuration, ledger, gates. All in one folder."""

    def __init__(self, folder: Path, store: str, platform: FakePlatform, total_ms: int) -> None:
        self.folder = folder
        self.config = folder / "lampjack.toml"
        self.gates = folder / "gates"
        self.gates.mkdir()
        self._ledger = folder / "ledger"
        actions = 'pause_action = { action = "pause" }\nresume_action = { action = "resume" }'
        settings = platform.settings(t_answer=60_000)
        told = [
            f"{name} = {json.dumps(settings[name])}" for name in settings if "action" not in name
        ]
        self.config.write_text(
            f'store = "{store}"\nallow_networks = ["127.0.0.0/8"]\ntotal_ms = {total_ms}\n'
            f"events_per_second = 1000000\n[account.shop]\n" + "\n".join([*told, actions])
        )

    def environment(self, without: str = "") -> dict[str, str]:
        return {
            **os.environ,
            desk_service.CONFIG: str(self.config),
            desk_service.LEDGER: str(self._ledger),
            desk_service.GATES: str(self.gates),
            desk_service.WITHOUT: without,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join([str(SUPPORT), os.environ.get("PYTHONPATH", "")]),
        }

    def open(self, gate: str) -> None:
        (self.gates / gate).touch()

    def ledger(self, what: str = "") -> list[dict[str, Any]]:
        """What the handlers noted so far."""
        if not self._ledger.exists():
            return []
        lines = self._ledger.read_text("utf-8").split("\n")[:-1]
        return [line for line in map(json.loads, lines) if what in {"", line["what"]}]


class ServiceProcess:
    """A server's process. Its output goes to a file; leaving the block kills what is still there."""

    def __init__(
        self,
        place: Place,
        name: str,
        command: list[str],
        port: int,
        without: str = "",
        python: str = sys.executable,
    ) -> None:
        self.port = port
        self._log = place.folder / f"{name}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [python, *command],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=place.environment(without),
                cwd=place.folder,
                start_new_session=True,  # so that its workers can be ended with it
            )

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def says(self, words: str) -> None:
        """Wait until the log has the words."""
        wait_until(lambda: words in self.log, f"{words!r} in {self._log.name}: {self.log}")

    def is_up(self) -> Self:
        def up() -> bool:
            assert self.process.poll() is None, self.log
            return answers(self.port)

        wait_until(up, f"port {self.port} answers")
        return self

    def tell(self, sent: signal.Signals) -> None:
        self.process.send_signal(sent)

    def refuses(self) -> None:
        wait_until(lambda: not answers(self.port), f"port {self.port} refuses")

    def end(self, grace: float = PATIENCE) -> int:
        return self.process.wait(grace)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def uvicorn(
    place: Place, version: int, without: str = "", python: str = sys.executable
) -> ServiceProcess:
    """One version of the service under uvicorn, as its own command starts it."""
    port = free_port()
    app = f"support.desk_version_{version}:app"
    command = ["-m", "uvicorn", app, "--port", str(port), "--no-access-log"]
    return ServiceProcess(place, f"version {version}", command, port, without, python).is_up()


def gunicorn(place: Place, app: str, workers: int, without: str = "") -> ServiceProcess:
    """An application under gunicorn, loaded before its workers are forked."""
    port = free_port()
    (place.folder / "gunicorn.conf.py").write_text(
        "from support.preloaded import post_fork, pre_fork\n"
    )
    command = ["-m", "gunicorn", "--preload", "--worker-class", "uvicorn_worker.UvicornWorker"]
    command += ["--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    return ServiceProcess(place, "gunicorn", [*command, f"support.{app}:app"], port, without)


def children_of(process: int) -> set[int]:
    return set(
        map(int, Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split())
    )
