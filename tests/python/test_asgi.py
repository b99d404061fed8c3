"""The plain ASGI application, driven without a server."""

import asyncio
import json
import re
from typing import Any

import pytest

import lampjack as lj
from lampjack.asgi import App
from lampjack.testing import SampleRequest, sample, sample_settings


@pytest.fixture
def hub():
    hub = lj.Hub(
        {
            "store": "memory:",
            "account": {
                "shop": sample_settings("certainly"),
                "app": sample_settings("chatlayer_app") | {"t_answer": 20_000},
            },
        }
    )
    yield hub
    hub.close()


async def call(
    app: App, request: SampleRequest, path: str, chunks: list[bytes] | None = None, **scope: Any
) -> tuple[int, dict, bytes, int]:
    """Return status, headers, body, and how many chunks were read before the answer."""
    chunks = [request.body] if chunks is None else chunks
    read = read_before = 0
    sent: list[dict] = []

    async def receive() -> dict:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": chunks[read - 1], "more_body": read < len(chunks)}

    async def send(message: dict) -> None:
        nonlocal read_before
        if message["type"] == "http.response.start":
            read_before = read
        sent.append(message)

    full = {
        "type": "http",
        "method": request.method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": request.query.encode(),
        "headers": [(n.encode(), v.encode()) for n, v in request.headers],
        **scope,
    }
    await app(full, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]), read_before


async def test_answers_are_the_hubs(hub: lj.Hub):
    status, headers, body, _ = await call(App(hub), sample("certainly"), "/shop/messages")
    assert (status, body) == (200, b"{}")
    assert headers["content-type"] == "application/json"
    assert headers["content-length"] == "2"


@pytest.mark.parametrize(
    ("path", "scope", "options"),
    [
        ("/hooks/shop/messages", {}, {"prefix": "/hooks"}),
        ("/mounted/shop/messages", {"root_path": "/mounted"}, {}),
        ("/mounted/hooks/shop/messages", {"root_path": "/mounted"}, {"prefix": "/hooks/"}),
        ("/shop/messages", {"raw_path": None}, {}),
        ("/shop/messages/", {}, {}),
    ],
)
async def test_prefixes_and_mounts(hub: lj.Hub, path: str, scope: dict, options: dict):
    status, _, body, _ = await call(App(hub, **options), sample("certainly"), path, **scope)
    assert (status, body) == (200, b"{}")


@pytest.mark.parametrize("path", ["/", "/nobody", "/nobody/messages", "/shop", "/shop/other"])
async def test_unknown_places_are_404(hub: lj.Hub, path: str):
    status, headers, body, _ = await call(App(hub), sample("certainly"), path)
    assert status == 404
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] == "not_found"


@pytest.mark.parametrize(
    "path",
    ["/shop/messages", "//shop/messages", "/hooksshop/messages", "/hooks//shop/messages", "/hooks", "/hooks/",
     "/Hooks/shop/messages", "/%68ooks/shop/messages", "/hooks/../shop/messages", "/x/hooks/shop/messages",
     "hooks/shop/messages", "*", ""],
)  # fmt: skip
async def test_what_lies_outside_of_the_prefix_is_404(hub: lj.Hub, path: str):
    """A proxy that lets `/hooks/` in alone, and takes paths by their segments, lets nothing else in."""
    app = App(hub, prefix="/hooks")
    status, _, body, _ = await call(app, sample("certainly"), path)
    assert (status, json.loads(body)["code"]) == (404, "not_found")
    status, _, _, _ = await call(app, sample("certainly"), "/hooks/shop/messages")
    assert status == 200, "the control"


async def test_a_mount_point_is_compared_by_segments(hub: lj.Hub):
    for path, root in (("/shop", "/shop"), ("/mountedshop/messages", "/mounted")):
        status, _, _, _ = await call(App(hub), sample("certainly"), path, root_path=root)
        assert status == 404
    status, _, _, _ = await call(App(hub), sample("certainly"), "//shop/messages")
    assert status == 404


@pytest.mark.parametrize("length", ["9" * 5000 + "x", "1e3", "-1", "+5", "", "5, 5", "0x10", "٣"])
async def test_a_length_that_is_none_is_400_before_the_body_is_read(hub: lj.Hub, length: str):
    good = sample("certainly")
    request = SampleRequest(
        headers=(*good.headers, ("content-length", length)), query=good.query, body=good.body
    )
    status, headers, body, read = await call(App(hub), request, "/shop/messages")
    assert (status, read) == (400, 0)
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] == "argument"


@pytest.mark.parametrize(
    ("length", "expected"), [("9" * 5000, (413, 0)), ("9" * 19, (413, 0)), ("0" * 19, (200, 1))]
)
async def test_a_length_of_many_digits_is_the_number_that_it_says(
    hub: lj.Hub, length: str, expected: tuple[int, int]
):
    good = sample("certainly")
    request = SampleRequest(
        headers=(*good.headers, ("content-length", length)), query=good.query, body=good.body
    )
    status, _, _, read = await call(App(hub), request, "/shop/messages")
    assert (status, read) == expected


async def test_a_body_in_pieces(hub: lj.Hub):
    request = sample("certainly")
    pieces = [request.body[i : i + 7] for i in range(0, len(request.body), 7)]
    status, _, _, read = await call(App(hub), request, "/shop/messages", pieces)
    assert (status, read) == (200, len(pieces))


async def test_reading_stops_at_the_limit(hub: lj.Hub):
    limit = max(entry.max_body for entry in hub.urls() if entry.account == "shop")
    chunks = [b" " * (limit // 2)] * 100
    status, _, body, read = await call(App(hub), sample("certainly"), "/shop/messages", chunks)
    assert (status, read) == (413, 3)
    assert json.loads(body)["code"] == "too_large"
    headers = (*sample("certainly").headers, ("content-length", str(limit + 1)))
    declared = SampleRequest(headers=headers)
    status, _, _, read = await call(App(hub), declared, "/shop/messages", [b""])
    assert (status, read) == (413, 0)


async def test_when_the_last_piece_is_too_much_nothing_more_is_awaited(hub: lj.Hub):
    good = sample("certainly")
    limit = max(entry.max_body for entry in hub.urls() if entry.account == "shop")
    request = SampleRequest(
        headers=(*good.headers, ("transfer-encoding", "chunked")), query=good.query
    )
    pieces = [b" " * limit, b" "]  # to ask for a third is an error
    status, headers, body, read = await call(App(hub), request, "/shop/messages", pieces)
    assert (status, read) == (413, 2)
    assert headers["connection"] == "close"
    assert json.loads(body)["code"] == "too_large"


async def test_who_has_no_token_is_answered_before_anything_is_read(hub: lj.Hub):
    status, headers, body, read = await call(App(hub), SampleRequest(), "/shop/messages", [b"{}"])
    assert (status, read) == (401, 0)
    assert headers["content-length"] == str(len(body))


async def test_a_sender_who_has_gone_gets_no_answer(hub: lj.Hub):
    incoming = iter(
        [
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.disconnect"},
        ]
    )
    request = sample("certainly")

    async def receive() -> dict:
        return next(incoming)

    async def send(message: dict) -> None:
        raise AssertionError("nobody is there")

    scope = {
        "type": "http",
        "method": request.method,
        "path": "/shop/messages",
        "query_string": request.query.encode(),
        "headers": [(n.encode(), v.encode()) for n, v in request.headers],
    }
    await App(hub)(scope, receive, send)
    assert (hub.stats().requests, hub.stats().body_bytes) == (0, 0)


async def test_the_bytes_are_given_back_when_a_cancelled_request_is_done(hub: lj.Hub):
    """Its body stays in memory until then."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    @hub.translate("app")
    async def translate(request: dict) -> list[dict]:
        begun.set()
        await go_on.wait()
        return []

    request = SampleRequest(headers=RELAY.headers, body=b'{"request":{"content":{}}}')
    serving = asyncio.create_task(call(App(hub), request, "/app/receive"))
    await begun.wait()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert hub.stats().body_bytes == len(request.body)
    go_on.set()
    async with asyncio.timeout(30):
        await asyncio.gather(*hub._reception._tasks)
    await asyncio.sleep(0)
    assert hub.stats().body_bytes == 0


async def test_lifespan_opens_and_closes_the_hub(hub: lj.Hub):
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> dict:
        return next(incoming)

    async def send(message: dict) -> None:
        sent.append(message["type"])

    await App(hub)({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with pytest.raises(lj.HubClosedError):
        hub.stats()


# ---- Requests whose body only the host understands ----

RELAY = sample("chatlayer_app")


async def relay(hub: lj.Hub, body: dict) -> tuple[int, bytes]:
    request = SampleRequest(headers=RELAY.headers, body=json.dumps(body).encode())
    status, _, answer, _ = await call(App(hub), request, "/app/receive")
    return status, answer


async def test_a_translated_request_is_answered_with_what_the_bot_gets(hub: lj.Hub):
    @hub.translate("app")
    async def translate(request: dict) -> list[dict]:
        inner = request["content"]
        return [
            {
                "platform": "chatlayer_app",
                "conversation": {"id": inner["who"]},
                "actor": {"id": inner["who"]},
                "content": inner["says"],
            }
        ]

    status, answer = await relay(hub, {"request": {"content": {"who": "u-1", "says": "hello"}}})
    assert status == 200
    assert b"hello" in answer
    items = await hub["app:live:u-1"].transcript()
    assert [lj.as_text(i.event.content) for i in items if isinstance(i.event, lj.Message)] == [
        "hello"
    ]


async def test_a_failing_translation_keeps_the_request_as_it_came(
    hub: lj.Hub, caplog: pytest.LogCaptureFixture
):
    @hub.translate("app")
    def translate(request: dict) -> list[dict]:
        raise KeyError("secret visitor text")

    status, answer = await relay(hub, {"request": {"content": {"says": "secret words"}}})
    assert (status, answer) == (200, b"[]")
    [kept] = await hub["app:live:~unattributed"].transcript()
    assert isinstance(kept.event, lj.UnknownEvent)
    (line,) = [text for text in caplog.messages if text.startswith("translate.failed ")]
    assert re.fullmatch(r"translate\.failed account=app reason=KeyError at=test_asgi\.py:\d+", line)
    assert "secret" not in caplog.text
