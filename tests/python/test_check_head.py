"""`hub.check_head()`, and the README's recipe for WSGI under a real server."""

import threading
import wsgiref.simple_server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings
from support.places import ACCOUNTS, PLACES
from support.raw_http import RawSender
from support.readme import code_of

SHOP = PLACES[0]
GOOD = sample("certainly")
HEAD = {name: value for name, value in GOOD.arguments().items() if name != "body"}


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    config = {"store": "memory:", "account": {"shop": sample_settings("certainly")}}
    with lj.Hub(config | {"body_timeout_ms": 1_500}) as hub:
        yield hub


def test_a_good_head_tells_how_much_may_be_read_and_in_which_time(hub: lj.Hub):
    head = hub.check_head("shop", **HEAD)
    assert head.answer is None
    assert (head.max_body, head.seconds) == (1 << 20, 1.5)
    assert repr(head) == "<Head open>"
    assert hub.stats().requests == 0


def test_a_bad_head_has_the_answer(hub: lj.Hub):
    head = hub.check_head("shop", path="/messages")
    assert isinstance(head.answer, lj.Answer)
    assert head.answer.status == 401
    assert head.answer == hub.receive("shop", path="/messages", body=GOOD.body)
    assert not head.take(1)
    assert repr(head) == "<Head 401>"
    assert hub.check_head("nobody", **HEAD).max_body == 0


def test_bytes_are_counted_until_the_end_of_the_block(hub: lj.Hub):
    with hub.check_head("shop", **HEAD) as head:
        assert head.take(10)
        assert head.take(5)
        assert hub.stats().body_bytes == 15
    assert hub.stats().body_bytes == 0


def test_the_first_answer_stays(hub: lj.Hub):
    head = hub.check_head("shop", **HEAD)
    assert not head.take((1 << 20) + 1)
    head.late()
    assert head.answer
    assert head.answer.status == 413
    head = hub.check_head("shop", **HEAD)
    head.late()
    assert head.answer
    assert head.answer.status == 408


def test_a_head_is_closed_with_its_request(hub: lj.Hub):
    head = hub.check_head("shop", **HEAD)
    head.take(len(GOOD.body))
    assert hub.receive("shop", **GOOD.arguments(), head=head).status == 200
    assert hub.stats().body_bytes == 0


async def test_a_head_is_closed_with_a_submitted_request(hub: lj.Hub):
    head = hub.check_head("shop", **HEAD)
    head.take(len(GOOD.body))
    answer = await hub.submit("shop", **GOOD.arguments(), head=head)
    assert (answer.status, hub.stats().body_bytes) == (200, 0)


def test_nothing_that_a_head_says_is_believed_afterwards(hub: lj.Hub):
    head = hub.check_head("shop", **HEAD)
    answer = hub.receive("shop", path="/messages", body=GOOD.body, head=head)
    assert answer.status == 401


@pytest.mark.parametrize("size", [-1, 1.5, "1", None])
def test_a_wrong_size_is_an_argument_error(hub: lj.Hub, size: Any):
    with pytest.raises(lj.ArgumentError, match="size"):
        hub.check_head("shop", **HEAD).take(size)


def test_a_closed_hub_checks_nothing(hub: lj.Hub):
    head = hub.check_head("shop", **HEAD)
    hub.close()
    with pytest.raises(lj.HubClosedError):
        hub.check_head("shop", **HEAD)
    assert not head.take(1)
    assert head.answer
    assert head.answer.status == 503


# ---- The recipe


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def wsgi(hub: lj.Hub) -> Iterator[int]:
    """Serve the README's application; gives the port."""
    names: dict[str, Any] = {"hub": hub}
    exec(code_of("Before a body is read", "python"), names)
    server = wsgiref.simple_server.make_server(
        "127.0.0.1", 0, names["application"], handler_class=_Quiet
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.e2e
def test_the_recipe_for_wsgi_checks_before_it_reads():
    good = SHOP.call("user-1")
    with lj.Hub({"store": "memory:", "account": ACCOUNTS}) as hub, wsgi(hub) as port:
        for call, length, status in (
            (replace(good, query=""), 1000, 401),
            (replace(good, path="/shop/elsewhere"), 1000, 404),
            (good, (8 << 20) + 1, 413),
        ):
            with RawSender(port) as sender:  # none of the body is sent
                assert sender.head(call, "", Content_Length=str(length)).status() == status
        assert hub.stats().events == 0
        with RawSender(port) as sender:
            sender.head(good, "", Content_Length=str(len(good.body))).send(good.body)
            assert sender.status() == 200
        assert [one.ref for one in hub.conversations()] == ["shop:live:user-1"]
        assert hub.stats().body_bytes == 0
