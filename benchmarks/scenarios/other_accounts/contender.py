"""contender.py NAME COUNT: the slowest of other accounts' requests beside an account that misbehaves ("idle": that does nothing)."""

import asyncio
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import lampjack as lj
from lampjack.testing import sample, sample_settings

PLATFORM = "chatlayer_offloading"
OTHERS = "bcd"
REPETITIONS = 3
PATIENCE = 60.0  # seconds
DECIDES_IN = 0.02  # as long as a look into a database of the host's
TOO_MANY = 400_000


def offload(extra: str) -> bytes:
    """An offload request that is one but for what is added."""
    body = sample(PLATFORM, "handover_requested", user="hostile").body.decode()
    return f"{body[:-1]},{extra}}}".encode()


def hostile_bodies() -> list[bytes]:
    zeros = ",".join(["0"] * TOO_MANY)
    return [
        b'{"event":"offload","botId":"b","version":"LIVE","sessionId":"h","transcript":['
        + zeros.encode()
        + b"]}",
        b"1," * (2 << 20),
        b"[" * 250_001,
        offload(f'"x":{"[" * 60 + "]" * 60}'),
        offload('"n":' + "9" * 5_000),
        offload("".join(f'"m{number}":0,' for number in range(5_000)) + '"z":1'),
        offload('"t":"' + "\\u0000" * 100_000 + '"'),
        b'{"event":"messages","messages":' + b"\xff" * 1_000_000,
    ]


class Desk:
    """Handlers of both kinds and a decide function; those of account `a` hang until `go_on` is set."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.seen: dict[str, set[str]] = {"plain": set(), "coroutine": set()}
        self.hung = 0
        settings = sample_settings(PLATFORM)
        self.hub = lj.Hub({"store": "memory:", "account": dict.fromkeys("a" + OTHERS, settings)})
        self.hub.decide()(self.decide)
        self.hub.on(lj.Message, name="plain")(self.plain)
        self.hub.on(lj.Message, name="coroutine")(self.coroutine)

    def decide(self, request: lj.DecisionRequest) -> lj.Accept:
        if request.ref.startswith("a:"):
            self.hung += 1
            self.go_on.wait(PATIENCE)
        else:
            time.sleep(DECIDES_IN)
        return lj.Accept(mute=True)

    def plain(self, item: lj.Item, _conv: lj.Conversation) -> None:
        if item.ref.startswith("a:"):
            self.hung += 1
            self.go_on.wait(PATIENCE)
        self.seen["plain"].add(item.ref)

    async def coroutine(self, item: lj.Item, _conv: lj.Conversation) -> None:
        while item.ref.startswith("a:") and not self.go_on.is_set():  # noqa: ASYNC110  set on another thread
            await asyncio.sleep(0.05)
        self.seen["coroutine"].add(item.ref)

    def post(self, account: str, kind: str, user: str, number: int = 0) -> lj.Answer:
        request = sample(PLATFORM, kind, user=user, number=number)
        return self.hub.receive(account, **request.arguments())


@contextmanager
def repeated(work: Callable[[], None]) -> Iterator[None]:
    """Do it again and again on a thread of its own."""
    stop, failed = threading.Event(), []

    def run() -> None:
        try:
            while not stop.is_set():
                work()
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    yield
    stop.set()
    thread.join(PATIENCE)
    if failed or thread.is_alive():
        sys.exit("the account that misbehaves could not go on")


@contextmanager
def hanging(desk: Desk) -> Iterator[None]:
    for number in range(16):
        desk.post("a", "message", f"user-{number}", number)
    numbers = iter(range(10**9))

    def ask() -> None:
        desk.post("a", "handover_requested", f"asks-{next(numbers)}")

    with repeated(ask):
        deadline = time.monotonic() + PATIENCE
        while desk.hung < 14:  # twelve handlers and two decisions
            if time.monotonic() > deadline:
                sys.exit(f"{desk.hung} functions hang, not 14")
            time.sleep(0.01)
        yield


@contextmanager
def hostile(desk: Desk) -> Iterator[None]:
    good = sample(PLATFORM).arguments()
    bodies, turns = hostile_bodies(), iter(range(10**9))

    def send() -> None:
        answer = desk.hub.receive("a", **{**good, "body": bodies[next(turns) % len(bodies)]})
        if answer.status >= 500:
            sys.exit(f"a hostile body was answered with {answer.status}")

    desk.go_on.set()
    with repeated(send):
        yield


def slowest(desk: Desk, count: int, repetition: int) -> int:
    """Send the others' requests; the longest of them, in nanoseconds."""
    longest = 0
    for number in range(count):
        account, user = OTHERS[number % len(OTHERS)], f"user-{repetition}-{number}"
        for kind in ("handover_requested", "message"):
            begin = time.perf_counter_ns()
            answer = desk.post(account, kind, user, number)
            longest = max(longest, time.perf_counter_ns() - begin)
            if answer.status != 200:
                sys.exit(f"answered {answer.status}, not 200")
            if kind == "handover_requested" and not json.loads(answer.body)["offloadSuccess"]:
                sys.exit("a request of another account was declined")
    return longest


def check(desk: Desk, count: int) -> None:
    """Every line must be in its transcript once, and have come to both handlers."""
    refs = {
        f"{OTHERS[number % len(OTHERS)]}:live:user-{repetition}-{number}"
        for repetition in range(REPETITIONS)
        for number in range(count)
    }
    for ref in refs:
        items = desk.hub[ref].transcript().result(PATIENCE)
        if sum(isinstance(item.event, lj.Message) for item in items) < 1:
            sys.exit("a line is in no transcript")
    deadline = time.monotonic() + PATIENCE
    for kind, seen in desk.seen.items():
        while not refs <= seen:
            if time.monotonic() > deadline:
                sys.exit(f"{len(refs - seen)} lines did not come to the {kind} handler")
            time.sleep(0.01)


@contextmanager
def idle(desk: Desk) -> Iterator[None]:
    del desk
    yield


def main() -> None:
    logging.getLogger("lampjack").setLevel(logging.CRITICAL)
    name, count = sys.argv[1], int(sys.argv[2])
    for row, misbehaves in (("hanging", hanging), ("hostile", hostile)):
        desk = Desk()
        desk.hub.start()
        slowest(desk, 30, -1)  # nothing is loaded for the first time
        with (idle if name == "idle" else misbehaves)(desk):
            for repetition in range(REPETITIONS):
                taken = slowest(desk, count, repetition)
                print(json.dumps({"row": row, "slowest_ns": taken, "count": 1}))
            check(desk, count)
            desk.go_on.set()
        desk.hub.close()


main()
