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


def main() -> None:
    logging.getLogger("lampjack").setLevel(logging.ERROR)
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    measure("memory", "memory:", count)
    measure("sqlite", f"sqlite:{folder / 'handover.db'}", max(1, count // 10))


main()
