"""A desk's service as its users write one, in versions. What its handlers do goes into a ledger that outlives the process."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import lampjack as lj
from lampjack.fastapi import HandoverRouter, add_error_handlers

CONFIG = "DESK_CONFIG"
LEDGER = "DESK_LEDGER"  # one line of JSON for each thing done
GATES = "DESK_GATES"  # a folder: what is held goes on once a file of its name is there
WITHOUT = "DESK_WITHOUT"  # a protection that is off, for the controls
HOLD = "hold"


class Ledger:
    """Appended to by several processes: each line is one write."""

    def __init__(self, path: str, version: int) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._version = version

    def note(self, what: str, **told: Any) -> None:
        line = {"version": self._version, "pid": os.getpid(), "what": what, **told}
        os.write(self._file, (json.dumps(line) + "\n").encode())


async def opened(gate: str) -> None:
    path = Path(os.environ[GATES]) / gate
    while not path.exists():  # noqa: ASYNC110  the one who opens it is another process
        await asyncio.sleep(0.02)


def make_hub(ledger: Ledger) -> lj.Hub:
    hub = lj.Hub.from_file(os.environ[CONFIG])

    @hub.decide("shop")
    async def decide(request: lj.DecisionRequest) -> lj.Accept:
        if request.ref.endswith(HOLD):
            ledger.note("deciding", ref=request.ref)
            await opened("decision")
        return lj.Accept(mute=True)

    @hub.on(lj.Message, name="desk.line")
    async def line(item: lj.Item, conv: lj.Conversation) -> None:
        text = lj.as_text(item.event.content)
        told = {"item": item.id, "ref": conv.ref, "seq": item.seq, "text": text}
        ledger.note("begun", **told)
        if text == HOLD:
            await opened("handler")
        await asyncio.sleep(0.005)  # the desk's own system
        ledger.note("handled", **told)

    return hub


def add_routes(app: FastAPI, hub: lj.Hub, version: int) -> None:
    app.include_router(HandoverRouter(hub), prefix="/hooks")

    @app.get("/version")
    async def tell() -> int:
        return version

    @app.post("/desk/{ref:path}/reply")
    async def reply(ref: str, text: str, key: str) -> lj.Receipt:
        return (await hub[ref].reply(text, agent="dana", key=key)).receipt


def answer_before_storing(app: FastAPI, hub: lj.Hub) -> None:
    """What nobody should do: say yes, and store afterwards."""
    submit = hub.submit
    tasks = set()

    async def later(*args: Any, **options: Any) -> None:
        await asyncio.sleep(60)
        await submit(*args, **options)

    async def at_once(*args: Any, **options: Any) -> lj.Answer:
        tasks.add(asyncio.create_task(later(*args, **options)))
        return lj.Answer(200, (), b"{}")

    hub.submit = at_once  # type: ignore[method-assign]


def make_app(version: int) -> FastAPI:
    hub = make_hub(Ledger(os.environ[LEDGER], version))
    app = FastAPI(lifespan=hub.lifespan)
    without = os.environ.get(WITHOUT)
    if without == "drain":
        hub.drain = lambda timeout=0.0: None  # type: ignore[method-assign]
    if without == "storing first":
        answer_before_storing(app, hub)
    add_routes(app, hub, version)
    add_error_handlers(app)
    return app
