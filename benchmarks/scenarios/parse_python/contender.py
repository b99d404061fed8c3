"""contender.py lampjack|json|msgspec DATA EXPECTED REPEAT: CPU of one documented payload, as JSON lines."""

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

FIELDS = ("kind", "id", "platform", "conversation", "actor", "sent_at", "vendor_id", "content")
FIELDS += ("handover", "session", "extra", "warnings")
REPETITIONS = 5


def cases(data: Path, expected: Path) -> Iterable[tuple[dict[str, Any], bytes, list[str]]]:
    """Documented cases that both trees have with the same bytes."""
    for path in sorted(data.glob("*/*/request.json")):
        request = json.loads(path.read_text("utf-8"))
        known = expected / path.parent.relative_to(data)
        files = (path.with_name("body.raw"), known / "body.raw", known / "expected.jsonl")
        if not request["source"].startswith("https:") or not all(file.exists() for file in files):
            continue
        body, same, lines = (file.read_bytes() for file in files)
        if body and body == same and lines:
            yield request, body, lines.decode().split("\n")[:-1]


def time_each(row: str, jobs: list[Callable[[], object]], repeat: int, result: object) -> None:
    for _ in range(REPETITIONS):
        cpu, wall = time.process_time_ns(), time.perf_counter_ns()
        for _ in range(repeat):
            for job in jobs:
                job()
        line = {
            "row": row,
            "cpu_ns": time.process_time_ns() - cpu,
            "wall_ns": time.perf_counter_ns() - wall,
            "count": repeat * len(jobs),
        }
        print(json.dumps({**line, "result": result} if result else line))


def lampjack_jobs(request: dict[str, Any], body: bytes, lines: list[str]) -> tuple[Any, Any, int]:
    import lampjack as lj

    platform, path, query = request["platform"], request["path"], request["query"]
    headers = tuple(request["headers"].items())

    def parse() -> list[lj.Event]:
        return lj.parse(platform, body, path=path, query=query, headers=headers, account="golden")

    def fields() -> None:
        for event in parse():
            for name in FIELDS:
                getattr(event, name)

    events = parse()
    if [event.to_json() for event in events] != lines:
        sys.exit(f"the events of a case of {platform} are not the expected ones: {lines[0][:200]}")
    return parse, fields, len(events)


def main() -> None:
    what, data, expected, repeat = sys.argv[1:]
    chosen = list(cases(Path(data), Path(expected)))
    if len(chosen) < 10:
        sys.exit(f"only {len(chosen)} documented cases in {data}")
    if what == "lampjack":
        made = [lampjack_jobs(*case) for case in chosen]
        result = f"{len(made)} payloads, {sum(count for *_, count in made)} events"
        time_each("events", [parse for parse, _, _ in made], int(repeat), result)
        time_each("fields", [fields for _, fields, _ in made], int(repeat), result)
        return
    if what == "json":
        loads = json.loads
    else:
        import msgspec

        loads = msgspec.json.decode
    for _, body, _ in chosen:
        if loads(body) != json.loads(body):
            sys.exit(f"{what} reads a body otherwise than json")
    jobs = [lambda body=body: loads(body) for _, body, _ in chosen]
    for row in ("events", "fields"):
        time_each(row, jobs, int(repeat), None)


main()
