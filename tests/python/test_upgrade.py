"""A rollout in mid-load: the release before and this one take turns on one store, which is migrated under way."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest

import lampjack as lj
from support.damage import Damage
from support.service_process import Place, ServiceProcess, uvicorn
from support.story import damage_of, desk, finish
from support.traffic import Addresses, Traffic

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
USERS = 4
ROUNDS = 2  # between two switches
OLD, NEW = 1, 2  # versions, as the ledger names them


def release_before() -> str:
    """Return the interpreter of the release before; it is built in long runs only."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        from harness import release
    finally:
        sys.path.pop(0)
    folder = ROOT / "build" / f"release-{release.RELEASE}"
    if "LJK_SWITCHES" not in os.environ and not (folder / "python.stamp").exists():
        pytest.skip("the release before is not built: ./dev torture upgrade builds it")
    try:
        return str(release.release().python)
    except release.NoHistoryError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def interpreters() -> dict[int, str]:
    return {OLD: release_before(), NEW: sys.executable}


class Rollout:
    """Services of both releases, of which the elder ends once the younger is up."""

    def __init__(self, place: Place, interpreters: dict[int, str]) -> None:
        self._place = place
        self._interpreters = interpreters
        self._stack = ExitStack()
        self._running: ServiceProcess | None = None
        self.addresses = Addresses()

    def start(self, version: int) -> ServiceProcess:
        service = uvicorn(self._place, version, python=self._interpreters[version])
        return self._stack.enter_context(service)

    def switch_to(self, version: int, traffic: Traffic | None = None) -> None:
        """Start that version, let both work side by side, then end the one before."""
        before, self._running = self._running, self.start(version)
        self.addresses.only(*(one.port for one in (before, self._running) if one))
        if before is None:
            return
        if traffic:
            traffic.go_on(ROUNDS)
        before.tell(signal.SIGTERM)
        assert before.end() == -signal.SIGTERM
        self.addresses.only(self._running.port)
        if traffic:
            traffic.go_on(ROUNDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def versions_of(place: Place, what: str) -> set[int]:
    return {line["version"] for line in place.ledger(what)}


def test_the_release_before_and_this_one_take_turns(
    tmp_path: Path, durable_store: str, interpreters: dict[int, str]
):
    switches = int(os.environ.get("LJK_SWITCHES", "2"))
    with (
        desk(tmp_path, durable_store) as (place, platform),
        Rollout(place, interpreters) as rollout,
    ):
        rollout.switch_to(OLD)  # makes the tables
        traffic = Traffic(rollout.addresses, USERS)
        traffic.start()
        traffic.go_on(ROUNDS)
        with pytest.raises(lj.ConfigError, match="lampjack migrate"):
            lj.Hub.from_file(place.config, background=False)
        lj.migrate(durable_store)
        traffic.go_on(ROUNDS)
        for switch in range(switches):
            rollout.switch_to(NEW if switch % 2 == 0 else OLD, traffic)
        traffic.stop()
        said = traffic.said()
        finish(place, platform, said)
        assert damage_of(place, platform, said) == Damage()
        assert versions_of(place, "handled") == {OLD, NEW}


def test_the_release_before_does_not_open_tables_that_it_cannot_use(
    tmp_path: Path, interpreters: dict[int, str]
):
    store = f"sqlite:{tmp_path / 'handover.db'}"
    lj.Hub({"store": store}, background=False).close()
    program = "import sys, lampjack as lj; lj.Hub({'store': sys.argv[1]}, background=False)"
    command = [interpreters[OLD], "-c", program, store]
    subprocess.run(command, check=True)
    with sqlite3.connect(tmp_path / "handover.db") as file:
        file.execute("UPDATE lampjack_meta SET value = 2 WHERE name = 'readable_by'")
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert refused.returncode != 0, "the control: without `readable_by` nobody would be refused"
    assert "newer release" in refused.stderr
