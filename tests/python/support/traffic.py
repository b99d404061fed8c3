"""Traffic: users whose platform posts what they say, and agents who answer; each says the next thing once the last was taken."""

import http.client
import itertools
import json
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

from lampjack.testing import FakePlatform, Received, sample

PATIENCE = 120
ACCOUNT = "shop"


def call(port: int, path: str, body: bytes = b"", timeout: float = 60) -> tuple[int, bytes]:
    """One POST on a connection of its own; OSError when no whole answer came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = {"content-type": "application/json", "connection": "close"}
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError("no whole answer") from error
    finally:
        connection.close()


def webhook(kind: str, user: str, text: str, number: int) -> tuple[str, bytes]:
    """Path and body of what the platform posts."""
    request = sample("chatlayer_offloading", kind, user=user, text=text, number=number)
    return f"/hooks/{ACCOUNT}/?{request.query}", request.body


def ref_of(user: str) -> str:
    return f"{ACCOUNT}:live:{user}"


class Addresses:
    """The ports that requests go to in turn, as from a load balancer that learns late who is gone."""

    def __init__(self, *ports: int) -> None:
        self._lock = threading.Lock()
        self._set(ports)

    def _set(self, ports: tuple[int, ...]) -> None:
        self._ports = ports
        self._turn = itertools.cycle(ports)

    def add(self, port: int) -> None:
        with self._lock:
            self._set((*self._ports, port))

    def only(self, *ports: int) -> None:
        with self._lock:
            self._set(ports)

    def next(self) -> int:
        with self._lock:
            return next(self._turn)


@dataclass
class Said:
    """What was acknowledged in one conversation, in order."""

    messages: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)


class Talk(threading.Thread):
    """One conversation. Nothing is given up: what was not acknowledged is sent again, to the next address."""

    def __init__(self, user: str, addresses: Addresses, stop: threading.Event) -> None:
        super().__init__(name=f"talk of {user}", daemon=True)
        self.user = user
        self.said = Said()
        self.rounds = 0
        self.again = 0
        self.failure: BaseException | None = None
        self._addresses = addresses
        self._stop_asked = stop

    def run(self) -> None:
        try:
            self._insist(*webhook("handover_requested", self.user, "help", 0))
            for number in itertools.count(1):
                if self._stop_asked.is_set():
                    return
                self._round(number)
                self.rounds = number
        except BaseException as error:
            self.failure = error
            raise

    def _round(self, number: int) -> None:
        text = f"{self.user} says {number}"
        self._insist(*webhook("message", self.user, text, number))
        self.said.messages.append(text)
        answer = f"reply {number} to {self.user}"
        query = urllib.parse.urlencode({"text": answer, "key": f"{self.user}-{number}"})
        self._insist(f"/desk/{urllib.parse.quote(ref_of(self.user))}/reply?{query}")
        self.said.replies.append(answer)

    def _insist(self, path: str, body: bytes = b"") -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer = call(self._addresses.next(), path, body)
                if status == 200:
                    return
                if status != 503:
                    raise AssertionError(f"{status} {answer!r}")
            except OSError:
                pass
            self.again += 1
            assert time.monotonic() < deadline, f"never taken: {path}"
            time.sleep(0.01)


class Traffic:
    """Several conversations at once."""

    def __init__(self, addresses: Addresses, users: int) -> None:
        self._stop = threading.Event()
        self.talks = [Talk(f"user-{n}", addresses, self._stop) for n in range(users)]

    def start(self) -> None:
        for talk in self.talks:
            talk.start()

    def go_on(self, rounds: int) -> None:
        """Wait until each conversation has come so many rounds further."""
        goals = [talk.rounds + rounds for talk in self.talks]
        deadline = time.monotonic() + PATIENCE
        for talk, goal in zip(self.talks, goals, strict=True):
            while talk.rounds < goal:
                if talk.failure is not None:
                    raise talk.failure
                assert time.monotonic() < deadline, f"the {talk.name} hangs at {talk.rounds}"
                time.sleep(0.01)

    def said(self) -> dict[str, Said]:
        return {talk.user: talk.said for talk in self.talks}

    def stop(self) -> None:
        self._stop.set()
        for talk in self.talks:
            talk.join(PATIENCE)
            assert not talk.is_alive()
            if talk.failure is not None:
                raise talk.failure


class HoldingPlatform(FakePlatform):
    """A platform that does not answer a message that says to hold before `release` is set."""

    def __init__(self, platform: str, hold: str, patience: float) -> None:
        super().__init__(platform)
        self._patience = patience
        self.release = threading.Event()
        self.holds = threading.Event()
        self._hold = hold

    def _note(self, received: Received) -> tuple[int, bytes]:
        answer = super()._note(received)
        if self._hold in texts_in(received):
            self.holds.set()
            self.release.wait(self._patience)
        return answer

    def heard(self, text: str) -> list[Received]:
        """The requests that say it."""
        return [received for received in self.received if text in texts_in(received)]

    def texts(self) -> set[str]:
        """Every text that came so far."""
        return {text for received in self.received for text in texts_in(received)}


def texts_in(received: Received) -> list[str]:
    """Every text in a request to the platform."""
    found: list[str] = []

    def look(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        for inner in value.values() if isinstance(value, dict) else ():
            look(inner)
        for inner in value if isinstance(value, list) else ():
            look(inner)

    look(json.loads(received.body or b"null"))
    return found
