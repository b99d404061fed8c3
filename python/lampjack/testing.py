"""Doubles for tests: a clock that is moved by hand, sample requests of each platform, and a fake platform.

A platform that fails, and a hub that tries again when the test says so:

```python
clock = ManualClock()
with FakePlatform("chatlayer_offloading") as fake:
    config = {"store": "memory:", "allow_networks": fake.networks, "account": {"shop": fake.settings()}}
    with lj.Hub(config, clock=clock) as hub:
        fake.send(hub, "shop", user="user-1")
        fake.respond = [503]
        delivery = hub["shop:live:user-1"].notify("Hello").result()
        fake.wait(1)
        settle(hub)  # the 503 is recorded: from here on the retry's time is known
        state = delivery.status().result()
        assert (state.status, state.attempts, state.last_code) == ("pending", 1, 503)
        clock.advance(60)
        assert len(fake.wait(2)) == 2
        settle(hub)
        assert delivery.status().result().status == "sent"
```

With `background=False` nothing is sent until `hub.step()`; `settle(hub)` then steps until nothing is due or under way.
"""

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self, TypeAlias

from lampjack._clock import ManualClock
from lampjack._hub import Hub
from lampjack._json import read_json
from lampjack._reception import Answer

__all__ = [
    "FakePlatform",
    "ManualClock",
    "Received",
    "Response",
    "SampleRequest",
    "sample",
    "sample_settings",
    "settle",
]

_WITHOUT_BODY = {204, 304}

Response: TypeAlias = int | tuple[int, bytes] | BaseException | type[BaseException]
"""What a fake platform answers: a status, a status and a body, or an exception: the connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One correctly signed request of a platform, as keyword arguments of `Hub.receive` give it."""

    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    body: bytes = field(default=b"", repr=False)

    def arguments(self) -> dict[str, Any]:
        """Return keyword arguments for `Hub.receive` and `Hub.submit`."""
        return {"method": self.method, "path": self.path, "query": self.query, "headers": self.headers, "body": self.body}  # fmt: skip


_TOKEN = "made-up-token-of-tests"  # noqa: S105  it is what it says


def sample_settings(platform: str, **settings: Any) -> dict[str, Any]:
    """Return the settings of an account that accepts the samples of that platform."""
    required: dict[str, dict[str, Any]] = {
        "chatlayer_offloading": {
            "verify_token": _TOKEN,
            "api_token": "made-up-api-token",
            "pause_action": {"action": "pause"},
            "resume_action": {"action": "resume"},
        },
        "certainly": {"webhook_token": _TOKEN, "deployment_id": "dep-1"},
        "omnichannel": {"webhook_token": _TOKEN, "channel_token": _TOKEN, "transfer_token": _TOKEN},
        "chatlayer_app": {"relay_token": _TOKEN},
    }
    return {"platform": platform, **required[platform], **settings}


def sample(
    platform: str,
    kind: str = "message",
    *,
    user: str = "user-1",
    text: str = "Hello",
    number: int = 0,
) -> SampleRequest:
    """Return a request by which the platform tells a message or asks for a human.

    `kind` is `message` or `handover_requested`; `number` makes messages that differ in time and id. Who speaks in a
    `message` is whom the platform passes on: the user on Chatlayer offloading and Certainly, the bot on Omnichannel and on a
    Chatlayer app, where users speak through `hub.user(…).say`. Omnichannel asks for a human in a chat that is known:
    `handover_requested` before any message of that user is answered 404.
    """
    make = {
        "chatlayer_offloading": _chatlayer_offloading,
        "certainly": _certainly,
        "omnichannel": _omnichannel,
        "chatlayer_app": _chatlayer_app,
    }[platform]
    if kind not in {"message", "handover_requested"}:
        raise ValueError(f"there is no sample of kind {kind!r}")
    return make(kind, user, text, number)


def _bytes(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def _time(number: int) -> str:
    at = datetime(2026, 1, 5, 10, tzinfo=UTC) + timedelta(seconds=number)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _chatlayer_offloading(kind: str, user: str, text: str, number: int) -> SampleRequest:
    items = [
        {
            "actor": "user",
            "timestamp": _time(number),
            "message": {"messageType": "text", "text": text},
        }
    ]
    body: dict[str, Any] = {
        "event": "messages",
        "botId": "bot00001",
        "version": "LIVE",
        "sessionId": user,
        "timestamp": _time(number),
        "messages": items,
    }
    if kind == "handover_requested":
        body["event"] = "offload"
        body["transcript"] = body.pop("messages")
    return SampleRequest(query=f"challenge.verifyToken={_TOKEN}", body=_bytes(body))


def _certainly(kind: str, user: str, text: str, number: int) -> SampleRequest:
    query = f"token={_TOKEN}"
    if kind == "handover_requested":
        return SampleRequest(
            path="/claim", query=query, body=_bytes({"reply": text, "from": user, "botId": "bot-1"})
        )
    message = {
        "from": "human",
        "user_id": user,
        "id": str(1_700_000_000_000 + number),
        "timestamp": 1_700_000_000 + number,
        "actions": [{"type": "text", "text": text}],
    }
    body = {"interlocutor": "user", "data": {"error": None, "message": message}}
    return SampleRequest(path="/messages", query=query, body=_bytes(body))


def _omnichannel(kind: str, user: str, text: str, number: int) -> SampleRequest:
    headers = (("content-type", "application/json"), ("authorization", f"Token {_TOKEN}"))
    if kind == "handover_requested":
        return SampleRequest(
            path="/transfer", headers=headers, body=_bytes({"chat_id": user, "reason": text})
        )
    body = {"chat_id": user, "message": {"kind": "operator", "id": f"m-{number}", "text": text}}
    return SampleRequest(path="/send_message", headers=headers, body=_bytes(body))


def _chatlayer_app(kind: str, user: str, text: str, number: int) -> SampleRequest:
    headers = (("content-type", "application/json"), ("authorization", f"Bearer {_TOKEN}"))
    if kind == "handover_requested":
        body: dict[str, Any] = {"inputData": {"user": {"id": user}, "reason": text}, "version": 2}
        return SampleRequest(path="/offload", headers=headers, body=_bytes(body))
    body = {"user": {"id": user}, "messages": [{"type": "text", "text": text, "number": number}]}
    return SampleRequest(path="/send", headers=headers, body=_bytes(body))


@dataclass(frozen=True, slots=True)
class Received:
    """A request the fake platform got."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body as Python values."""
        return read_json(self.body.decode())


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fake: "FakePlatform") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a hub that is closed hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = dict(self.headers.items())
        answer = self.server.fake._note(Received(self.command, self.path, headers, body))
        if isinstance(answer, BaseException):
            self._say_nothing(answer)
        else:
            self._answer(*answer)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status in _WITHOUT_BODY:
            self.end_headers()
            return
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _say_nothing(self, why: BaseException) -> None:
        self.close_connection = True
        if isinstance(why, TimeoutError):
            self.rfile.read(1)  # until the hub hangs up

    do_GET = do_POST = do_PUT = do_DELETE = _take  # noqa: N815  the names http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: paths may hold tokens."""


def _answer_of(response: Response) -> tuple[int, bytes] | BaseException:
    """Return status and body, or the exception that stands for a connection without an answer."""
    match response:
        case int() if 200 <= response <= 599:
            return response, b"{}"
        case (int() as status, bytes() as body) if 200 <= status <= 599:
            return status, body
        case BaseException():
            return response
        case type() if issubclass(response, BaseException):
            return response()
    raise TypeError("respond holds statuses, (status, bytes) or exceptions")


def settle(hub: Hub, timeout: float = 10.0) -> None:
    """Wait until no call to a platform is under way: how each one ended is recorded then.

    A hub that was opened with `background=False` is stepped meanwhile, which also sends what is due. AssertionError when
    calls are still under way after `timeout` seconds.
    """
    runtime = hub._runtime
    end = time.monotonic() + timeout
    while True:
        if not runtime.background:
            hub.step()
        calls = hub.stats().in_flight
        if calls == 0:
            return
        if time.monotonic() > end:
            raise AssertionError(f"{calls} calls are still under way")
        time.sleep(0.001)


class FakePlatform:
    """A vendor's side on a loopback port: notes what a hub sends, and sends samples into the hub.

    `with FakePlatform("certainly") as fake:` and give `fake.settings()` as the account, `fake.networks` as the hub's
    `allow_networks`. Answers are 200 `{}` unless `respond` holds others, which are used up one by one: `503`,
    `(422, b'{"error": "closed"}')`, `ConnectionError` (the connection ends without an answer) or `TimeoutError` (no answer
    until the hub hangs up). Anything else is a `TypeError`.
    """

    networks = ("127.0.0.0/8",)

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self._responses: list[Response] = []
        self._requests: list[Received] = []
        self._misuse: TypeError | None = None
        self._changed = threading.Condition()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def respond(self) -> list[Response]:
        """What is answered next; each entry is used once."""
        return self._responses

    @respond.setter
    def respond(self, responses: Iterable[Response]) -> None:
        given = list(responses)
        for one in given:
            _answer_of(one)
        self._responses = given

    def _note(self, received: Received) -> tuple[int, bytes] | BaseException:
        with self._changed:
            self._requests.append(received)
            self._changed.notify_all()
            try:
                return _answer_of(self._responses.pop(0)) if self._responses else (200, b"{}")
            except TypeError as misuse:  # the test gets it: see _check()
                self._misuse = misuse
                return 500, b"{}"

    def _check(self) -> None:
        if self._misuse is not None:
            raise self._misuse

    def settings(self, **settings: Any) -> dict[str, Any]:
        """Return an account's settings that point at this fake."""
        name = {
            "chatlayer_offloading": "api_base",
            "certainly": "api_base",
            "omnichannel": "platform_base",
            "chatlayer_app": "target_url",
        }[self.platform]
        return sample_settings(self.platform, **{name: self.url, **settings})

    @property
    def received(self) -> list[Received]:
        """What came so far."""
        with self._changed:
            self._check()
            return list(self._requests)

    def wait(self, count: int, timeout: float = 10.0) -> list[Received]:
        """Wait until `count` requests came; AssertionError when they do not.

        The hub may not have recorded their answers yet: `settle(hub)` waits for that.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._requests) >= count, timeout):
                raise AssertionError(f"{len(self._requests)} requests came, not {count}")
            self._check()
            return list(self._requests)

    def send(self, hub: Hub, account: str, kind: str = "message", **options: Any) -> Answer:
        """Send a sample into the hub, in process; who speaks, and what has to come before, is told at `sample()`."""
        return hub.receive(account, **sample(self.platform, kind, **options).arguments())

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="fake platform", daemon=True
        ).start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if kind is None:
            self._check()
