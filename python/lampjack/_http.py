"""What the web adapters share: the head first, then the body within its limits, and answers that come before its end."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeAlias

from lampjack._heads import Head
from lampjack._hub import Hub
from lampjack._reception import Answer

__all__ = ["Receive", "Scope", "Send", "read_body", "send_answer", "send_early", "take_request"]

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_LINGER = 1.0  # seconds
_CLOSED_BY_HEADER = {None, "1.0", "1.1"}  # HTTP versions


async def take_request(
    hub: Hub, account: str, path: str, scope: Scope, receive: Receive
) -> tuple[Answer, bool] | None:
    """Return the answer, and whether it comes before the body's end; None when the sender has gone: nothing is taken."""
    request = {
        "method": scope["method"],
        "path": path,
        "query": scope.get("query_string", b""),
        "headers": list(scope["headers"]),
        "peer": peer_of(scope),
    }
    head = hub.check_head(account, **request)
    body, is_whole = None, False
    try:
        body, is_whole = await read_body(head, receive)
    finally:
        if body is None:
            head.close()
    if body is not None:
        return await hub.submit(account, **request, body=body, head=head), False
    if head.answer is None:
        return None
    if is_whole:  # nothing is left to be dropped
        return replace(head.answer, headers=(*head.answer.headers, *_closing(scope))), False
    return head.answer, True


def peer_of(scope: Scope) -> str:
    """Return the sender's address as the server knows it: behind a proxy the proxy's, unless the server is told to trust it."""
    client = scope.get("client")
    return client[0] if client else ""


async def read_body(head: Head, receive: Receive) -> tuple[bytes | None, bool]:
    """Read the body, and tell whether its end has come.

    None in its place as soon as the head has an answer, and when the sender has gone.
    """
    if head.answer is not None:
        return None, False
    chunks: list[bytes] = []
    deadline = asyncio.timeout(head.seconds)
    try:
        async with deadline:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None, False
                chunk = message.get("body", b"")
                is_last = not message.get("more_body", False)
                if not head.take(len(chunk)):
                    return None, is_last
                chunks.append(chunk)
                if is_last:
                    return chunks[0] if len(chunks) == 1 else b"".join(chunks), True
    except TimeoutError:
        if not deadline.expired():
            raise
        head.late()
    return None, False


async def send_answer(send: Send, answer: Answer) -> None:
    """Send the answer's bytes as they are."""
    await _start(send, answer)
    await send({"type": "http.response.body", "body": answer.body})


async def send_early(scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
    """Send an answer while the body may still be on its way.

    What comes is dropped for a moment before the connection ends: a server that closes with bytes unread resets the
    connection, and the sender may never see the answer.
    """
    await _start(send, answer, *_closing(scope))
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER):
            while (await receive()).get("more_body", False):
                pass
    await send({"type": "http.response.body", "body": b""})


async def _start(send: Send, answer: Answer, *more: tuple[str, str]) -> None:
    texts = [*answer.headers, ("content-length", str(len(answer.body))), *more]
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in texts]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


def _closing(scope: Scope) -> list[tuple[str, str]]:
    """Return the header that ends the connection of a request with a body; HTTP/2 has none."""
    has_body = any(
        (name == b"content-length" and value != b"0") or name == b"transfer-encoding"
        for name, value in scope["headers"]
    )
    closes = has_body and scope.get("http_version") in _CLOSED_BY_HEADER
    return [("connection", "close")] if closes else []
