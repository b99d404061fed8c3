"""The desk's service for `gunicorn --preload`: one hub before the fork, which looks and sends; one in each worker, which serves."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI

import lampjack as lj
from lampjack import _config
from lampjack.fastapi import add_error_handlers
from support import desk_service
from support.desk_service import Ledger

STORE = str(_config.read_file(os.environ[desk_service.CONFIG])["store"])
LEDGER = Ledger(os.environ[desk_service.LEDGER], 1)


def _sockets_to(port: int) -> set[str]:
    rows = [line.split() for line in Path("/proc/self/net/tcp").read_text("ascii").splitlines()[1:]]
    return {f"socket:[{row[9]}]" for row in rows if int(row[2].rpartition(":")[2], 16) == port}


def descriptors() -> list[str]:
    """This process's descriptors that belong to the store: its files, or connections to its server."""
    kind, _, path = STORE.partition(":")
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.append(os.readlink(entry))
        except FileNotFoundError:  # the one this very look was made with
            continue
    if kind == "sqlite":
        return [link for link in links if link.startswith(path)]
    connected = _sockets_to(urlsplit(STORE).port or 5432)
    return [link for link in links if link in connected]


def pre_fork(arbiter: Any, worker: Any) -> None:
    LEDGER.note("forking", descriptors=descriptors())


def post_fork(arbiter: Any, worker: Any) -> None:
    LEDGER.note("forked", descriptors=descriptors())


def leak() -> object:
    """A descriptor of the store that nobody closes around a fork, as a host's own code may open one."""
    if STORE.startswith("sqlite:"):
        return Path(STORE.partition(":")[2]).open("rb")
    return socket.create_connection(("127.0.0.1", urlsplit(STORE).port or 5432))


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    hub = desk_service.make_hub(LEDGER)
    desk_service.add_routes(app, hub, 1)
    async with hub.lifespan(app):
        yield


parent = lj.Hub.from_file(os.environ[desk_service.CONFIG])
parent.conversations()
leaked = leak() if os.environ.get(desk_service.WITHOUT) == "closing" else None
app = FastAPI(lifespan=lifespan)
# In the lifespan it would be too late: the application is put together before.
add_error_handlers(app)
