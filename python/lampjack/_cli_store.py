"""Commands that look into the store, or tidy it up, beside the services that use it. They send nothing and need no secrets."""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import lampjack as lj
from lampjack import _config, _traces

__all__ = ["COMMANDS", "add_parsers"]


def add_parsers(commands: Any, config_option: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add these commands to the command line."""
    subscriptions = commands.add_parser(
        "subscriptions", help="list subscriptions and what waits for them, or drop one"
    )
    verbs = subscriptions.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="print every subscription of the store")
    drop = verbs.add_parser("drop", help="remove one that no live process has, with what waits")
    drop.add_argument("name", metavar="NAME", help="the subscription")
    why = commands.add_parser("why", help="tell what became of a line: recorded, offered, sent")
    why.add_argument("ref", metavar="REF", help="the conversation, account:mode:id")
    why.add_argument(
        "seq", metavar="SEQ", nargs="?", type=int, help="the line; without it, the newest"
    )
    why.add_argument(
        "--limit", type=int, default=10, metavar="N", help="how many of the newest lines"
    )
    for parser in (listing, drop, why):
        config_option(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")


@contextmanager
def _hub(options: argparse.Namespace) -> Iterator[lj.Hub]:
    hub = lj.Hub({"secrets": "placeholder", **_config.read_file(options.config)}, background=False)
    try:
        yield hub
    finally:
        hub.close()


def _subscription_text(one: lj.Subscription) -> str:
    text = f"{one.name}  {one.waiting} waiting"
    if one.oldest_at is not None:
        text += f" since {one.oldest_at:%Y-%m-%d %H:%M:%S}"
    wants = [*one.kinds, *([f"to={one.to}"] if one.to else [])]
    text += f"  asks for {' '.join(wants) or 'everything'}"
    served = "never" if one.served_at is None else f"{one.served_at:%Y-%m-%d %H:%M}"
    text += f"  served {served}  processes {' '.join(one.holders) or 'none'}"
    return text + ("  LEFT BEHIND" if one.left_behind else "")


def _subscriptions(options: argparse.Namespace) -> int:
    with _hub(options) as hub:
        if options.verb == "drop":
            hub.drop_subscription(options.name)
            print(
                json.dumps({"dropped": options.name}) if options.json else f"dropped {options.name}"
            )
            return 0
        all_of_them = hub.subscriptions()
    if options.json:
        print(json.dumps([one.to_dict() for one in all_of_them], ensure_ascii=False))
        return 0
    for one in all_of_them:
        print(_subscription_text(one))
    return 0


def _why(options: argparse.Namespace) -> int:
    with _hub(options) as hub:
        trace = hub.why(options.ref, options.seq, limit=options.limit)
    if options.json:
        print(json.dumps(trace.to_dict(), ensure_ascii=False))
        return 0
    for line in _traces.as_lines(trace):
        print(line)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "subscriptions": _subscriptions,
    "why": _why,
}
