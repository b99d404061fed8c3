"""contender.py FOLDER COUNT: CPU of one Hub.receive() for each store, as JSON lines."""

import json
import logging
import shutil
import sys
import time
from pathlib import Path

import lampjack as lj
from lampjack.testing import sample, sample_settings

USERS = 50  # each says less than one conversation may at a time
REPETITIONS = 3
PLATFORM = "chatlayer_offloading"
LINES, LINE = 300, 3000  # of a transcript; characters


def receive(hub: lj.Hub, requests: list[dict[str, object]]) -> tuple[int, int]:
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    answers = [hub.receive("shop", **request) for request in requests]
    spent = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    if any(answer.status != 200 for answer in answers):
        sys.exit(f"answered {sorted({answer.status for answer in answers})}, not 200")
    return spent


def kept(hub: lj.Hub) -> int:
    """How many messages the transcripts have."""
    found = 0
    for user in range(USERS):
        conversation = hub[f"shop:live:user-{user}"]
        after = 0
        while items := conversation.transcript(after=after).result(30):
            found += sum(isinstance(item.event, lj.Message) for item in items)
            after = items[-1].seq
    return found


def open_hub(config: dict[str, object]) -> lj.Hub:
    """Open a hub that takes as many events as come; releases before have no such limit."""
    try:
        return lj.Hub(config | {"account_events_limit": 10_000_000}, background=False)
    except lj.ConfigError:
        return lj.Hub(config, background=False)


def measure(row: str, store: str, count: int) -> None:
    config = {"store": store, "account": {"shop": sample_settings(PLATFORM)}}
    with open_hub(config) as hub:
        for repetition in range(REPETITIONS):
            requests = [
                sample(
                    PLATFORM, user=f"user-{number % USERS}", text=f"Line {number}", number=number
                ).arguments()
                for number in range(repetition * count, (repetition + 1) * count)
            ]
            cpu, wall = receive(hub, requests)
            print(json.dumps({"row": row, "cpu_ns": cpu, "wall_ns": wall, "count": count}))
        found = kept(hub)
    if found != REPETITIONS * count:
        sys.exit(f"{row}: {found} messages are in the transcripts, not {REPETITIONS * count}")


def measure_transcripts(row: str, store: str) -> None:
    """Requests for a human whose transcript tells what came live."""
    texts = [f"Line {number} ".ljust(LINE) for number in range(LINES)]
    bodies = [
        json.loads(sample(PLATFORM, text=text, number=number).body)
        for number, text in enumerate(texts)
    ]
    items = [body["messages"][0] for body in bodies]
    account = {"shop": sample_settings(PLATFORM)}
    config = {"store": store, "account": account, "events_burst": 10 * LINES}
    with lj.Hub(config, background=False) as hub:
        for first in range(0, LINES, 50):
            body = {**bodies[first], "messages": items[first : first + 50]}
            request = sample(PLATFORM).arguments() | {"body": json.dumps(body).encode()}
            receive(hub, [request])
        for repetition in range(REPETITIONS):
            asks = sample(PLATFORM, "handover_requested", number=LINES + repetition)
            body = {**json.loads(asks.body), "transcript": items}
            request = asks.arguments() | {"body": json.dumps(body).encode()}
            cpu, wall = receive(hub, [request])
            print(json.dumps({"row": row, "cpu_ns": cpu, "wall_ns": wall, "count": 1}))
        found = len(hub["shop:live:user-1"].transcript(limit=2 * LINES).result(30))
    if not LINES < found < LINES + 20:
        sys.exit(f"{row}: {found} items, not {LINES} and some")


def main() -> None:
    logging.getLogger("lampjack").setLevel(logging.ERROR)
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    measure("memory", "memory:", count)
    measure_transcripts("transcript", f"sqlite:{folder / 'transcripts.db'}")
    measure("sqlite", f"sqlite:{folder / 'handover.db'}", max(1, count // 10))


main()
