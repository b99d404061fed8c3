"""Under gunicorn, loaded before the fork and reloaded under load: nothing is lost, nothing hangs, nothing is shared."""

import os
import signal
from pathlib import Path

import pytest

from support.damage import Damage
from support.service_process import ServiceProcess, children_of, gunicorn, wait_until
from support.story import damage_of, desk, finish
from support.traffic import Addresses, Traffic

WORKERS = int(os.environ.get("LJK_WORKERS", "2"))
RELOADS = int(os.environ.get("LJK_RELOADS", "10"))
USERS = 2 * WORKERS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300 + 60 * RELOADS)]


def reload(server: ServiceProcess) -> None:
    """Every worker is replaced, once all are there."""
    wait_until(lambda: len(children_of(server.process.pid)) == WORKERS, "the workers are there")
    before = children_of(server.process.pid)
    server.tell(signal.SIGHUP)

    def replaced() -> bool:
        now = children_of(server.process.pid)
        return len(now) == WORKERS and not now & before

    wait_until(replaced, f"the workers are replaced: {server.log}")


def test_reloads_under_load_cost_nothing(tmp_path: Path, durable_store: str):
    with desk(tmp_path, durable_store) as (place, platform):
        with gunicorn(place, "preloaded", WORKERS) as server:
            traffic = Traffic(Addresses(server.is_up().port), USERS)
            traffic.start()
            traffic.go_on(1)
            for _ in range(RELOADS):
                reload(server)
                traffic.go_on(1)
            traffic.stop()
            finish(place, platform, traffic.said())
            server.tell(signal.SIGTERM)
            assert server.end() == 0
            assert "Traceback" not in server.log
        assert damage_of(place, platform, traffic.said()) == Damage()
        forked = [line["descriptors"] for line in place.ledger("forked")]
        assert len(forked) == WORKERS * (RELOADS + 1)
        assert not any(forked), "a child has what is its parent's"
        assert any(line["descriptors"] for line in place.ledger("forking")), "the parent had any"


def test_a_descriptor_that_is_not_closed_around_a_fork_is_seen(tmp_path: Path, durable_store: str):
    with (
        desk(tmp_path, durable_store) as (place, _),
        gunicorn(place, "preloaded", 1, without="closing") as server,
    ):
        server.is_up()
        wait_until(lambda: place.ledger("forked"), "a worker is forked")
        assert all(len(line["descriptors"]) == 1 for line in place.ledger("forked"))


def test_a_hub_of_the_parents_is_refused_in_a_worker_with_the_next_step(
    tmp_path: Path, durable_store: str
):
    with (
        desk(tmp_path, durable_store) as (place, _),
        gunicorn(place, "desk_version_1", 1) as server,
    ):
        assert server.end() != 0
        assert "opened before a fork: open one in each process" in server.log
