"""The head before the body: who may not send a body makes nobody hold one. Real servers, raw sockets."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from support.head_service import PREFIX, application
from support.http_server import Client, served
from support.places import ACCOUNTS, PLACES, WRONG, Call
from support.raw_http import RawSender
from support.service_process import free_port

pytestmark = pytest.mark.e2e

CONNECTIONS = 40
PIECE = 1 << 20
MIB = 1 << 20
SHOP = PLACES[0]
NOBODY = Call(SHOP.call().path)  # no token
HERE = Path(__file__).parent
PATIENCE = 60


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)


@contextlib.contextmanager
def process(*command: str) -> Iterator[int]:
    """A server's process on a free port; gives its id."""
    environment = os.environ | {
        "PYTHONPATH": f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    }
    running = subprocess.Popen([sys.executable, *command], env=environment)
    try:
        yield running.pid
    finally:
        running.terminate()
        running.wait(PATIENCE)


@contextlib.contextmanager
def service(kind: str) -> Iterator[tuple[int, int]]:
    """The service of that kind; gives its port and its process."""
    port = free_port()
    with process("-m", "support.head_service", kind, str(port)) as pid:
        wait_for(port)
        yield port, pid


def wait_for(port: int) -> None:
    def is_up() -> bool:
        with contextlib.suppress(OSError):
            return Client(port, PREFIX).send(SHOP.call("first")).status == 200
        return False

    wait_until(is_up, "the service answers")


def most_memory(pid: int) -> int:
    """The largest resident size there was, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


@contextlib.contextmanager
def crowd(port: int) -> Iterator[list[RawSender]]:
    """Senders without a token: each has sent its head, and no byte of its body."""
    with contextlib.ExitStack() as stack:
        senders = [stack.enter_context(RawSender(port)) for _ in range(CONNECTIONS)]
        for sender in senders:
            sender.head(NOBODY, PREFIX)
        yield senders


def pour(senders: list[RawSender]) -> None:
    """Each sends 2 MiB of a body that it never ends, whether or not anybody reads it."""

    def send(sender: RawSender) -> None:
        with contextlib.suppress(OSError):
            sender.chunk(bytes(PIECE)).chunk(bytes(PIECE))

    threads = [threading.Thread(target=send, args=(sender,)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)


@pytest.mark.parametrize("kind", ["asgi", "fastapi"])
def test_who_has_no_token_is_answered_before_the_body_and_costs_no_memory(kind: str):
    with service(kind) as (port, pid):
        with crowd(port) as senders:
            assert [sender.status() for sender in senders] == [401] * CONNECTIONS
        before = most_memory(pid)
        with crowd(port) as senders:
            pour(senders)
            assert [sender.status() for sender in senders] == [401] * CONNECTIONS
        assert most_memory(pid) - before < 24 * MIB
        assert Client(port, PREFIX).send(SHOP.call("after")).status == 200


def test_a_service_that_reads_first_answers_nobody_and_holds_all_of_it():
    """The control of the test before."""
    with service("unchecked") as (port, pid), crowd(port) as senders:
        before = most_memory(pid)
        pour(senders)
        wait_until(lambda: most_memory(pid) - before > 60 * MIB, "the bodies are in memory")
        assert not any(sender.is_answered(0.01) for sender in senders)


# ---- With a token


@pytest.fixture(params=["asgi", "fastapi"])
def serve(request: pytest.FixtureRequest) -> Callable[..., Any]:
    @contextlib.contextmanager
    def serve(**options: Any) -> Iterator[tuple[lj.Hub, int]]:
        config = {"store": "memory:", "account": ACCOUNTS, "body_timeout_ms": 60_000}
        hub = lj.Hub(config | options)
        with served(application(hub, request.param)) as port:
            yield hub, port

    return serve


def holds(hub: lj.Hub, size: int) -> None:
    wait_until(lambda: hub.stats().body_bytes == size, f"{size} bytes of bodies are held")


def test_a_body_that_never_ends_is_408_and_others_are_answered_meanwhile(serve: Any):
    with serve(body_timeout_ms=3_000) as (hub, port), RawSender(port) as sender:
        sender.head(SHOP.call(), PREFIX).chunk(bytes(100_000))
        holds(hub, 100_000)
        assert Client(port, PREFIX).send(SHOP.call("meanwhile")).status == 200
        assert not sender.is_answered(0.01)
        assert sender.status() == 408
        assert b'"code":"timeout"' in sender.rest()
        assert b"connection: close" in sender.answer.lower()
        assert hub.stats().body_bytes == 0
        assert [one.ref for one in hub.conversations()] == ["shop:live:meanwhile"]


def test_a_body_that_drips_is_408_too(serve: Any):
    with serve(body_timeout_ms=1_000) as (hub, port), RawSender(port) as sender:
        sender.head(SHOP.call(), PREFIX)
        while not sender.is_answered(0.05):
            with contextlib.suppress(OSError):
                sender.chunk(b" ")
        assert sender.status() == 408
        assert hub.stats().events == 0


def test_a_sender_who_goes_in_mid_body_has_sent_nothing(serve: Any):
    body = SHOP.call("gone").body
    with serve() as (hub, port):
        with RawSender(port) as sender:  # all of the JSON, and not all that was announced
            sender.head(SHOP.call(), PREFIX, Content_Length=str(len(body) + 1)).send(body)
            holds(hub, len(body))
        holds(hub, 0)
        with RawSender(port) as sender:
            sender.head(SHOP.call(), PREFIX).chunk(body)
            holds(hub, len(body))
        holds(hub, 0)
        stats = hub.stats()
        assert (stats.requests, stats.events) == (0, 0)
        assert not hub.conversations()
        with RawSender(port) as sender:  # the control
            sender.head(SHOP.call(), PREFIX).chunk(body).chunk(b"")
            assert sender.status() == 200
        assert [one.ref for one in hub.conversations()] == ["shop:live:gone"]


def test_bodies_in_flight_are_bounded_for_an_account_and_for_all(serve: Any):
    with (
        serve(account_bodies_in_flight=300_000, bodies_in_flight=500_000) as (hub, port),
        RawSender(port) as sender,
    ):
        sender.head(SHOP.call(), PREFIX).chunk(bytes(250_000))
        holds(hub, 250_000)
        with RawSender(port) as second:
            second.head(SHOP.call(), PREFIX, Content_Length="100000")
            assert second.status() == 503
            assert b"retry-after: 1" in second.answer.lower()
        with RawSender(port) as second:  # who announces nothing is told when it is too much
            second.head(SHOP.call(), PREFIX).chunk(bytes(49_000))
            holds(hub, 299_000)
            assert second.chunk(bytes(2_000)).status() == 503
            holds(hub, 250_000)
        other = next(place for place in PLACES if place.account == "claims")
        assert Client(port, PREFIX).send(other.call("other")).status == 200
        sender.close()
        holds(hub, 0)
        with RawSender(port) as second:
            call = SHOP.call("again")
            second.head(call, PREFIX, Content_Length=str(len(call.body))).send(call.body)
            assert second.status() == 200


def test_senders_without_a_token_cannot_use_the_bytes_up(serve: Any):
    accounts = ACCOUNTS | {"shop": ACCOUNTS["shop"] | {"offload_token": "optional"}}
    with (
        serve(account=accounts, account_bodies_in_flight=800_000) as (hub, port),
        contextlib.ExitStack() as stack,
    ):
        senders = [stack.enter_context(RawSender(port)) for _ in range(10)]
        for sender in senders[:4]:
            sender.head(NOBODY, PREFIX).chunk(bytes(25_000))
        holds(hub, 100_000)
        for sender in senders[4:]:
            assert sender.head(NOBODY, PREFIX).chunk(bytes(25_000)).status() == 503
        assert hub.stats().body_bytes == 100_000
        with RawSender(port) as known:
            known.head(SHOP.call(), PREFIX).chunk(bytes(600_000))
            holds(hub, 700_000)


# ---- What is sent early


def test_a_sender_who_reads_last_sees_the_answer(serve: Any):
    """It sends all of a large body before it looks."""
    with serve() as (_, port):
        for call, status in (
            (NOBODY, 401),
            (replace(SHOP.call(), path="/shop/elsewhere"), 404),
            (replace(SHOP.call(), path="/nobody/here"), 404),
            (replace(SHOP.call(), method="PUT"), 405),
            (replace(SHOP.call(), headers={"Content-Type": "text/xml"}), 415),
            (SHOP.call(token=WRONG), 401),
        ):
            with RawSender(port) as sender:
                sender.head(call, PREFIX, Content_Length=str(4 * MIB)).send(bytes(4 * MIB))
                assert sender.status() == status
                assert json.loads(sender.rest().split(b"\r\n\r\n")[1])["status"] == status


def test_a_sender_who_waits_for_100_is_answered_at_once(serve: Any):
    with serve() as (_, port):
        with RawSender(port) as sender:
            sender.head(NOBODY, PREFIX, Content_Length="1000", Expect="100-continue")
            assert sender.status() == 401
        with RawSender(port) as sender:  # the control
            call = SHOP.call()
            length = str(len(call.body))
            sender.head(call, PREFIX, Content_Length=length, Expect="100-continue")
            assert sender.status() == 100


def test_a_connection_without_a_body_is_kept(serve: Any):
    with serve() as (_, port), RawSender(port) as sender:
        call = replace(NOBODY, method="GET", headers={})
        for _ in range(2):
            sender.head(call, PREFIX, Content_Length="0")
            assert sender.status() == 401
            assert b"connection: close" not in sender.answer.lower()
            assert json.loads(sender.body())["status"] == 401


# ---- lampjack serve


def test_serve_checks_heads_and_times_bodies(tmp_path: Path):
    config = tmp_path / "lampjack.toml"
    shop = {name: value for name, value in ACCOUNTS["shop"].items() if "action" not in name}
    told = "\n".join(f"{name} = {json.dumps(value)}" for name, value in shop.items())
    actions = 'pause_action = { action = "pause" }\nresume_action = { action = "resume" }'
    config.write_text(
        f'store = "memory:"\nbody_timeout_ms = 500\n[account.shop]\n{told}\n{actions}\n'
    )
    port = free_port()
    with process("-m", "lampjack", "serve", "--config", str(config), "--port", str(port)):
        wait_for(port)
        with RawSender(port) as sender:
            assert sender.head(NOBODY, PREFIX).status() == 401
        with RawSender(port) as sender:
            assert sender.head(SHOP.call(), PREFIX).chunk(b"{").status() == 408
