"""What a page that this package serves is guarded with: whose requests it takes, and what its browser may do."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from lampjack._http import Message, Receive, Scope, Send, send_answer
from lampjack._reception import Answer

__all__ = ["PageGuard", "policy_of"]

_READS = {"GET", "HEAD"}
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


def policy_of(page: str) -> str:
    """Return the content security policy under which exactly the page's own script and style run."""
    allowed: dict[str, list[str]] = {"script": [], "style": []}
    for kind, source in _INLINE.findall(page):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        allowed[kind].append(f"'sha256-{digest}'")
    own = [f"{kind}-src {' '.join(of)}; " for kind, of in allowed.items() if of]
    return (
        f"default-src 'none'; {''.join(own)}connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


class PageGuard:
    """Wraps an ASGI application that serves a page and what its script asks for.

    It answers 421 when the `Host` is none of `hosts` (names without port: DNS rebinding), 403 when another site's page sent the
    request, and 415 when what changes something is not JSON. Every other answer gets the policy and its companions. What lies
    below `spared` is not the page's and passes as it is.
    """

    def __init__(self, app: Any, *, policy: str, hosts: Iterable[str], spared: str = "") -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._spared = spared
        self._headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"cache-control", b"no-store"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] != "http" or (self._spared and scope["path"].startswith(self._spared)):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
            await send(message)

        refused = self._refusal(scope)
        if refused:
            await send_answer(send_guarded, _problem(*refused))
        else:
            await self._app(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
        host = headers.get("host", "")
        if _name_of(host) not in self._hosts:
            return 421, "Misdirected Request", "the page is not served under this host name"
        if not _is_own(scope, headers, host):
            return 403, "Forbidden", "the request comes from another site's page"
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] not in _READS and kind != "application/json":
            return 415, "Unsupported Media Type", "a command is JSON: send application/json"
        return None


def _name_of(host: str) -> str:
    """Return a host without its port, in lower case."""
    return re.sub(r":\d*$", "", host).lower()


def _is_own(scope: Scope, headers: dict[str, str], host: str) -> bool:
    """Whether the page itself sent it, or no page at all: every browser says which in at least one header."""
    origin = headers.get("origin")
    if origin is not None and origin != f"{scope.get('scheme', 'http')}://{host}":
        return False
    # To follow a link from elsewhere to the page itself is a read that shows that site nothing.
    is_visit = scope["method"] in _READS and headers.get("sec-fetch-mode") == "navigate"
    return is_visit or headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def _problem(status: int, title: str, detail: str) -> Answer:
    body = json.dumps({"title": title, "status": status, "code": "refused", "detail": detail})
    return Answer(status, (("content-type", "application/problem+json"),), body.encode())
