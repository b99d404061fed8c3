"""Places: every path a vendor calls, with a good request for it and what can be wrong with it.

A good body says "words" somewhere: there hostile bytes are put.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

TOKEN = "made-up-token-of-tests"
WRONG = "not-this-one"
JSON = {"Content-Type": "application/json"}
NO_CHANNEL = b'{"error":"There is no active channel for received event."}'

ACCOUNTS: dict[str, dict[str, Any]] = {
    "shop": {
        "platform": "chatlayer_offloading",
        "verify_token": TOKEN,
        "api_token": TOKEN,
        "pause_action": {"action": "pause"},
        "resume_action": {"action": "resume"},
        "t_answer": 20_000,
    },
    "claims": {"platform": "certainly", "webhook_token": TOKEN, "deployment_id": "dep-1"},
    "line": {
        "platform": "omnichannel",
        "webhook_token": TOKEN,
        "channel_token": TOKEN,
        "transfer_token": TOKEN,
    },
    "peer": {
        "platform": "omnichannel",
        "side": "peer",
        "webhook_token": TOKEN,
        "channel_token": TOKEN,
        "channel_url": "https://channel.example",
    },
    "app": {
        "platform": "chatlayer_app",
        "relay_token": TOKEN,
        "target_hosts": ["hook.example"],
    },
}


@dataclass(frozen=True)
class Call:
    """One HTTP request."""

    path: str
    body: bytes = b""
    query: str = ""
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    method: str = "POST"

    def with_body(self, body: bytes) -> "Call":
        return replace(self, body=body)


Body = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """`body` makes a good one for a user; the others change a good one into what the row of the table says."""

    account: str
    path: str
    body: Callable[[str], Body]
    answer: bytes | None  # of a good request; None where it depends on the host
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    missing: Callable[[Body], object] | None = None
    wrong_type: Callable[[Body], object] | None = None
    malformed: Callable[[Body], object] | None = None
    unknown: Callable[[Body], object] | None = None
    is_peer: bool = False

    @property
    def name(self) -> str:
        kind = self.body("u-1").get("event", "")
        return f"{self.account}{self.path} {kind}".replace("{token}/", "").strip()

    def call(self, user: str = "u-1", token: str = TOKEN) -> Call:
        return Call(
            f"/{self.account}{self.path}".replace("{token}", token).rstrip("/"),
            json.dumps(self.body(user)).encode(),
            self.query.format(token=token),
            JSON | {name: value.format(token=token) for name, value in self.headers.items()},
        )

    def changed(self, change: Callable[[Body], object], user: str = "u-1") -> Call:
        body = self.body(user)
        change(body)
        return self.call(user).with_body(json.dumps(body).encode())

    def with_two_tokens(self) -> Call | None:
        """None where the token is a part of the path."""
        call = self.call()
        if self.query:
            return replace(call, query=f"{call.query}&{call.query}")
        if not self.headers:
            return None
        # Names of headers are compared without case, so this is the same one again.
        again = {name.lower(): value.format(token=TOKEN) for name, value in self.headers.items()}
        return replace(call, headers=call.headers | again)

    def without_token(self) -> Call | None:
        """None where the token is a part of the path."""
        if "{token}" in self.path:
            return None
        return replace(self.call(), query="", headers=dict(JSON))


AT = "2026-01-05T10:00:00.000Z"


def _messages(user: str) -> Body:
    said = {"actor": "user", "timestamp": AT, "message": {"messageType": "text", "text": "words"}}
    return {
        "event": "messages",
        "botId": "b1",
        "version": "LIVE",
        "sessionId": user,
        "timestamp": AT,
        "messages": [said],
    }


def _offload(user: str) -> Body:
    body = _messages(user)
    return {**body, "event": "offload", "transcript": body.pop("messages")}


def _frame(user: str) -> Body:
    said = {"user_profile": {}, "ref": None, "user_id": user, "timestamp": 1767607200}
    said |= {"message": "words", "attachments": []}
    return {"interlocutor": "user", "data": {"error": None, "message": said}}


def _new_message(user: str) -> Body:
    return {
        "event": "new_message",
        "chat_id": user,
        "visitor": {"id": user, "fields": {}},
        "message": {"id": "m-1", "kind": "visitor", "text": "words"},
    }


def _bundle(user: str) -> Body:
    message = {"text_message": {"text": "words"}}
    return {"inputData": {"user": {"id": user}, "messages": [message]}}


VERIFY = "challenge.verifyToken={token}"
TOKENED = {"Authorization": "Token {token}"}
BEARER = {"Authorization": "Bearer {token}"}

PLACES = [
    Place(
        "shop", "/", _messages, b"{}", VERIFY,
        missing=lambda b: b.pop("sessionId"),
        wrong_type=lambda b: b.update(sessionId=["u-1"]),
        malformed=lambda b: b["messages"].insert(0, 7),
        unknown=lambda b: b.update(event="typing"),
    ),
    Place(
        "shop", "/", _offload, b'{"offloadSuccess":true,"pauseBot":true}', VERIFY,
        missing=lambda b: b.pop("timestamp"),
        wrong_type=lambda b: b.update(transcript={}),
        malformed=lambda b: b["transcript"].insert(0, 7),
    ),
    Place(
        "claims", "/messages", _frame, b"{}", "token={token}",
        missing=lambda b: b.pop("interlocutor"),
        wrong_type=lambda b: b.update(interlocutor=7),
        malformed=lambda b: b.update(interlocutor="bot", data={"type": "card", "cards": 7}),
        unknown=lambda b: b.update(interlocutor="supervisor"),
    ),
    Place(
        "claims", "/claim", lambda user: {"from": user, "reply": "words"}, b"{}", "token={token}",
        wrong_type=lambda b: b.update({"from": [1]}),  # nothing is required: the bot's builder writes it
    ),
    Place(
        "line", "/send_message",
        lambda user: {"chat_id": user, "message": {"kind": "operator", "text": "words"}},
        b'{"result":"ok"}', headers=TOKENED,
        missing=lambda b: b.pop("chat_id"),
        wrong_type=lambda b: b.update(message=["words"]),
        malformed=lambda b: b["message"].update(text={}),
        unknown=lambda b: b["message"].update(kind="sticker"),
    ),
    Place(
        "line", "/transfer", lambda user: {"chat_id": user, "reason": "words"},
        b'{"result":"ok"}', headers=TOKENED,
        missing=lambda b: b.pop("chat_id"),
        wrong_type=lambda b: b.update(chat_id=True),
    ),
    Place(
        "peer", "/{token}/bot_api_webhook", _new_message, b"{}", is_peer=True,
        missing=lambda b: b["visitor"].pop("id"),
        wrong_type=lambda b: b.update(message="words"),
        unknown=lambda b: b.update(event="typing"),
    ),
    Place(
        "app", "/receive", lambda user: {"request": {"content": {"who": user, "says": "words"}}},
        None, headers=BEARER,
        missing=lambda b: b.pop("request"),
        wrong_type=lambda b: b.update(request=["words"]),
    ),
    Place(
        "app", "/send", _bundle, b"{}", headers=BEARER,
        missing=lambda b: b["inputData"].pop("messages"),
        wrong_type=lambda b: b["inputData"].update(messages={}),
        malformed=lambda b: b["inputData"]["messages"].insert(0, 7),
        unknown=lambda b: b["inputData"].update(messages=[{"sticker_message": {}}]),
    ),
    Place(
        "app", "/offload", lambda user: {"inputData": {"user": {"id": user}, "reason": "words"}},
        b"{}", headers=BEARER,
        missing=lambda b: b["inputData"].pop("user"),
        wrong_type=lambda b: b["inputData"].update(user={"id": [1]}),
    ),
    Place(
        "app", "/subscribe", lambda user: {"targetUrl": f"https://hook.example/{user}", "note": "words"},
        b"{}", headers=BEARER,
        missing=lambda b: b.pop("targetUrl"),
        wrong_type=lambda b: b.update(targetUrl=7),
    ),
]  # fmt: skip
