"""What the web adapters share: reading a body within its limit, and the answer when it is exceeded."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from lampjack._reception import Answer

__all__ = ["TOO_LARGE", "Receive", "Scope", "Send", "peer_of", "read_body", "send_answer"]

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

TOO_LARGE = Answer(
    413,
    (("content-type", "application/problem+json"), ("connection", "close")),
    b'{"title":"Content Too Large","status":413,"code":"too_large","detail":"the body exceeds the limit of this path"}',
)


def peer_of(scope: Scope) -> str:
    """Return the sender's address as the server knows it: behind a proxy the proxy's, unless the server is told to trust it."""
    client = scope.get("client")
    return client[0] if client else ""


async def read_body(
    headers: Iterable[tuple[bytes, bytes]], receive: Receive, limit: int
) -> bytes | None:
    """Read the body; None as soon as it is known to exceed the limit, whatever is still to come."""
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            return None
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def send_answer(send: Send, answer: Answer) -> None:
    """Send the answer's bytes as they are."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
