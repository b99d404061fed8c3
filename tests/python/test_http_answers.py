"""What every path of every platform answers over real HTTP, row by row, under both web adapters."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import lampjack as lj
from lampjack.asgi import App
from lampjack.fastapi import HandoverRouter
from support.http_server import Answered, Client, served
from support.places import ACCOUNTS, AT, NO_CHANNEL, PLACES, WRONG, Call, Place

pytestmark = pytest.mark.e2e

PREFIX = "/hooks"
# A repetition is told by it, and answered with the same bytes: without it each answer has the time of its request.
SAID_AT = {"sent_at": AT}


def open_hub(store: str, *, background: bool = True, **options: Any) -> lj.Hub:
    hub = lj.Hub({"store": store, "account": ACCOUNTS} | options, background=background)

    @hub.decide()
    def decide(request: object) -> lj.Accept:
        return lj.Accept(mute=True)

    @hub.translate("app")
    def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
        who = {"id": request["content"]["who"]}
        return [
            {**SAID_AT, "conversation": who, "actor": who, "content": request["content"]["says"]}
        ]

    return hub


def application(hub: lj.Hub, kind: str) -> Any:
    if kind == "asgi":
        return App(hub, prefix=PREFIX)
    app = FastAPI(lifespan=hub.lifespan)
    app.include_router(HandoverRouter(hub), prefix=PREFIX)
    return app


@pytest.fixture(scope="module", params=["fastapi", "asgi"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    hub = open_hub("memory:")
    with served(application(hub, request.param)) as port:
        yield Client(port, PREFIX)


def each(*, having: str = "") -> Any:
    places = [place for place in PLACES if not having or getattr(place, having)]
    return pytest.mark.parametrize("place", places, ids=[place.name for place in places])


def prepare(client: Client, place: Place, user: str) -> None:
    """A transfer is about a chat that is known."""
    if place.path != "/transfer":
        return
    said = next(other for other in PLACES if other.path == "/send_message")
    assert client.send(said.call(user)).status == 200


def check_refused(answer: Answered, status: int) -> None:
    assert answer.status == status, answer.body
    assert answer.is_problem
    assert json.loads(answer.body)["status"] == status


def test_every_endpoint_of_every_platform_is_among_the_places():
    with open_hub("memory:") as hub:
        urls = {(entry.account, entry.path) for entry in hub.urls() if entry.method == "POST"}
    assert {(place.account, place.path) for place in PLACES} | {
        ("line", "/{token}/send_message")
    } == urls


@each()
def test_accepted_and_repeated(client: Client, place: Place):
    user = f"twice-{place.name}"
    if place.path == "/subscribe":
        user = "twice"
    prepare(client, place, user)
    first, second = (client.send(place.call(user)) for _ in range(2))
    assert (first.status, second.status) == (200, 200)
    assert second.body == first.body
    assert first.headers["content-type"] == "application/json"
    if place.answer is not None:
        assert first.body == place.answer
    else:
        assert [item["message"]["text"] for item in json.loads(first.body)] == ["words"]


def test_the_health_check(client: Client):
    call = replace(PLACES[0].call(), method="GET", body=b"")
    assert client.send(call).body == b'{"status":"ok"}'
    check_refused(client.send(replace(call, query="")), 401)


def test_a_transfer_of_nobody(client: Client):
    transfer = next(place for place in PLACES if place.path == "/transfer")
    check_refused(client.send(transfer.call("nobody-known")), 404)


@each()
def test_a_wrong_token(client: Client, place: Place):
    answer = client.send(place.call(token=WRONG))
    assert WRONG.encode() not in answer.body
    if place.is_peer:
        assert (answer.status, answer.body) == (400, NO_CHANNEL)
    else:
        check_refused(answer, 401)
    garbled = client.send(place.call(token=WRONG).with_body(b"\xff{"))
    assert (garbled.status, garbled.body) == (answer.status, answer.body), "read before verified"


@each()
def test_no_token(client: Client, place: Place):
    call = place.without_token()
    if call is not None:
        check_refused(client.send(call), 401)


@each()
def test_two_tokens(client: Client, place: Place):
    call = place.with_two_tokens()
    if call is not None:
        check_refused(client.send(call), 401)


def hostile(place: Place) -> dict[str, bytes]:
    """The good body, broken in each way."""
    good = place.call().body
    key = good.split(b":")[0] + b":null,"
    deep = json.dumps({**place.body("u-1"), "deep": 0}).encode()
    return {
        "empty": b"",
        "cut": good[:-1],
        "trailing bytes": good + b"}",
        "invalid UTF-8": good.replace(b"words", b"w\xffrds"),
        "a lone surrogate": good.replace(b"words", rb"\ud800"),
        "a NUL as it is": good.replace(b"words", b"w\x00rds"),
        "a key of the envelope twice": key + good[1:],
        "65 levels": deep.replace(b'"deep": 0', b'"deep": ' + b"[" * 64 + b"]" * 64),
    }


@each()
@pytest.mark.parametrize("how", list(hostile(PLACES[0])))
def test_a_body_that_is_not_acceptable_json(client: Client, place: Place, how: str):
    answer = client.send(place.call().with_body(hostile(place)[how]))
    if place.is_peer:  # as the platform documents
        assert (answer.status, answer.headers["content-type"]) == (500, "application/json")
    else:
        check_refused(answer, 400)


def with_more(place: Place, user: str, value: bytes) -> bytes:
    """The good body with one more field."""
    return (
        json.dumps({**place.body(user), "more": 0})
        .encode()
        .replace(b'"more": 0', b'"more":' + value)
    )


def members(count: int) -> bytes:
    return json.dumps({f"k{number}": "text" for number in range(count)}).encode()


def oversize(place: Place, user: str = "u-1") -> dict[str, bytes]:
    """A good body with more in it than any may have."""
    envelope = {f"k{number}": 0 for number in range(257)} | place.body(user)
    return {
        "257 members": with_more(place, user, members(257)),
        "257 members somewhere": with_more(place, user, b'[[],{"a":[' + members(257) + b"]}]"),
        "257 members of the envelope": json.dumps(envelope).encode(),
        "500,001 values": with_more(place, user, b"[" + b"0," * 499_999 + b"0]"),
    }


@each()
@pytest.mark.parametrize("how", list(oversize(PLACES[0])))
def test_a_body_with_too_much_in_it(client: Client, place: Place, how: str):
    answer = client.send(place.call().with_body(oversize(place)[how]))
    check_refused(answer, 413)
    assert json.loads(answer.body)["code"] == "too_large"
    assert how.split()[0].replace("257", "256").replace("1", "0") in answer.body.decode()


@each()
def test_what_only_looks_hostile_is_taken(client: Client, place: Place):
    prepare(client, place, "odd")
    good = place.call("odd").body
    deep = json.dumps({**place.body("odd"), "deep": 0}).encode()
    for body in (
        good.replace(b"words", rb"w\u0000rds \ud83d\ude00"),
        deep.replace(b'"deep": 0', b'"deep": ' + b"[" * 63 + b"]" * 63),
        deep.replace(b'"deep": 0', b'"deep": 1e999'),
        with_more(place, "odd", members(256)),
        with_more(place, "odd", b"[" + b"0," * 499_900 + b"0]"),
    ):
        answer = client.send(place.call("odd").with_body(body))
        assert answer.status == 200, answer.body


@each(having="missing")
def test_a_required_field_is_missing(client: Client, place: Place):
    check_refused(client.send(place.changed(place.missing)), 400)


@each(having="wrong_type")
def test_a_required_field_is_of_a_wrong_type(client: Client, place: Place):
    answer = client.send(place.changed(place.wrong_type))
    if place.is_peer:  # as the platform documents
        assert (answer.status, answer.headers["content-type"]) == (500, "application/json")
    else:
        check_refused(answer, 400)


@each(having="malformed")
def test_one_item_is_malformed(client: Client, place: Place):
    answer = client.send(place.changed(place.malformed, "malformed"))
    assert (answer.status, answer.body) == (200, place.answer)


@each(having="unknown")
def test_an_unknown_event_or_kind(client: Client, place: Place):
    answer = client.send(place.changed(place.unknown, "unknown"))
    assert (answer.status, answer.body) == (200, place.answer)


@each()
def test_an_unknown_path(client: Client, place: Place):
    call = place.call()
    check_refused(client.send(replace(call, path=call.path + "/elsewhere")), 404)
    check_refused(client.send(replace(call, path=f"/{place.account}/else/where")), 404)


@each()
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_an_unknown_method(client: Client, place: Place, method: str):
    answer = client.send(replace(place.call(), method=method))
    check_refused(answer, 405)
    assert answer.headers["allow"] == ("GET, POST" if place.path == "/" else "POST")


@each()
def test_a_body_that_is_too_large(client: Client, place: Place):
    check_refused(client.send(place.call(), content_length=(8 << 20) + 1), 413)


def test_a_transcript_may_be_larger_than_messages(client: Client):
    messages, offload = (place for place in PLACES if place.account == "shop")
    text = b"w" * (1 << 20)
    large = messages.call("large").body.replace(b"words", text)
    check_refused(client.send(messages.call("large").with_body(large)), 413)
    large = offload.call("large").body.replace(b"words", text)
    assert client.send(offload.call("large").with_body(large)).status == 200


@each()
def test_another_media_type(client: Client, place: Place):
    call = place.call()
    for headers in ({"Content-Type": "text/xml"}, {"Content-Encoding": "gzip"}):
        check_refused(client.send(replace(call, headers=call.headers | headers)), 415)


@pytest.mark.parametrize("kind", ["fastapi", "asgi"])
def test_a_compressed_body(kind: str):
    hub = open_hub("memory:", compressed_bodies=True)
    with served(application(hub, kind)) as port:
        client = Client(port, PREFIX)
        for place in PLACES:
            prepare(client, place, "packed")
            call = place.call("packed")
            packed = replace(call, headers=call.headers | {"Content-Encoding": "gzip"})
            answer = client.send(packed.with_body(gzip.compress(call.body)))
            assert answer.status == 200, (place.name, answer.body)
            assert client.send(call).body == answer.body, "it is the same request unpacked"
            broken = client.send(packed)
            if place.is_peer:
                assert (broken.status, broken.headers["content-type"]) == (500, "application/json")
            else:
                check_refused(broken, 400)
            check_refused(client.send(packed.with_body(gzip.compress(b" " * 100_000))), 413)


@pytest.fixture(scope="module", params=["fastapi", "asgi"])
def stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Client, Path]]:
    path = tmp_path_factory.mktemp("store") / "handover.db"
    hub = open_hub(f"sqlite:{path}")
    with served(application(hub, request.param)) as port:
        yield Client(port, PREFIX), path


def rename(path: Path, names: dict[str, str]) -> None:
    connection = sqlite3.connect(path, timeout=30)
    for old, new in names.items():
        connection.execute(f"ALTER TABLE {old} RENAME TO {new}")
    connection.close()


def give(hub: lj.Hub, place: Place, call: Call) -> int:
    answer = hub.receive(
        place.account,
        method=call.method,
        path=call.path.removeprefix(f"/{place.account}"),
        query=call.query,
        headers=tuple(call.headers.items()),
        body=call.body,
    )
    return answer.status


def content(path: Path) -> list[str]:
    connection = sqlite3.connect(path, timeout=30)
    lines = list(connection.iterdump())
    connection.close()
    return lines


@each()
def test_nothing_of_what_is_too_large_is_stored(tmp_path: Path, place: Place):
    path = tmp_path / "handover.db"
    with open_hub(f"sqlite:{path}", background=False) as hub:
        said = next(other for other in PLACES if other.path == "/send_message")
        give(hub, said, said.call("large"))
        before = content(path)
        for body in oversize(place, "large").values():
            assert give(hub, place, place.call("large").with_body(body)) == 413
        assert content(path) == before
        other = "another" if place.path != "/transfer" else "large"
        assert give(hub, place, place.call(other)) == 200, "the control"
        assert content(path) != before, "the control"


@each()
def test_it_cannot_be_stored(stored: tuple[Client, Path], place: Place):
    client, path = stored
    tables = ("conversation", "account_fact")
    prepare(client, place, "kept")
    rename(path, {name: f"{name}_away" for name in tables})
    try:
        answer = client.send(place.call("kept"))
    finally:
        rename(path, {f"{name}_away": name for name in tables})
    check_refused(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert client.send(place.call("kept")).status == 200, "the control"
