"""A service in a process of its own, so that its memory can be measured: `python -m support.head_service KIND PORT`.

The kind `unchecked` is the control: it reads each body before it asks who sends it, as release 13949c8 does.
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

import lampjack as lj
from lampjack._http import Receive, Scope, Send, send_answer
from lampjack.asgi import App
from lampjack.fastapi import HandoverRouter
from support.places import ACCOUNTS

PREFIX = "/hooks"


class Unchecked(App):
    """Reads first."""

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        account, path = self._place(scope)
        chunks = []
        more = True
        while more:
            message = await receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        request = {"method": scope["method"], "path": path, "query": scope["query_string"]}
        body = b"".join(chunks)
        answer = await self._hub.submit(account, **request, headers=scope["headers"], body=body)
        await send_answer(send, answer)


def application(hub: lj.Hub, kind: str) -> Any:
    """Return the application of that kind: `asgi`, `fastapi` or `unchecked`."""
    if kind == "fastapi":
        app = FastAPI(lifespan=hub.lifespan)
        app.include_router(HandoverRouter(hub), prefix=PREFIX)
        return app
    return (App if kind == "asgi" else Unchecked)(hub, prefix=PREFIX)


def main(kind: str, port: str) -> None:
    hub = lj.Hub({"store": "memory:", "account": ACCOUNTS})
    uvicorn.run(application(hub, kind), port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
