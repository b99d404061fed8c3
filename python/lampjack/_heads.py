"""Head: what the head of a request alone decides, before its body is read."""

from typing import TYPE_CHECKING, Self

from lampjack._reception import Answer

if TYPE_CHECKING:
    from lampjack import _core

__all__ = ["Head"]


class Head:
    """A request of which the head alone is known: either `answer` is there, or the body may be read.

    It counts the bytes of the body that are in memory until `close()`, or the end of `with head:`. Used by one thread at a
    time.
    """

    __slots__ = ("_answer", "_native")

    def __init__(self, native: "_core.Head") -> None:
        self._native = native
        self._answer: Answer | None = None

    @property
    def answer(self) -> Answer | None:
        """The finished answer: send it and read nothing more. None while the body may be read."""
        if self._answer is None and (given := self._native.answer) is not None:
            status, headers, body = given
            self._answer = Answer(status, tuple(headers), body)
        return self._answer

    @property
    def max_body(self) -> int:
        """How many bytes of the body may be read; 0 where none may."""
        return self._native.max_body

    @property
    def seconds(self) -> float:
        """How long reading the whole body may take (`body_timeout_ms`)."""
        return self._native.timeout_ms / 1000

    def take(self, size: int) -> bool:
        """Count so many bytes more of the body; False when there is an answer now: read no further, drop what came.

        413 when the body is too large; 503 while this process, or the account, holds too many bytes of bodies.
        """
        return self._native.take(size)

    def late(self) -> None:
        """Say that the body was not complete in time: the answer is 408, unless there was one."""
        self._native.late()

    def close(self) -> None:
        """Give back the bytes that were counted. Twice is a no-op."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        answer = self.answer
        return f"<Head {answer.status if answer else 'open'}>"


Head.__module__ = "lampjack"
