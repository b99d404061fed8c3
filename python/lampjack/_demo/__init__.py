"""`lampjack demo`: a service under uvicorn, four simulated platforms on loopback sockets, and a scripted agent."""

import argparse
import json
import logging
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

__all__ = ["main"]


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="lampjack demo", description="Show the main job in one minute."
    )
    parser.add_argument(
        "--once", action="store_true", help="end after the stories even on a terminal"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="the service's port; default: a free one"
    )
    parser.add_argument(
        "--json", type=Path, default=None, metavar="FILE", help="where the summary goes"
    )
    return parser.parse_args(list(arguments))


def _summary_path(given: Path | None) -> Path:
    if given is not None:
        return given
    return Path("build/demo.json") if Path("build").is_dir() else Path("lampjack-demo.json")


def main(arguments: Sequence[str] = ()) -> int:
    """Run the stories; 0 when every number of the summary is what it must be."""
    options = _options(arguments)
    try:
        from lampjack._demo.service import PLAYED, Service
    except ModuleNotFoundError as missing:
        print(
            f"lampjack: the demo needs {missing.name}: pip install 'lampjack[server]'",
            file=sys.stderr,
        )
        return 1
    from lampjack._demo.documented import load
    from lampjack._demo.stories import Stories
    from lampjack._demo.timeline import Timeline
    from lampjack.testing import FakePlatform

    # What is refused on purpose stands in the timeline.
    logging.getLogger("lampjack").addHandler(logging.NullHandler())
    with ExitStack() as stack:
        platforms = {
            name: stack.enter_context(FakePlatform(platform)) for name, platform in PLAYED.items()
        }
        cases = load()
        service = stack.enter_context(Service(platforms, cases, options.port))
        line = Timeline()
        print(f"lampjack demo\n  service   {service.url}/hooks/…\n  desk      {service.url}/")
        for name, platform in platforms.items():
            print(f"  {name:<9} {platform.platform} simulated at {platform.url}")
        print()
        stories = Stories(service, platforms, line)
        for play in (
            stories.chatlayer,
            stories.certainly,
            stories.omnichannel,
            stories.app,
            stories.refused,
        ):
            play()
        stories.documented(cases)
        stats = service.hub.stats()
        line.count("deliveries_dead", stats.deliveries_dead, 0)
        line.count("deliveries_retried", stats.deliveries_retried, 1)
        summary = line.summary() | {"stats": stats.to_dict()}
        path = _summary_path(options.json)
        path.write_text(json.dumps(summary, indent=2) + "\n")
        wrong = line.wrong()
        print(f"\n  {len(line.expected)} numbers checked, {len(wrong)} wrong; summary in {path}")
        for one in wrong:
            print(f"  WRONG {one}", file=sys.stderr)
        if not wrong and sys.stdout.isatty() and not options.once:
            print(f"\n  Open {service.url}/ and play the agent yourself. Ctrl-C ends it.")
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(1)
        return 1 if wrong else 0
