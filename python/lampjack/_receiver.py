"""Receiver: the part of a hub that takes requests, their heads first."""

from collections.abc import Callable

from lampjack._errors import ArgumentError
from lampjack._heads import Head
from lampjack._reception import Answer, Headers, Reception
from lampjack._runtime import Runtime

__all__ = ["Receiver"]


class Receiver:
    """What web adapters call."""

    _runtime: Runtime
    _reception: Reception

    def check_head(
        self,
        account: str,
        *,
        method: str = "POST",
        path: str = "/",
        query: str | bytes = b"",
        headers: Headers = (),
        peer: str = "",
    ) -> Head:
        """Check a request before its body is read: path, method, limits, sender, media type. Does not block.

        Every fault is an answer (404, 405, 413, 401, 429, 415; 503 while too many bytes of bodies are in memory). `receive()` and
        `submit()` believe nothing of it and verify again.
        """
        native = self._runtime.native
        return Head(native.check_head(account, method, path, query, headers, peer))

    def receive(
        self,
        account: str,
        *,
        method: str = "POST",
        path: str = "/",
        query: str | bytes = b"",
        headers: Headers = (),
        body: bytes = b"",
        peer: str = "",
        head: Head | None = None,
    ) -> Answer:
        """Take one request. Never raises for what it holds: every fault is an answer. Blocks; see `submit()`.

        `peer` is the sender's IP address, for `allow_senders`. A `head` that was checked before is closed at the end.
        """
        request = (method, path, query, headers, body, peer)
        done = _closing(head)
        try:
            return self._reception.receive(account, request)
        finally:
            if done:
                done()

    async def submit(
        self,
        account: str,
        *,
        method: str = "POST",
        path: str = "/",
        query: str | bytes = b"",
        headers: Headers = (),
        body: bytes = b"",
        peer: str = "",
        head: Head | None = None,
    ) -> Answer:
        """Take one request without blocking the loop; async decide and translate functions run on it, plain ones on threads.

        A caller that is cancelled does not take the request back: it is decided and stored all the same. A `head` that was
        checked before is closed when that is done.
        """
        request = (method, path, query, headers, body, peer)
        return await self._reception.submit(account, request, _closing(head))


def _closing(head: Head | None) -> Callable[[], None] | None:
    """Return what is called when a request is done."""
    if head is None:
        return None
    if not isinstance(head, Head):
        raise ArgumentError(f"head must be a Head of check_head(), not {type(head).__name__}")
    return head.close
