"""RawSender: one connection that sends a request piece by piece, as no client library does."""

import re
import socket
from typing import Self

from support.places import Call

PATIENCE = 60


class RawSender:
    """Sends what it is told, and says what has come."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._came = b""

    def head(self, call: Call, prefix: str, **headers: str) -> Self:
        """Send the head of a request; without a Content_Length its body is chunked."""
        target = prefix + call.path + (f"?{call.query}" if call.query else "")
        told = call.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if "Content-Length" not in told:
            told["Transfer-Encoding"] = "chunked"
        lines = [f"{call.method} {target} HTTP/1.1", "Host: localhost"]
        lines += [f"{name}: {value}" for name, value in told.items()]
        return self.send("\r\n".join([*lines, "", ""]).encode())

    def send(self, data: bytes) -> Self:
        self._socket.sendall(data)
        return self

    def chunk(self, data: bytes) -> Self:
        """Send one chunk of a body; an empty one is its end."""
        return self.send(b"%x\r\n%b\r\n" % (len(data), data))

    def status(self) -> int:
        """Wait for the answer's head; the status. 0 when the connection ends without one."""
        while b"\r\n\r\n" not in self._came:
            data = self._socket.recv(65_536)
            if not data:
                return 0
            self._came += data
        return int(self._came.split(b" ", 2)[1])

    @property
    def answer(self) -> bytes:
        """What has come so far."""
        return self._came

    def body(self) -> bytes:
        """Wait for the whole answer, and return its body; the next answer is another one."""
        self.status()
        head, _, body = self._came.partition(b"\r\n\r\n")
        [length] = re.findall(rb"(?i)content-length: (\d+)", head)
        while len(body) < int(length):
            body += self._socket.recv(65_536)
        self._came = b""
        return body

    def rest(self) -> bytes:
        """Wait for the end of the connection; all that came."""
        while data := self._socket.recv(65_536):
            self._came += data
        return self._came

    def is_answered(self, seconds: float) -> bool:
        """Whether anything comes within that time."""
        self._socket.settimeout(seconds)
        try:
            self._came += self._socket.recv(65_536)
        except TimeoutError:
            return False
        finally:
            self._socket.settimeout(PATIENCE)
        return bool(self._came)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
