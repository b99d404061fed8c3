"""What the web adapters share: reading a body within its limit, and the answer when it is exceeded."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, TypeAlias

from lampjack._reception import Answer

__all__ = [
    "TOO_LARGE",
    "Message",
    "Receive",
    "Scope",
    "Send",
    "check_length",
    "read_body",
    "send_answer",
]

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

TOO_LARGE = Answer(
    413,
    (("content-type", "application/problem+json"), ("connection", "close")),
    b'{"title":"Content Too Large","status":413,"code":"too_large","detail":"the body exceeds the limit of this path"}',
)
BAD_LENGTH = Answer(
    400,
    (("content-type", "application/problem+json"), ("connection", "close")),
    b'{"title":"Bad Request","status":400,"code":"argument","detail":"content-length is not a number of bytes"}',
)
_LONGEST_LENGTH = 18  # digits, the core's own limit; more than any body has bytes


def check_length(headers: Iterable[tuple[bytes, bytes]], limit: int) -> Answer | None:
    """Return the answer to a request whose declared length cannot be taken, before any of its body is read."""
    for name, value in headers:
        if name.lower() != b"content-length":
            continue
        digits = value.strip(b" \t")
        if not digits.isdigit() or len(digits) > _LONGEST_LENGTH:
            return BAD_LENGTH
        if int(digits) > limit:
            return TOO_LARGE
    return None


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """Read the body; None as soon as it exceeds the limit, whatever is still to come."""
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
