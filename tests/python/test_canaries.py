"""Nothing of what people say, no name, no ref and no token is logged: at DEBUG, in no traceback, by no surface of the package."""

import asyncio
import gc
import io
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

import lampjack as lj
import lampjack.logs
from lampjack.asgi import App
from lampjack.fastapi import HandoverRouter, add_error_handlers
from lampjack.testing import FakePlatform, SampleRequest, sample, sample_settings, settle
from support.finding import comes
from support.http_server import served

CANARY = "zq4711zq"
USER, WORDS, NAME = f"user-{CANARY}", f"Words {CANARY} that somebody wrote", f"Name{CANARY}"
TOKENS = ("made-up-token-of-tests", "made-up-api-token")


class Broken(Exception):
    """An exception of the host's with what somebody wrote in it, in its cause and in its repr."""

    def __init__(self) -> None:
        super().__init__(WORDS)
        self.__cause__ = KeyError(WORDS)

    def __repr__(self) -> str:
        return WORDS


@contextmanager
def everything_logged() -> Iterator[Callable[[], str]]:
    """What any logger writes at any level, tracebacks too."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    try:
        yield text.getvalue
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    with everything_logged() as text:
        yield text
        gc.collect()  # results that nobody reads are told of when they go
        for secret in (CANARY, *TOKENS):
            assert secret not in text()


def says(log: Callable[[], str], *events: str) -> None:
    """Wait for these lines: the control of every test here, that there was something to tell."""
    missing = [event for event in events if not comes(lambda: f"{event} " in log(), 10)]  # noqa: B023
    assert not missing, log()


def raise_words(*_: Any) -> Any:
    raise Broken


async def raise_words_later(*_: Any) -> Any:
    await asyncio.sleep(0)
    raise Broken


def test_the_check_itself_finds_what_is_logged():
    with everything_logged() as text:
        try:
            raise_words()
        except Broken:
            logging.getLogger("somebody").debug("it failed", exc_info=True)
    assert CANARY in text()


@pytest.mark.parametrize("function", [raise_words, raise_words_later])
def test_functions_of_the_host_that_raise(function: Callable[..., Any], log: Callable[[], str]):
    with FakePlatform("omnichannel") as desk, FakePlatform("chatlayer_app") as app:
        accounts = {
            "shop": sample_settings("chatlayer_offloading"),
            "chat": desk.settings(),
            "app": app.settings(),
        }
        config = {"store": "memory:", "allow_networks": desk.networks, "account": accounts}
        with lj.Hub(config) as hub:
            hub.decide("shop")(function)
            hub.translate("app")(function)
            hub.on(lj.Message, name="desk")(function)
            hub.sink("chat")(function)
            offload = sample("chatlayer_offloading", "handover_requested", user=USER, text=WORDS)
            hub.receive("shop", **offload.arguments())
            said = sample("chatlayer_offloading", user=USER, text=WORDS)
            hub.receive("shop", **said.arguments())
            shown = sample("omnichannel", user=USER, text=WORDS)
            hub.receive("chat", **shown.arguments())
            body = json.dumps({"request": {"content": {"who": USER, "says": WORDS}}}).encode()
            headers = sample("chatlayer_app").headers
            hub.receive("app", path="/receive", headers=headers, body=body)
            says(log, "decision.failed", "translate.failed", "handler.failed", "sink.failed")
    assert "Broken" in log()


def test_commands_and_deliveries_that_fail(log: Callable[[], str]):
    with FakePlatform("chatlayer_offloading") as fake:
        account = fake.settings(api_token=TOKENS[1])
        config = {
            "store": "memory:",
            "allow_networks": fake.networks,
            "retry_base_ms": 50,
            "retry_cap_ms": 100,
            "account": {"shop": account},
        }
        with lj.Hub(config) as hub:
            hub.decide()(lambda request: lj.Accept(mute=True))
            fake.send(hub, "shop", "handover_requested", user=USER, text=WORDS)
            fake.send(hub, "shop", user=USER, text=WORDS, number=1)
            conv = hub[f"shop:live:{USER}"]
            conv.take(NAME).result(5)
            says(log, "handover.taken")
            settle(hub)  # the mute has left
            fake.respond = [(status, WORDS.encode()) for status in (500, 404, 422)]
            for number in range(3):
                conv.reply(f"{WORDS} {number}", agent=NAME).result(5)
            says(log, "delivery.retry", "delivery.dead")
            with pytest.raises(lj.RefusedError):
                conv.reply(WORDS, agent=f"other {NAME}").result(5)
            conv.reply(WORDS, agent=f"third {NAME}")  # and nobody reads what became of it
            with suppress(lj.LampjackError):
                hub[f"nobody:live:{USER}"].take(NAME).result(5)
            hub.erase("shop", USER, force=True)
            says(log, "conversation.erased")
            gc.collect()
            says(log, "call.failed")


REFUSED = (
    SampleRequest(body=f'{{"a": "{WORDS}"'.encode()),
    SampleRequest(path=f"/{CANARY}", body=WORDS.encode()),
    SampleRequest(query=f"token={CANARY}", body=WORDS.encode()),
    SampleRequest(headers=(("authorization", f"Bearer {CANARY}"), (CANARY, CANARY))),
    SampleRequest(method=CANARY),
)


@pytest.mark.parametrize("platform", ["chatlayer_offloading", "certainly", "omnichannel", "chatlayer_app"])  # fmt: skip
def test_requests_that_are_taken_and_that_are_refused(platform: str, log: Callable[[], str]):
    good = sample(platform, user=USER, text=WORDS)
    with lj.Hub({"store": "memory:", "account": {"shop": sample_settings(platform)}}) as hub:
        for request in REFUSED:
            hub.receive("shop", **request.arguments())
            hub.receive(CANARY, **request.arguments())
        hub.receive("shop", **good.arguments())
        hub.receive("shop", **{**good.arguments(), "body": good.body[:-1]})
        odd = json.dumps({"kind": WORDS, "event": WORDS, "message": {"text": WORDS}, "x": [USER]})
        hub.receive("shop", **{**good.arguments(), "body": odd.encode()})
        hub.receive("shop", **sample(platform, "handover_requested", user=USER).arguments())
        says(log, "request.refused")


def ask(port: int, path: str, body: bytes = b"", **headers: str) -> int:
    given = {"content-type": "application/json", **headers}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, given)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.fixture
def no_filters() -> Iterator[None]:
    """The loggers of the process as they were."""
    loggers = [logging.getLogger(name) for name in (*lampjack.logs._LOGGERS, lampjack.logs._SCOPES)]
    before = {logger: list(logger.filters) for logger in loggers}
    yield
    for logger, filters in before.items():
        logger.filters = filters


def application(hub: lj.Hub, kind: str) -> Any:
    if kind == "asgi":
        return App(hub, prefix="/hooks")
    app = FastAPI(lifespan=hub.lifespan)
    app.include_router(HandoverRouter(hub), prefix="/hooks")
    add_error_handlers(app)

    @app.post("/desk/{ref:path}/take")
    async def take(ref: str) -> None:
        raise Broken

    return app


def talk(port: int, kind: str) -> None:
    """What vendors and a desk ask of a server, with tokens and refs wherever an address may hold them."""
    good = sample("chatlayer_offloading", user=USER, text=WORDS)
    assert ask(port, f"/hooks/shop?{good.query}", good.body) == 200
    assert ask(port, f"/hooks/shop?challenge.verifyToken={CANARY}", good.body) == 401
    shown = sample("omnichannel", user=USER, text=WORDS)
    assert ask(port, f"/hooks/chat/{TOKENS[0]}/send_message", shown.body) in {200, 401}
    assert ask(port, f"/hooks/chat/{CANARY}/send_message", shown.body) == 401
    assert ask(port, f"/hooks/{CANARY}/x?{CANARY}", b"{}", referer=f"https://h/{CANARY}") == 404
    if kind == "fastapi":
        assert ask(port, f"/desk/shop:live:{USER}/take") == 500


@contextmanager
def served_at_debug(app: Any) -> Iterator[int]:
    """uvicorn with its access log, as a host would run it, at the level that tells most."""
    given = uvicorn.Config

    class Config(given):  # type: ignore[valid-type,misc]
        def __init__(self, app: Any, **_: Any) -> None:
            super().__init__(app, log_level="trace", log_config=None)

    uvicorn.Config = Config  # type: ignore[misc]
    try:
        with served(app) as port:
            yield port
    finally:
        uvicorn.Config = given  # type: ignore[misc]


@pytest.mark.usefixtures("no_filters")
@pytest.mark.parametrize("kind", ["asgi", "fastapi"])
def test_a_web_server_with_the_filters(kind: str, log: Callable[[], str]):
    accounts = {
        "shop": sample_settings("chatlayer_offloading"),
        "chat": sample_settings("omnichannel"),
    }
    hub = lj.Hub({"store": "memory:", "account": accounts})
    lampjack.logs.install(hub)
    with served_at_debug(application(hub, kind)) as port:
        talk(port, kind)
        assert comes(lambda: log().count("[redacted]") >= 5, 10), log()
    assert "/hooks/shop?[redacted]" in log(), (
        "the control: there is an access log, and it can be read"
    )
    assert "/hooks/chat/[redacted]/send_message" in log()
    if kind == "fastapi":
        assert "Exception in ASGI application" in log()
        assert "Broken" in log()


@pytest.mark.usefixtures("no_filters")
def test_a_web_server_without_the_filters_is_the_control():
    with everything_logged() as log:
        hub = lj.Hub(
            {"store": "memory:", "account": {"shop": sample_settings("chatlayer_offloading")}}
        )
        with served_at_debug(application(hub, "asgi")) as port:
            good = sample("chatlayer_offloading")
            assert ask(port, f"/hooks/shop?{good.query}", good.body) == 200
            assert comes(lambda: TOKENS[0] in log(), 10)
