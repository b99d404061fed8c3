"""A plain ASGI application for any server or framework that can mount one. Needs nothing but the standard library."""

from lampjack._http import TOO_LARGE, Receive, Scope, Send, peer_of, read_body, send_answer
from lampjack._hub import Hub

__all__ = ["App"]


class App:
    """Serves a hub's accounts below its mount point: `/{account}` and what lies below it.

    Run alone, its lifespan starts and closes the hub. Mounted, use `hub.lifespan` as the outer application's: frameworks
    pass no lifespan on to what they mount.
    """

    def __init__(self, hub: Hub, *, prefix: str = "") -> None:
        self._hub = hub
        self._prefix = prefix.rstrip("/")
        self._limits: dict[str, int] = {}
        for entry in hub.urls():
            known = self._limits.get(entry.account, 0)
            self._limits[entry.account] = max(entry.max_body, known)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            raise RuntimeError(f"lampjack serves http, not {scope['type']}")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        account, path = self._place(scope)
        headers = scope["headers"]
        body = await read_body(headers, receive, self._limits.get(account, 0) or 1 << 20)
        if body is None:
            await send_answer(send, TOO_LARGE)
            return
        answer = await self._hub.submit(
            account,
            method=scope["method"],
            path=path,
            query=scope.get("query_string", b""),
            headers=headers,
            body=body,
            peer=peer_of(scope),
        )
        await send_answer(send, answer)

    def _place(self, scope: Scope) -> tuple[str, str]:
        """Return account and remaining path, percent-encoded as they came."""
        raw: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        for prefix in (scope.get("root_path", ""), self._prefix):
            if prefix and raw.startswith(prefix):
                raw = raw[len(prefix) :]
        account, _, rest = raw.lstrip("/").partition("/")
        return account, "/" + rest

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            lifespan = self._hub.lifespan(self)
            await lifespan.__aenter__()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await lifespan.__aexit__(None, None, None)
        await send({"type": "lifespan.shutdown.complete"})


App.__module__ = "lampjack.asgi"
