"""A service under steady load on each durable store: memory, descriptors, the journal and dead rows stay bounded."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lampjack.testing import FakePlatform

if TYPE_CHECKING:
    from support.postgres_server import PostgresServer

SECONDS = float(os.environ.get("LJK_SOAK_SECONDS", "6"))
RATE = 100  # handled messages a second, at most

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(SECONDS * 4 + 120)]

# Whole dialogues of a fixed set of users, one after the other: said, requested, taken, replied, released.
PROGRAM = """
import json, os, sys, threading, time
import lampjack as lj
from lampjack.testing import sample, sample_settings

store, url, seconds, rate = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
settings = sample_settings("chatlayer_offloading", api_base=url)
hub = lj.Hub({"store": store, "allow_networks": ["127.0.0.0/8"], "events_kept": 200,
              "account": {"shop": settings}})

@hub.decide("shop")
def decide(request):
    return lj.Accept(mute=True)

handled = 0

@hub.on(lj.Message, name="desk")
def handle(item, conv):
    global handled
    handled += 1

def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def descriptors():
    return len(os.listdir("/proc/self/fd"))

def journal():
    path = store.removeprefix("sqlite:")
    return sum(os.path.getsize(path + end) for end in ("-wal", "-journal") if os.path.exists(path + end))

def dialogue(number):
    user = f"user-{number % 50}"
    ref = f"shop:live:{user}"
    for kind in ("message", "handover_requested", "message"):
        request = sample("chatlayer_offloading", kind, user=user, text=f"words {number}", number=number)
        answer = hub.receive("shop", **request.arguments())
        assert answer.status == 200, answer
        number += 1
    hub[ref].take(agent="dana").result(30)
    hub[ref].reply("an answer", agent="dana").result(30)
    hub[ref].release(agent="dana").result(30)
    return number

hub.start()
samples, number, begun = [], 0, time.monotonic()
while (now := time.monotonic() - begun) < seconds:
    if not samples or now - samples[-1]["at"] >= seconds / 20:
        samples.append({"at": now, "resident": resident(), "descriptors": descriptors(), "journal": journal()})
    number = dialogue(number)
    ahead = number / rate - (time.monotonic() - begun)
    if ahead > 0:
        time.sleep(ahead)
hub.close()
print(json.dumps({"samples": samples, "received": number, "handled": handled}))
"""

Kept = tuple[str, Callable[[], str] | None]


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    """The URL of a store, and what counts its live and dead rows where they are kept apart."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'handover.db'}", None
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    database = server.make_database()
    rows = "SELECT sum(n_live_tup), sum(n_dead_tup) FROM pg_stat_user_tables"
    yield server.url(database), lambda: server.run(rows, database)
    server.empty_database(database)


def test_a_service_that_runs_for_long_needs_no_more(kept: Kept) -> None:
    store, dead_rows = kept
    with FakePlatform("chatlayer_offloading") as fake:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, store, fake.url, str(SECONDS), str(RATE)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        told = json.loads(done.stdout)
        replies = sum(b"an answer" in one.body for one in fake.received)
    samples = told["samples"]
    assert len(samples) >= 10, "the control: it ran for as long as it should"
    assert told["handled"] > told["received"] / 2, "the control: messages were handled"
    assert replies > 0, "the control: replies were sent"
    early, late = samples[len(samples) // 2], samples[-1]
    span = late["at"] - early["at"]
    # A mebibyte an hour, and what an allocator may round; in a short run only the latter counts.
    assert late["resident"] - early["resident"] < (4 << 20) + (1 << 20) * span / 3600, samples
    more = 4 if SECONDS >= 60 else 40  # the pools of connections grow to their bounds first
    assert late["descriptors"] <= early["descriptors"] + more, samples
    assert max(one["journal"] for one in samples) < 64 << 20, samples
    if dead_rows is not None:
        live, dead = (int(one) for one in dead_rows().split("|"))
        assert dead < max(100_000, live), "dead rows are vacuumed"
