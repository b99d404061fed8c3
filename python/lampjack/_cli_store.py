"""Commands that look into the store, or tidy it up, beside the services that use it. They send nothing and need no secrets."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

import lampjack as lj
from lampjack import _config, _core, _traces
from lampjack._json import write_json

__all__ = ["COMMANDS", "add_parsers"]


def add_parsers(commands: Any, config_option: Callable[..., None]) -> None:
    """Add these commands to the command line."""
    subscriptions = commands.add_parser(
        "subscriptions", help="list subscriptions and what waits for them, or drop one"
    )
    verbs = subscriptions.add_subparsers(dest="verb", metavar="VERB")
    listing = verbs.add_parser("list", help="print every subscription of the store; the default")
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
    conversations = commands.add_parser("conversations", help="list conversations, newest first")
    conversations.add_argument(
        "--state", default="", metavar="STATE", help="bot, requested, agent, returning or closed"
    )
    conversations.add_argument(
        "--limit", type=int, default=100, metavar="N", help="how many of the newest"
    )
    conversations.add_argument(
        "--unattributed",
        action="store_true",
        help="instead what belongs to no conversation, an entry for each account that has any",
    )
    _add_files(commands, config_option)
    for parser in (subscriptions, why, conversations):
        config_option(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")
    for parser in (listing, drop):  # what is given before the verb holds
        config_option(parser, default=argparse.SUPPRESS)
        parser.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
        )


def _add_files(commands: Any, config_option: Callable[..., None]) -> None:
    commands.add_parser(
        "rls", help="print SQL that lets a PostgreSQL role see its own accounts only"
    )
    export = commands.add_parser(
        "export", help="write all conversations and their items, or what is kept of one user"
    )
    export.add_argument("--account", metavar="NAME", help="with --user: the user's account")
    export.add_argument(
        "--user", metavar="ID", help="only what is kept of this user, with the deliveries"
    )
    export.add_argument(
        "to", metavar="FILE", help="the file to write, which must not exist; - for standard output"
    )
    restore = commands.add_parser(
        "restore", help="make a backup the store; nothing that is there is overwritten"
    )
    restore.add_argument("backup", metavar="FILE", help="the file that backup wrote")
    for parser in (export, restore):
        config_option(parser)


@contextmanager
def _hub(options: argparse.Namespace) -> Iterator[lj.Hub]:
    config = _config.read_file(options.config)
    _core.check_store(_config.store_of(config))  # a hub would make one where there is none
    hub = lj.Hub({"secrets": "placeholder", **config}, background=False)
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


def _conversations(options: argparse.Namespace) -> int:
    with _hub(options) as hub:
        found = hub.conversations(
            options.state, limit=options.limit, unattributed=options.unattributed
        )
    if options.json:
        print(write_json([one.to_dict() for one in found]))
        return 0
    for one in found:
        who = f" {one.owner.agent}" if one.owner.agent else ""
        stands = "" if options.unattributed else f"  {one.state}{who} epoch {one.epoch}"
        print(f"{one.ref}{stands}  {one.items} items  {one.touched_at:%Y-%m-%d %H:%M:%S}")
    return 0


def _store_of(options: argparse.Namespace) -> str:
    return _config.store_of(_config.read_file(options.config))


def _write_new(path: str, text: str) -> None:
    """Only its owner may read what people said."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode())


def _export(options: argparse.Namespace) -> int:
    if (options.account is None) != (options.user is None):
        raise lj.ArgumentError("--account and --user go together")
    if options.user is None:
        target = sys.stdout.buffer if options.to == "-" else options.to
        lines = lj.export(_store_of(options), target)
    else:
        with _hub(options) as hub:
            text = hub.export(options.account, options.user)
        lines = text.count("\n")
        if options.to == "-":
            sys.stdout.buffer.write(text.encode())
        else:
            _write_new(options.to, text)
    print(f"{lines} lines", file=sys.stderr)
    return 0


def _rls(_: argparse.Namespace) -> int:
    print(files("lampjack").joinpath("rls.sql").read_text("utf-8"), end="")
    return 0


def _restore(options: argparse.Namespace) -> int:
    lj.restore(options.backup, _store_of(options))
    print(f"restored from {options.backup}", file=sys.stderr)
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "conversations": _conversations,
    "export": _export,
    "restore": _restore,
    "rls": _rls,
    "subscriptions": _subscriptions,
    "why": _why,
}
