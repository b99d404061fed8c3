"""A plain ASGI application for any server or framework that can mount one. Needs nothing but the standard library."""

from lampjack._http import Receive, Scope, Send, send_answer, send_early, take_request
from lampjack._hub import Hub

__all__ = ["App"]


class App:
    """Serves a hub's accounts below its mount point: `/{account}` and what lies below it.

    With a `prefix` it serves what lies below those path segments and answers 404 to everything else, so that a proxy may let
    that prefix in alone. Segments are compared as they came: `//` and `%68` are not `/` and `h`.

    The hub checks the head of each request before any of its body is read. A body has `body_timeout_ms` to come.
    Run alone, its lifespan starts and closes the hub. Mounted, use `hub.lifespan` as the outer application's: frameworks
    pass no lifespan on to what they mount.
    """

    def __init__(self, hub: Hub, *, prefix: str = "") -> None:
        self._hub = hub
        self._prefix = "/" + prefix.strip("/") if prefix.strip("/") else ""

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
        taken = await take_request(self._hub, account, path, scope, receive)
        if taken is None:
            return
        answer, is_early = taken
        if is_early:
            await send_early(scope, receive, send, answer)
        else:
            await send_answer(send, answer)

    def _place(self, scope: Scope) -> tuple[str, str]:
        """Return account and remaining path, percent-encoded as they came. No account has the empty name."""
        raw: str = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        # Servers and frameworks differ in whether a path begins with its mount point; the prefix is this application's own.
        mount = scope.get("root_path", "").rstrip("/")
        raw = _below(mount, raw) or raw
        account, _, rest = (_below(self._prefix, raw) or "/").removeprefix("/").partition("/")
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


def _below(prefix: str, path: str) -> str | None:
    """Return what follows the prefix's segments, beginning with a slash; None when the path lies elsewhere."""
    rest = path.removeprefix(prefix) or "/"
    return rest if path.startswith(prefix) and rest.startswith("/") else None


App.__module__ = "lampjack.asgi"
