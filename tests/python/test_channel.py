"""Where we play the channel: every kind of message a user can send, every kind a bot can send, and the bot's transfer."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import lampjack as lj
from lampjack.asgi import App
from lampjack.testing import FakePlatform, sample, sample_settings
from support.http_server import served
from support.service_process import free_port, wait_until


class Widget:
    """The host's own widget: what a sink was given."""

    def __init__(self) -> None:
        self.shown: list[lj.Part] = []
        self._changed = threading.Condition()

    def __call__(self, message: lj.SinkMessage, conv: lj.Conversation) -> None:
        with self._changed:
            self.shown += message.content
            self._changed.notify_all()

    def wait(self, count: int) -> list[lj.Part]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.shown) >= count, 10), self.shown
            return list(self.shown)


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with FakePlatform("omnichannel") as platform:
        yield platform


@pytest.fixture
def hub(fake: FakePlatform) -> Iterator[lj.Hub]:
    settings = {"store": "memory:", "allow_networks": fake.networks, "retry_base_ms": 10}
    with lj.Hub({**settings, "account": {"line": fake.settings()}}) as opened:
        yield opened


def post(hub: lj.Hub, message: dict[str, Any]) -> lj.Answer:
    body = json.dumps({"chat_id": 4211, "message": message}).encode()
    return hub.receive("line", **replace(sample("omnichannel"), body=body).arguments())


def test_a_users_text_file_and_button_reach_the_platform(hub: lj.Hub, fake: FakePlatform):
    user = hub.user("line", "4211", first_name="Robin")
    file = lj.File("https://files.example/a.pdf", name="a.pdf", mime="application/pdf", size=1024)
    for part in ("hello", file, lj.Postback(title="Yes", payload="b1")):
        user.say(part).result(5).sent(10).result(11)
    bodies = [request.json() for request in fake.wait(3)]
    assert [body["event"] for body in bodies] == ["new_message"] * 3
    assert [body["chat_id"] for body in bodies] == [4211] * 3
    assert bodies[0]["visitor"] == {"id": "4211", "fields": {"name": "Robin"}}
    text, document, press = (body["message"] for body in bodies)
    assert (text["kind"], text["text"]) == ("visitor", "hello")
    assert document["kind"] == "file_visitor"
    assert document["data"].pop("id")
    assert document["data"] == {
        "state": "ready",
        "name": "a.pdf",
        "content_type": "application/pdf",
        "size": 1024,
        "url": "https://files.example/a.pdf",
    }
    assert press["kind"] == "keyboard_response"
    assert press["data"] == {"button": {"id": "b1", "text": "Yes"}}
    assert len({body["message"]["id"] for body in bodies}) == 3


def test_a_bots_text_keyboard_file_and_link_reach_the_sink(hub: lj.Hub):
    widget = Widget()
    hub.sink("line")(widget)
    rows = [
        [{"id": "b1", "text": "Yes"}, {"id": "b2", "text": "No"}],
        [{"id": "b3", "text": "Later"}],
    ]
    link = "https://files.example/list.pdf"
    for message in (
        {"kind": "operator", "text": "Hi"},
        {"kind": "keyboard", "buttons": rows},
        {
            "kind": "file_operator",
            "data": {"url": link, "name": "list.pdf", "media_type": "application/pdf"},
        },
        {"kind": "operator", "text": link},
    ):
        assert post(hub, message).status == 200
    text, keyboard, file, address = widget.wait(4)
    assert (text, address) == (lj.Text("Hi"), lj.Text(link))
    assert isinstance(keyboard, lj.Choice)
    assert [(one.title, one.payload) for one in keyboard.options] == [
        ("Yes", "b1"), ("No", "b2"), ("Later", "b3"),
    ]  # fmt: skip
    assert isinstance(file, lj.File)
    assert (file.url, file.name, file.mime) == (link, "list.pdf", "application/pdf")


def test_a_field_that_no_platform_would_get_is_refused(hub: lj.Hub):
    with pytest.raises(lj.ArgumentError, match="no field 'extra'; the fields are display_name,"):
        hub.user("line", "4211", extra={"tier": "gold"})  # type: ignore[arg-type]
    with pytest.raises(lj.ArgumentError, match="no field 'role'"):
        hub.user("line", "4211", role="agent")


def test_a_transfer_may_be_repeated_and_names_the_chat_either_way(hub: lj.Hub):
    hub.user("line", "4211").say("hello").result(5)
    transfer = sample("omnichannel", "handover_requested")
    for chat in (4211, "4211|omnichannel", 4211):
        body = json.dumps({"chat_id": chat, "reason": "a human", "context": {"tries": 2}}).encode()
        answer = hub.receive("line", **replace(transfer, body=body).arguments())
        assert (answer.status, answer.body) == (200, b'{"result":"ok"}')
    [conversation] = hub.conversations()
    assert (conversation.id, conversation.state) == ("4211", "requested")
    assert conversation.episode == 1, "one request"
    asked = [
        item.event
        for item in hub["line:live:4211"].transcript().result(5)
        if isinstance(item.event, lj.HandoverRequested)
    ]
    assert asked[0].handover.payload == {"reason": "a human", "context": {"tries": 2}}


@pytest.mark.parametrize("replay", ["last", "none"])
@pytest.mark.parametrize("platform", ["omnichannel", "chatlayer_app"])
def test_after_a_return_the_bot_gets_the_last_words_only_where_it_is_asked_for(
    platform: str, replay: str
):
    with FakePlatform(platform) as fake:
        account = fake.settings(replay=replay)
        config = {"store": "memory:", "allow_networks": fake.networks, "account": {"line": account}}
        with lj.Hub(config) as hub:
            user, conv = hub.user("line", "7"), hub["line:live:7"]
            user.say("to the bot").result(5).sent(10).result(11)
            conv.take("dana").result(5)
            for text in ("to Dana", "to Dana at last"):
                user.say(text).result(5)
            conv.release(agent="dana").result(5)
            wait_until(lambda: conv.state().result(5).state == "bot", "the bot is back")
            user.say("to the bot again").result(5).sent(10).result(11)
            conv.take("dana").result(5)
            conv.release(agent="dana").result(5)  # of what the bot had nothing comes twice
            wait_until(lambda: conv.state().result(5).state == "bot", "the bot is back")
            user.say("goodbye").result(5).sent(10).result(11)
            said = b" ".join(request.body for request in fake.received)
    texts = [b"to the bot", b"to Dana at last", b"to the bot again", b"goodbye"]
    if replay == "none":
        texts.remove(b"to Dana at last")
    places = [said.find(b'"' + text + b'"') for text in texts]
    assert places == sorted(places)
    assert [said.count(b'"' + text + b'"') for text in texts] == [1] * len(texts)
    assert said.count(b"Dana") == (1 if replay == "last" else 0)


@pytest.mark.parametrize("asked", [True, False])
def test_the_bot_is_told_what_the_handover_was_where_the_account_asks_for_it(asked: bool):
    with FakePlatform("chatlayer_app") as fake:
        account = fake.settings(**({"return_session": "handover"} if asked else {}))
        config = {"store": "memory:", "allow_networks": fake.networks, "account": {"app": account}}
        with lj.Hub(config) as hub:
            hub.user("app", "7").say("my card is lost").result(5).sent(10).result(11)
            conv = hub["app:live:7"]
            conv.take("dana").result(5)
            # A release before the bot is muted makes the mute needless: only the return leaves.
            fake.wait(2)
            conv.release(agent="dana").result(5)
            bodies = [request.body for request in fake.wait(3)]
    [returned] = [body for body in bodies if b'"to":"bot"' in body]
    assert (b'"session":{"handover":{"agent":"dana","from":"' in returned) == asked
    assert (b'"reason":"released"' in returned) == asked
    assert b"card" not in returned, "facts, and nothing that was said"


@pytest.mark.e2e
@pytest.mark.parametrize("auth_in", ["header", "url"])
def test_a_channel_and_a_peer_talk_to_each_other(auth_in: str):
    """Both sides of the contract are ours here, so both addresses and all tokens are what the other expects."""
    channel_port, peer_port = free_port(), free_port()
    tokens = {
        "webhook_token": "made-up hook",
        "channel_token": "made-up-1",
        "auth_in": auth_in,
        "transfer_token": "made-up-2",
    }
    networks = FakePlatform.networks
    # The vendor's path below the peer's address is /connector/omnichannel/omnichannel_message/{token}/bot_api_webhook.
    peer_account = {"side": "peer", "channel_url": f"http://127.0.0.1:{channel_port}/line"}
    channel_account = {"platform_base": f"http://127.0.0.1:{peer_port}"}
    widget = Widget()
    with (
        lj.Hub({"store": "memory:", "allow_networks": networks, "account": {
            "line": {"platform": "omnichannel", **tokens, **channel_account}}}) as channel,
        lj.Hub({"store": "memory:", "allow_networks": networks, "account": {
            "omnichannel_message": {"platform": "omnichannel", **tokens, **peer_account}}}) as peer,
        served(App(channel), channel_port),
        served(App(peer, prefix="/connector/omnichannel"), peer_port),
    ):  # fmt: skip
        channel.sink("line")(widget)
        channel.user("line", "4211", first_name="Robin").say("hello").result(5).sent(10).result(11)
        conv = peer["omnichannel_message:live:4211"]
        [heard] = conv.transcript().result(5)
        assert (lj.as_text(heard.event.content), heard.event.actor.first_name) == ("hello", "Robin")
        keyboard = lj.Choice("Pick", [lj.Option("Yes", "b1")])
        for words in ("Hi, I am a bot.", keyboard):
            conv.notify(words).result(5).sent(10).result(11)
        text, choice = widget.wait(2)
        assert text == lj.Text("Hi, I am a bot.")
        assert [(one.title, one.payload) for one in choice.options] == [("Yes", "b1")]
        conv.request().result(5).sent(10).result(11)
        assert channel["line:live:4211"].state().result(5).state == "requested"


def test_replay_is_refused_where_the_users_words_do_not_go_through_us():
    with pytest.raises(lj.ConfigError, match="replay"):
        lj.Hub({"store": "memory:", "account": {"a": sample_settings("certainly", replay="last")}})


@pytest.mark.parametrize(
    ("platform", "state"),
    [
        ("chatlayer_offloading", "bot"),
        ("certainly", "requested"),
        ("omnichannel", "requested"),
        ("chatlayer_app", "requested"),
    ],
)
def test_a_request_that_nobody_decides_about(platform: str, state: str):
    """Declined where the answer would promise a human, else it waits for one."""
    with FakePlatform(platform) as fake:
        config = {"store": "memory:", "allow_networks": fake.networks}
        config["account"] = {"a": fake.settings()}
        with lj.Hub(config, background=False) as hub:
            fake.send(hub, "a")
            assert fake.send(hub, "a", "handover_requested").status == 200
            [conversation] = hub.conversations()
            assert conversation.state == state


@pytest.mark.parametrize(
    "platform", ["chatlayer_offloading", "certainly", "omnichannel", "chatlayer_app"]
)
def test_who_the_user_is_shows_in_the_state_whatever_told_it(platform: str):
    names = {"first_name": "Robin", "last_name": "Doe"}
    settings = sample_settings(platform)
    with lj.Hub({"store": "memory:", "account": {"a": settings}}, background=False) as hub:
        hub.decide("a")(lambda request: lj.Accept())
        request = sample(platform, "handover_requested")
        body = json.loads(request.body)
        if platform == "chatlayer_offloading":
            body["transcript"][0]["message"]["sender"] = {"firstname": "Robin", "lastname": "Doe"}
        elif platform == "certainly":
            body |= {"firstName": "Robin", "lastName": "Doe"}
        else:  # who speaks there is told by the host
            hub.user("a", "user-1", **names).say("hello").result(5)
        changed = replace(request, body=json.dumps(body).encode())
        assert hub.receive("a", **changed.arguments()).status == 200
        user = hub["a:live:user-1"].state().result(5).user
        assert user is not None
        assert {name: user[name] for name in names} == names
        assert user["role"] == "user"
