"""An ASGI application under uvicorn on a loopback port, and requests that no client library tidies up."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from support.places import Call

PATIENCE = 30


@contextmanager
def served(app: Any, port: int = 0) -> Iterator[int]:
    """Serve it; gives the port."""
    listener = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()
    assert not thread.is_alive()


class Answered:
    """Status, headers in lower case, body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def is_problem(self) -> bool:
        return self.headers.get("content-type") == "application/problem+json"


class Client:
    """One connection for each request."""

    def __init__(self, port: int, prefix: str) -> None:
        self._port = port
        self._prefix = prefix

    def send(self, call: Call, content_length: int | None = None) -> Answered:
        """With a content length of its own the request announces a body that never comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        target = self._prefix + call.path + (f"?{call.query}" if call.query else "")
        connection.putrequest(call.method, target)
        for name, value in call.headers.items():
            connection.putheader(name, value)
        announced = len(call.body) if content_length is None else content_length
        connection.putheader("Content-Length", str(announced))
        connection.endheaders(call.body if content_length is None else None)
        try:
            return Answered(connection.getresponse())
        finally:
            connection.close()
