"""The demo's service: a FastAPI application with a hub, served by uvicorn on a loopback port."""

import json
import threading
import time
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Self

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse

import lampjack as lj
from lampjack._demo.documented import Documented, accounts
from lampjack._page import PageGuard, policy_of
from lampjack.fastapi import HandoverRouter, add_error_handlers
from lampjack.testing import FakePlatform

__all__ = ["PLAYED", "Service"]

PLAYED = {
    "shop": "chatlayer_offloading",
    "claims": "certainly",
    "inbox": "omnichannel",
    "app": "chatlayer_app",
}
_LONGEST_COMMAND = 64 << 10  # bytes


class Service:
    """The integrator's side: what a service built on Lampjack consists of."""

    def __init__(
        self, platforms: Mapping[str, FakePlatform], cases: list[Documented], port: int
    ) -> None:
        config: dict[str, Any] = {
            "store": "memory:",
            "allow_networks": ["127.0.0.0/8"],
            "retry_base_ms": 300,
            "retry_cap_ms": 600,
            "account": {
                **accounts(cases),
                **{name: platforms[name].settings() for name in PLAYED},
            },
        }
        config["account"]["app"].pop("target_url", None)
        config["account"]["app"]["target_hosts"] = ["127.0.0.1"]
        self.hub = lj.Hub(config)
        self.requested: list[str] = []
        self.desk: list[tuple[str, str]] = []
        self.shown: list[tuple[str, str]] = []
        self.changed = threading.Condition()
        self._subscribe({case.account: case.decision for case in cases if case.decision})
        self.app = self._guarded(self._application())
        self._server = uvicorn.Server(
            uvicorn.Config(self.app, "127.0.0.1", port, log_level="warning", access_log=False)
        )
        self._thread = threading.Thread(target=self._server.run, name="uvicorn", daemon=True)

    def _subscribe(self, decisions: Mapping[str, dict[str, Any]]) -> None:
        hub = self.hub

        @hub.decide(*PLAYED)
        def decide(request: object) -> lj.Accept:
            return lj.Accept(mute=True)

        for account, decision in decisions.items():
            self._decide_as(account, decision)

        @hub.on(lj.HandoverRequested, name="desk.open", accounts=tuple(PLAYED))
        async def opened(item: lj.Item, conv: lj.Conversation) -> None:
            with self.changed:
                self.requested.append(conv.ref)
                self.changed.notify_all()

        @hub.on(lj.Message, to="desk", name="desk.line", accounts=tuple(PLAYED))
        def line(item: lj.Item, conv: lj.Conversation) -> None:
            with self.changed:
                self.desk.append((conv.ref, lj.as_text(item.event.content)))
                self.changed.notify_all()

        @hub.translate("app")
        def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
            content = request["content"]
            return [
                {
                    "conversation": {"id": content["from"]},
                    "actor": {"id": content["from"]},
                    "content": content["text"],
                }
            ]

        for account in ("inbox", "app"):
            hub.sink(account)(self._show)

    def _decide_as(self, account: str, decision: dict[str, Any]) -> None:
        @self.hub.decide(account)
        def decide(request: object) -> lj.Accept | lj.Decline:
            if decision.get("accepted"):
                return lj.Accept(mute=bool(decision.get("mute")))
            return lj.Decline("declined in the documented case")

    def _show(self, message: Any, conv: lj.Conversation) -> None:
        with self.changed:
            self.shown.append((conv.ref, lj.as_text(message.event.content)))
            self.changed.notify_all()

    def _application(self) -> FastAPI:
        # No pages of FastAPI's own: they load scripts from elsewhere, and list the accounts.
        app = FastAPI(lifespan=self.hub.lifespan, openapi_url=None)
        app.include_router(HandoverRouter(self.hub), prefix="/hooks")
        add_error_handlers(app)

        @app.get("/", response_class=HTMLResponse)
        def desk() -> str:
            return _page()

        @app.get("/desk/conversations")
        def conversations() -> list[dict[str, Any]]:
            found = self.hub.conversations(limit=500)
            return [one.to_dict() for one in found if one.account in PLAYED]

        @app.get("/desk/transcript")
        async def transcript(ref: str) -> list[dict[str, Any]]:
            return [_line(item) for item in await self.hub[ref].transcript()]

        @app.post("/desk/{command}")
        async def act(command: str, request: Request) -> lj.Receipt:
            given = await _given(request)
            conv, agent = self.hub[given["ref"]], given.get("agent", "you")
            match command:
                case "take":
                    delivery = await conv.take(agent)
                case "reply":
                    delivery = await conv.reply(given.get("text", ""), agent=agent)
                case "release":
                    delivery = await conv.release(agent=agent)
                case "close":
                    delivery = await conv.close(agent=agent)
                case _: raise HTTPException(404, "no such command")  # fmt: skip
            return delivery.receipt

        return app

    @staticmethod
    def _guarded(app: FastAPI) -> PageGuard:
        hosts = ("127.0.0.1", "localhost", "[::1]")
        return PageGuard(app, policy=policy_of(_page()), hosts=hosts, spared="/hooks/")

    @property
    def url(self) -> str:
        """Where the service listens."""
        host, port = self._server.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    def wait(self, condition: Any, what: str, timeout: float = 10.0) -> None:
        """Wait until the subscribers have seen it."""
        with self.changed:
            if not self.changed.wait_for(condition, timeout):
                raise AssertionError(f"{what} did not happen")

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 15
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@cache
def _page() -> str:
    return files("lampjack._demo").joinpath("desk.html").read_text("utf-8")


async def _given(request: Request) -> dict[str, str]:
    """Return the command's JSON: an object of texts, of which `ref` must be there."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_COMMAND:
            raise HTTPException(413, "the command is too long")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "the command is not JSON") from None
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise HTTPException(400, "the command must be an object of texts")
    if "ref" not in given:
        raise HTTPException(400, "ref is missing")
    return given


def _line(item: lj.Item) -> dict[str, Any]:
    event = item.event
    text = lj.as_text(event.content) if event.content else ""
    role = event.actor.role if isinstance(event, lj.Event) else ""
    return {"seq": item.seq, "kind": event.kind, "type": getattr(event, "type", ""), "role": role, "text": text,
            "to": item.to, "flags": sorted(item.flags), "state": item.state}  # fmt: skip
