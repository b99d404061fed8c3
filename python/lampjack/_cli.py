"""The command line. `inspect` and `urls` need nothing but the standard library."""

import argparse
import codecs
import importlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lampjack as lj
from lampjack import _cli_store, _config, _core, _settings
from lampjack._json import write_json

__all__ = ["main"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lampjack", description="Connects bots to the humans who take over."
    )
    parser.add_argument("--version", action="version", version=f"lampjack {lj.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    inspect = commands.add_parser(
        "inspect", help="print one payload's canonical events, one JSON a line"
    )
    inspect.add_argument(
        "--platform", required=True, metavar="NAME", help="the vendor contract the payload follows"
    )
    inspect.add_argument("--query", default="", metavar="Q", help="the request's raw query string")
    inspect.add_argument(
        "--account", default="", metavar="NAME", help="the account to print in `conversation`"
    )
    inspect.add_argument(
        "--script",
        action="store_true",
        help="print what the bot's own script gets instead: its text and the channel variables",
    )
    inspect.add_argument("file", metavar="FILE", help="the payload, - for standard input")

    urls = commands.add_parser("urls", help="print what to paste at each vendor")
    _config_option(urls)
    urls.add_argument(
        "--base",
        default="https://YOUR-HOST/hooks",
        metavar="URL",
        help="where the hub is reachable",
    )

    serve = commands.add_parser("serve", help="serve the configured accounts (needs uvicorn)")
    _config_option(serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8080)
    serve.add_argument(
        "--prefix", default="/hooks", metavar="PATH", help="the path above the accounts' names"
    )
    serve.add_argument(
        "--workers", type=_count, default=1, metavar="N", help="processes that share the store"
    )

    settings = commands.add_parser("settings", help="print everything that can be configured")
    settings.add_argument(
        "platform", nargs="?", metavar="PLATFORM", help="leave the other platforms' settings out"
    )
    settings.add_argument("--json", action="store_true", help="print one JSON array")

    migrate = commands.add_parser("migrate", help="bring the store's schema to this release's")
    _config_option(migrate)
    migrate.add_argument("--create", action="store_true", help="make the store where there is none")
    backup = commands.add_parser("backup", help="copy the store to a new file while it is in use")
    _config_option(backup)
    backup.add_argument("to", metavar="FILE", help="the file to write; it must not exist")
    _cli_store.add_parsers(commands, _config_option)
    commands.add_parser("demo", help="show the main job in one minute", add_help=False)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 1 or more")
    return int(text)


def _config_option(parser: argparse.ArgumentParser, default: str = "lampjack.toml") -> None:
    parser.add_argument("--config", default=default, metavar="FILE", help="the hub's configuration")


def _inspect(options: argparse.Namespace) -> int:
    body = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    try:
        events = lj.parse(options.platform, body, query=options.query, account=options.account)
    except lj.PayloadError as error:
        raise lj.PayloadError(f"{error}{_place(body)}") from None
    for event in events:
        print(_script_line(event) if options.script else event.to_json())
    return 0


def _place(body: bytes) -> str:
    """Where the body stops being JSON, if it does."""
    if body.startswith(codecs.BOM_UTF8):
        return " (line 1, column 1)"
    try:
        json.loads(body)
    except json.JSONDecodeError as error:
        return f" (line {error.lineno}, column {error.colno})"
    except (ValueError, RecursionError):
        pass
    return ""


def _script_line(event: lj.Event) -> str:
    view = lj.script_view(event)
    text = {} if view.text is None else {"text": view.text}
    return write_json({**text, "variables": view.variables})


def _entries(config: dict[str, Any], base: str) -> list[lj.Endpoint]:
    # Nothing is opened that somebody else may be using.
    hub = lj.Hub({**config, "store": "memory:"}, background=False)
    entries = hub.urls(base)
    hub.close()
    return entries


def _urls(options: argparse.Namespace) -> int:
    # What is pasted at a vendor does not depend on secrets: they need not be there.
    config = {"secrets": "placeholder", **_config.read_file(options.config)}
    entries = _entries(config, options.base)
    width = max((len(entry.account) for entry in entries), default=0)
    apps = {entry.account: entry.app_address for entry in entries if entry.app_address}
    for entry in entries:
        if address := apps.pop(entry.account, ""):
            print(
                f'{entry.account:{width}}  app   {address}  paste into the app as its "Lampjack address"'
            )
        print(f"{entry.account:{width}}  {entry.method:4}  {entry.url}  {entry.meaning}".rstrip())
    return 0


def _say_who_decides(config: dict[str, Any]) -> None:
    """Handover requests need somebody to decide; here is nobody, which is easily taken for a fault."""
    accepts = {row[0]: row[-1] for row in _core.describe_platforms()}
    declined = [
        name
        for name, account in config.get("account", {}).items()
        if not accepts.get(account["platform"], True)
    ]
    if declined:
        print(
            f"lampjack: no decide function runs here: requests for a human are declined for {', '.join(declined)}",
            file=sys.stderr,
        )


def _serve(options: argparse.Namespace) -> int:
    try:
        uvicorn: Any = importlib.import_module("uvicorn")
    except ModuleNotFoundError:
        print("lampjack: serve needs uvicorn: pip install 'lampjack[server]'", file=sys.stderr)
        return 1
    from lampjack import _serve

    config = _config.read_file(options.config)
    if options.workers > 1 and _config.store_of(config) == "memory:":
        raise lj.ConfigError(
            'store = "memory:" belongs to one process: several workers need sqlite: or postgresql:'
        )
    base = f"http://{options.host}:{options.port}{options.prefix.rstrip('/')}"
    for entry in _entries(config, base):
        print(f"{entry.method:4}  {entry.url}", file=sys.stderr)
    _say_who_decides(config)
    os.environ[_serve.CONFIG] = str(Path(options.config).absolute())
    os.environ[_serve.PREFIX] = options.prefix
    # uvicorn ends in order, then raises the signal once more: an end that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # No access log: vendors put tokens into queries and paths.
    uvicorn.run(
        "lampjack._serve:make_app" if options.workers > 1 else _serve.make_app(),
        factory=options.workers > 1,
        workers=options.workers,
        host=options.host,
        port=options.port,
        access_log=False,
    )
    return 0


def _settings_table(options: argparse.Namespace) -> int:
    rows = lj.settings(options.platform)
    print(_settings.as_json(rows) if options.json else _settings.as_text(rows))
    return 0


def _store_of(options: argparse.Namespace) -> str:
    return _config.store_of(_config.read_file(options.config))


def _migrate(options: argparse.Namespace) -> int:
    lj.migrate(_store_of(options), create=options.create)
    print("the store's schema is this release's", file=sys.stderr)
    return 0


def _backup(options: argparse.Namespace) -> int:
    lj.backup(_store_of(options), options.to)
    print(f"copied to {options.to}", file=sys.stderr)
    return 0


def _demo(arguments: Sequence[str]) -> int:
    try:
        demo: Any = importlib.import_module("lampjack._demo")
    except ModuleNotFoundError as missing:
        if missing.name != "lampjack._demo":
            raise
        print("lampjack: this build has no demo", file=sys.stderr)
        return 1
    return int(demo.main(list(arguments)) or 0)


_COMMANDS = {
    "inspect": _inspect,
    "urls": _urls,
    "serve": _serve,
    "settings": _settings_table,
    "migrate": _migrate,
    "backup": _backup,
    **_cli_store.COMMANDS,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1 and one line on standard error when it fails, 2 when it is called wrongly."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["demo"]:
        return _demo(arguments[1:])
    options = _parser().parse_args(arguments)
    run = _COMMANDS[options.command]
    try:
        done = run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except lj.LampjackError as error:
        print(f"lampjack: {error}", file=sys.stderr)
    except OSError as error:
        print(f"lampjack: {error.filename or options.command}: {error.strerror}", file=sys.stderr)
    else:
        return done
    return 1
