"""A dialogue that comes in parts, as Chatlayer's page tells: live lines before and after a handover, and its transcript."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import lampjack as lj
from lampjack.asgi import App
from support.http_server import Client, served
from support.places import Call

pytestmark = pytest.mark.e2e

TOKEN = "verify-token-example"
SESSION = "session-example-1"


def line(actor: str, text: str, at: str) -> dict[str, Any]:
    message: dict[str, Any] = {"text": text}
    if actor == "user":
        message |= {"messageType": "text", "sender": {"id": SESSION}, "timestamp": at}
    return {"actor": actor, "message": message, "timestamp": at}


class Bot:
    """What the vendor's server posts."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def tells(self, *lines: dict[str, Any]) -> None:
        self._post("messages", "messages", lines)

    def asks_for_a_human(self, *transcript: dict[str, Any]) -> None:
        self._post("offload", "transcript", transcript)

    def _post(self, event: str, array: str, lines: tuple[dict[str, Any], ...]) -> None:
        body = {
            "botId": "bot-example",
            "version": "LIVE",
            "sessionId": SESSION,
            "event": event,
            "timestamp": "2026-01-05T10:01:00.000Z",
            array: list(lines),
        }
        call = Call("/desk", json.dumps(body).encode(), f"challenge.verifyToken={TOKEN}")
        assert self._client.send(call).status == 200


@contextmanager
def dialogue() -> Iterator[tuple[lj.Hub, Bot]]:
    account = {"platform": "chatlayer_offloading", "verify_token": TOKEN, "t_answer": 20_000}
    with lj.Hub({"store": "memory:", "account": {"desk": account}}) as hub:
        hub.decide("desk")(lambda _: lj.Accept(mute=False))
        with served(App(hub, prefix="/hooks")) as port:
            yield hub, Bot(Client(port, "/hooks"))


def lines_of(hub: lj.Hub) -> list[str]:
    items = hub[f"desk:live:{SESSION}"].transcript().result(5)
    return [lj.as_text(one.event.content) for one in items if isinstance(one.event, lj.Message)]


def test_messages_are_kept_whether_the_bot_or_a_human_has_the_conversation():
    with dialogue() as (hub, bot):
        bot.tells(line("user", "to the bot", "2026-01-05T10:00:00.000Z"))
        bot.asks_for_a_human()
        bot.tells(line("user", "to whoever comes", "2026-01-05T10:01:10.000Z"))
        conversation = hub[f"desk:live:{SESSION}"]
        conversation.take("agent-1").result(5)
        bot.tells(line("user", "to the agent", "2026-01-05T10:01:20.000Z"))
        conversation.release(agent="agent-1").result(5)
        bot.tells(line("user", "to the bot again", "2026-01-05T10:01:30.000Z"))
        assert lines_of(hub) == [
            "to the bot",
            "to whoever comes",
            "to the agent",
            "to the bot again",
        ]


@pytest.mark.parametrize(
    ("actor", "told_at", "times"),
    [
        pytest.param("user", "2026-01-05T10:00:01.900Z", 1, id="user-nearly-the-same-time"),
        pytest.param("bot", "2026-01-05T10:00:01.900Z", 1, id="bot-nearly-the-same-time"),
        pytest.param("user", "2026-01-05T10:00:02.100Z", 2, id="control-later"),
    ],
)
def test_a_transcript_does_not_double_what_came_live_without_an_id(
    actor: str, told_at: str, times: int
):
    with dialogue() as (hub, bot):
        bot.tells(line(actor, "hello", "2026-01-05T10:00:00.000Z"))
        bot.asks_for_a_human(line(actor, "hello", told_at), line("user", "help", told_at))
        assert sorted(lines_of(hub)) == ["hello"] * times + ["help"]
