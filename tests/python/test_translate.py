"""Translate functions that are late, that block or that are cancelled: the request is answered and kept all the same."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import SampleRequest, sample, sample_settings

BODY = {"request": {"who": "u-1", "says": "hello"}}
RELAY = SampleRequest(
    path="/receive", headers=sample("chatlayer_app").headers, body=json.dumps(BODY).encode()
)


@pytest.fixture
def release() -> Iterator[threading.Event]:
    release = threading.Event()
    yield release
    release.set()


def opened(t_answer: int = 60_000) -> lj.Hub:
    account = sample_settings("chatlayer_app", t_answer=t_answer)
    return lj.Hub({"store": "memory:", "account": {"app": account}})


def made(request: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"actor": {"id": request["who"]}, "content": request["says"]}]


def lines_of(hub: lj.Hub, user: str) -> list[str]:
    items = hub[f"app:live:{user}"].transcript().result(5)
    return [lj.as_text(one.event.content) for one in items if isinstance(one.event, lj.Message)]


def assert_kept_as_it_came(hub: lj.Hub, answer: lj.Answer) -> None:
    assert (answer.status, answer.body) == (200, b"[]")
    [kept] = hub["app:live:~unattributed"].transcript().result(5)
    assert isinstance(kept.event, lj.UnknownEvent)


def taken(hub: lj.Hub, in_loop: bool) -> lj.Answer:
    arguments = RELAY.arguments()
    return (
        asyncio.run(hub.submit("app", **arguments)) if in_loop else hub.receive("app", **arguments)
    )


async def until(condition: Any, what: str) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never: {what}")


@pytest.mark.parametrize("in_loop", [False, True])
@pytest.mark.parametrize("plain", [False, True])
def test_a_late_translation_is_the_default_and_the_request_is_kept(
    plain: bool, in_loop: bool, release: threading.Event, caplog: pytest.LogCaptureFixture
):
    ended = threading.Event()
    with opened(t_answer=50) as hub:

        async def hang(request: dict[str, Any]) -> list[dict[str, Any]]:
            await asyncio.sleep(20)
            return made(request)

        def block(request: dict[str, Any]) -> list[dict[str, Any]]:
            release.wait(20)
            ended.set()
            return made(request)

        hub.translate("app")(block if plain else hang)
        answer = taken(hub, in_loop)
        assert_kept_as_it_came(hub, answer)
        release.set()
        assert not plain or ended.wait(20)
        assert_kept_as_it_came(hub, answer)
        assert [one.ref for one in hub.conversations()] == [], "its later result is ignored"
        assert [line for line in caplog.messages if line.startswith("translate.")] == [
            "translate.late account=app deadline_ms=50"
        ]


@pytest.mark.parametrize("in_loop", [False, True])
def test_what_a_translation_yields_is_made_within_its_time(
    in_loop: bool, release: threading.Event, caplog: pytest.LogCaptureFixture
):
    def translate(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from made(request)
        release.wait(20)

    with opened(t_answer=50) as hub:
        hub.translate("app")(translate)
        assert_kept_as_it_came(hub, taken(hub, in_loop))
        assert "translate.late account=app deadline_ms=50" in caplog.text
    release.set()
    with opened() as hub:  # the control: in time it is a list like any other
        hub.translate("app")(translate)
        assert taken(hub, in_loop).status == 200
        assert lines_of(hub, "u-1") == ["hello"]


@pytest.mark.parametrize("in_loop", [False, True])
def test_a_timeout_of_the_translate_function_itself_is_a_failure(
    in_loop: bool, caplog: pytest.LogCaptureFixture
):
    with opened() as hub:

        @hub.translate("app")
        async def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
            raise TimeoutError("secret")

        assert_kept_as_it_came(hub, taken(hub, in_loop))
    assert "translate.failed account=app reason=TimeoutError" in caplog.text
    assert "translate.late" not in caplog.text


async def test_a_plain_translate_function_does_not_block_the_loop():
    with opened() as hub:
        begun, go_on = threading.Event(), threading.Event()
        went_on: list[bool] = []

        @hub.translate("app")
        def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
            begun.set()
            went_on.append(go_on.wait(5))
            return made(request)

        task = asyncio.create_task(hub.submit("app", **RELAY.arguments()))
        await until(begun.is_set, "it begins")
        go_on.set()
        assert (await task).status == 200
        assert went_on == [True], "the loop ran while it worked"
        assert lines_of(hub, "u-1") == ["hello"]


@pytest.mark.parametrize("in_loop", [False, True])
def test_what_a_translation_waits_for_may_be_cancelled(
    in_loop: bool, caplog: pytest.LogCaptureFixture
):
    with opened() as hub:

        @hub.translate("app")
        async def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
            inner = asyncio.ensure_future(asyncio.sleep(60))
            inner.cancel()
            await inner
            return made(request)

        assert_kept_as_it_came(hub, taken(hub, in_loop))
        assert "translate.failed account=app reason=CancelledError" in caplog.text


async def test_a_web_client_that_goes_away_takes_no_request_back():
    with opened() as hub:
        begun, go_on = asyncio.Event(), asyncio.Event()

        @hub.translate("app")
        async def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
            begun.set()
            await go_on.wait()
            return made(request)

        task = asyncio.create_task(hub.submit("app", **RELAY.arguments()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go_on.set()
        await until(hub.conversations, "it is stored")
        assert lines_of(hub, "u-1") == ["hello"]


def test_a_loop_that_ends_stores_the_request_with_the_default(caplog: pytest.LogCaptureFixture):
    with opened() as hub:

        async def serve() -> None:
            begun = asyncio.Event()

            @hub.translate("app")
            async def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
                begun.set()
                await asyncio.sleep(60)
                return made(request)

            request = asyncio.create_task(hub.submit("app", **RELAY.arguments()))
            await begun.wait()
            del request

        asyncio.run(serve())
        [kept] = hub["app:live:~unattributed"].transcript().result(5)
        assert isinstance(kept.event, lj.UnknownEvent)
    assert "translate.failed account=app reason=CancelledError" in caplog.text


@pytest.mark.parametrize("wrong", [0, False, "", {}, "words", 5, b"", {"actor": {"id": "u-1"}}])
def test_a_translation_of_a_wrong_type_is_a_missing_one(
    wrong: Any, caplog: pytest.LogCaptureFixture
):
    with opened() as hub:
        hub.translate("app")(lambda request: wrong)
        assert_kept_as_it_came(hub, taken(hub, in_loop=False))
    assert "translate.failed account=app reason=argument" in caplog.text


@pytest.mark.parametrize("nothing", [None, [], ()])
def test_a_translation_may_say_that_there_is_nothing(
    nothing: Any, caplog: pytest.LogCaptureFixture
):
    with opened() as hub:
        hub.translate("app")(lambda request: nothing)
        assert taken(hub, in_loop=False).body == b"[]"
        assert hub.conversations(unattributed=True) == []
    assert "translate." not in caplog.text


@pytest.mark.parametrize("in_loop", [False, True])
def test_each_user_of_a_translation_is_asked_about(in_loop: bool):
    asked: list[str] = []
    with opened() as hub:

        @hub.translate("app")
        def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
            return [{"kind": "handover_requested", "actor": {"id": user}} for user in ("a", "b")]

        @hub.decide("app")
        def decide(request: lj.DecisionRequest) -> lj.Accept | lj.Decline:
            asked.append(request.ref)
            return lj.Accept(mute=True) if request.ref.endswith("a") else lj.Decline("closed")

        answer = taken(hub, in_loop)
        assert asked == ["app:live:a", "app:live:b"]
        assert [one["user"]["id"] for one in json.loads(answer.body)] == ["a"]
        assert hub["app:live:a"].state().result(5).muted == "yes"
        assert hub["app:live:b"].state().result(5).state == "bot"
