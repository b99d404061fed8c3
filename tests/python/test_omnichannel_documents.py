"""Every payload of the Omnichannel page through the hub: HTTP in, HTTP out."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack.asgi import App
from lampjack.testing import FakePlatform, sample_settings
from support.http_server import Answered, Client, served
from support.log_lines import parse_line
from support.places import JSON, Call
from support.service_process import wait_until

TOKEN = "made-up-token-of-tests"
FILE: dict[str, Any] = {
    "id": "f-1",
    "state": "ready",
    "name": "a.pdf",
    "content_type": "application/pdf",
    "size": 1024,
    "url": "https://files.example/a.pdf",
}
FIELDS = {
    "name": "Robin",
    "login": "robin",
    "phone": "+10005550100",
    "email": "robin@mail.example",
    "site": "https://shop.example/",
}
NO_CHANNEL = b'{"error":"There is no active channel for received event."}'


@contextmanager
def platform_side() -> Iterator[tuple[lj.Hub, Client]]:
    """We play the platform, for channels under test."""
    account = sample_settings("omnichannel", side="peer", channel_url="https://channel.example/")
    with (
        lj.Hub({"store": "memory:", "account": {"bot": account}}) as hub,
        served(App(hub)) as port,
    ):
        yield hub, Client(port, "")


def new_message(**message: Any) -> dict[str, Any]:
    return {
        "event": "new_message",
        "chat_id": 4211,
        "visitor": {"id": "v-9", "fields": FIELDS},
        "message": {"id": "m-1", **message},
    }


def to_platform(client: Client, body: Any, token: str = TOKEN) -> Answered:
    return client.send(Call(f"/bot/{token}/bot_api_webhook", json.dumps(body).encode()))


# ---- End channel to platform ----


def test_the_platform_takes_a_text_a_file_and_a_press():
    with platform_side() as (hub, client):
        for body in (
            new_message(kind="visitor", text="hello"),
            new_message(kind="file_visitor", data=FILE),
            new_message(kind="keyboard_response", data={"button": {"id": "b1", "text": "Yes"}}),
        ):
            body["message"]["id"] = body["message"]["kind"]
            answer = to_platform(client, body)
            assert (answer.status, answer.body) == (200, b"{}")
        conv = hub["bot:live:4211"]
        events = [item.event for item in conv.transcript().result(5)]
        user = conv.state().result(5).user
    text, file, press = (event.content[0] for event in events)
    assert text == lj.Text("hello")
    assert isinstance(file, lj.File)
    assert (file.url, file.name, file.size) == (FILE["url"], "a.pdf", 1024)
    assert press == lj.Postback(title="Yes", payload="b1")
    # What the bot's script gets of them, and the page's table of channel variables.
    views = [lj.script_view(event) for event in events]
    assert [view.text for view in views] == ["hello", f"file:file|f-1|{FILE['url']}", "Yes"]
    assert views[0].variables == {
        "channel_visitor_id": "v-9",
        "channel_conversation_id": "4211",
        "channel_visitor_firstname": "Robin",
        "channel_visitor_account": "robin",
        "channel_visitor_phone": "+10005550100",
        "channel_visitor_email": "robin@mail.example",
        "channel_visitor_source": "https://shop.example/",
        "channel_chat_id": "4211|omnichannel",
    }
    assert user is not None
    assert (user["id"], user["first_name"], user["phone"]) == ("v-9", "Robin", "+10005550100")


def lines_of(caplog: pytest.LogCaptureFixture, event: str) -> list[dict[str, str]]:
    parsed = [parse_line(record.getMessage()) for record in caplog.records]
    return [line[1] for line in parsed if line is not None and line[0] == event]


def test_a_file_that_is_not_ready_is_kept_told_and_shown_to_nobody(
    caplog: pytest.LogCaptureFixture,
):
    with platform_side() as (hub, client):
        data = {"id": "f-1", "state": "uploading"}
        assert to_platform(client, new_message(kind="file_visitor", data=data)).status == 200
        [item] = hub["bot:live:4211"].transcript().result(5)
        assert (item.event.kind, item.event.warnings) == (
            "unknown",
            ("file_not_ready", "id_was_number"),
        )
        assert lj.script_view(item.event).text is None
    assert [told["reason"] for told in lines_of(caplog, "event.unknown")] == ["file_not_ready"]


def without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        del body[path[-1]]

    return change


def having(value: object, *path: str) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        body[path[-1]] = value

    return change


def sent_as(kind: str) -> dict[str, Any]:
    return {
        "text": new_message(kind="visitor", text="hello"),
        "file": new_message(kind="file_visitor", data=dict(FILE)),
        "press": new_message(
            kind="keyboard_response", data={"button": {"id": "b1", "text": "Yes"}}
        ),
    }[kind]


MISSING = [
    *(("text", without(*path)) for path in (
        ("event",), ("chat_id",), ("visitor",), ("visitor", "id"), ("message",), ("message", "id"),
        ("message", "kind"), ("message", "text"),
    )),
    *(("file", without("message", "data", name)) for name in FILE),
    ("file", without("message", "data")),
    ("press", without("message", "data")),
    ("press", without("message", "data", "button")),
    ("press", without("message", "data", "button", "id")),
    ("press", without("message", "data", "button", "text")),
]  # fmt: skip
WRONG = [
    ("text", having(True, "chat_id")),
    ("text", having([], "visitor")),
    ("text", having([1], "visitor", "id")),
    ("text", having("hello", "message")),
    ("text", having({}, "message", "id")),
    ("text", having(7, "message", "text")),
    ("file", having("a.pdf", "message", "data")),
    ("press", having("Yes", "message", "data", "button")),
]
IGNORED = [
    ("text", having("typing", "event")),
    ("text", having(7, "event")),
    ("text", having("sticker", "message", "kind")),
    ("text", having("operator", "message", "kind")),
    ("text", having(7, "message", "kind")),
]


@pytest.fixture(scope="module")
def platform() -> Iterator[Client]:
    with platform_side() as (_, client):
        yield client


@pytest.mark.parametrize(("kind", "change"), MISSING)
def test_the_platform_answers_400_to_a_missing_parameter(
    platform: Client, kind: str, change: Callable[[dict[str, Any]], None]
):
    body = sent_as(kind)
    assert to_platform(platform, body).status == 200
    change(body)
    assert to_platform(platform, body).status == 400


@pytest.mark.parametrize(("kind", "change"), WRONG)
def test_the_platform_answers_500_to_a_wrong_type(
    platform: Client, kind: str, change: Callable[[dict[str, Any]], None]
):
    body = sent_as(kind)
    change(body)
    assert to_platform(platform, body).status == 500


@pytest.mark.parametrize(("kind", "change"), IGNORED)
def test_the_platform_answers_200_to_an_invalid_event_or_kind(
    kind: str, change: Callable[[dict[str, Any]], None]
):
    body = sent_as(kind)
    change(body)
    with platform_side() as (hub, client):
        assert to_platform(client, body).status == 200
        [item] = hub["bot:live:4211"].transcript().result(5)
    assert item.event.kind == "unknown"


def test_the_platform_answers_400_to_a_wrong_token_404_to_a_wrong_address_and_500_to_no_json(
    caplog: pytest.LogCaptureFixture,
):
    with platform_side() as (_, client):
        answer = to_platform(client, new_message(kind="visitor", text="hello"), token="another")
        assert (answer.status, answer.body) == (400, NO_CHANNEL)
        assert client.send(Call(f"/bot/{TOKEN}/elsewhere", b"{}")).status == 404
        assert client.send(Call(f"/bot/{TOKEN}/bot_api_webhook", b"{")).status == 500
    statuses = [told["status"] for told in lines_of(caplog, "request.refused")]
    assert statuses == ["400", "404", "500"], "the log says what was answered"


# ---- We play the channel: what we send ----


@pytest.fixture
def fake() -> Iterator[FakePlatform]:
    with FakePlatform("omnichannel") as platform:
        yield platform


@pytest.fixture
def hub(fake: FakePlatform) -> Iterator[lj.Hub]:
    settings = {"store": "memory:", "allow_networks": fake.networks, "retry_base_ms": 10}
    with lj.Hub({**settings, "account": {"line": fake.settings()}}) as opened:
        yield opened


def say(user: lj.User, content: lj.Content) -> lj.Delivery:
    delivery = user.say(content).result(5)
    delivery.sent(10).result(11)
    return delivery


def test_chat_id_and_visitor_id_are_two_things(hub: lj.Hub, fake: FakePlatform):
    for chat in (4211, "4212"):
        say(hub.user("line", "v-9", conversation=chat, first_name="Robin"), "hello")
    say(hub.user("line", "v-9"), "hello again")
    first, second, third = (request.json() for request in fake.wait(3))
    assert [body["chat_id"] for body in (first, second, third)] == [4211, 4212, "v-9"]
    assert {body["visitor"]["id"] for body in (first, second, third)} == {"v-9"}
    assert fake.received[0].path == (
        f"/connector/omnichannel/omnichannel_message/{TOKEN}/bot_api_webhook"
    )
    assert hub.user("line", "v-9", conversation=4211).conversation.ref == "line:live:4211"
    state = hub["line:live:4211"].state().result(5)
    assert state.user is not None
    assert (state.id, state.user["id"]) == ("4211", "v-9")


@pytest.mark.parametrize("store", ["memory:", "sqlite"])
def test_erasing_a_user_erases_all_conversations_of_that_visitor(
    fake: FakePlatform, tmp_path: Path, store: str
):
    where = store if store == "memory:" else f"sqlite:{tmp_path / 'handover.db'}"
    config = {"store": where, "allow_networks": fake.networks, "account": {"line": fake.settings()}}
    with lj.Hub(config) as hub:
        for visitor, chat in (("v-9", 1), ("v-9", 2), ("v-9", None), ("v-10", 3)):
            say(hub.user("line", visitor, conversation=chat), "hello")
        erased = hub.erase("line", "v-9").conversations
        assert sorted(one.ref for one in erased) == [f"line:live:{i}" for i in ("1", "2", "v-9")]
        assert [one.ref for one in hub.conversations()] == ["line:live:3"]
        assert hub.erase("line", "v-9").conversations == (), "nothing says that there was anybody"


@pytest.mark.parametrize("store", ["memory:", "sqlite"])
def test_exporting_a_user_tells_all_conversations_of_that_visitor(
    fake: FakePlatform, tmp_path: Path, store: str
):
    where = store if store == "memory:" else f"sqlite:{tmp_path / 'handover.db'}"
    config = {"store": where, "allow_networks": fake.networks, "account": {"line": fake.settings()}}
    with lj.Hub(config) as hub:
        for visitor, chat in (("v-9", 1), ("v-9", 2), ("v-9", None), ("v-10", 3), ("v-8", "v-10")):
            say(hub.user("line", visitor, conversation=chat), f"chat {chat} of {visitor}")
        text = hub.export("line", "v-9")
        lines = [json.loads(line) for line in text.splitlines()]
        assert [line["conversation"] for line in lines if "mode" in line] == [
            f"line:live:{i}" for i in ("v-9", "1", "2")
        ]
        for chat in (1, 2, None):
            assert f"chat {chat} of v-9" in text
        assert "v-10" not in text
        other = hub.export("line", "v-10")
        assert "chat 3 of v-10" in other, "the control"
        assert "of v-8" not in other, "whose chat has the id of that visitor"


@pytest.mark.parametrize("chat", ["a\x00b", "x" * 257, "~unattributed"])
def test_a_conversation_id_that_is_none_is_refused(hub: lj.Hub, chat: str):
    with pytest.raises(lj.ArgumentError) as caught:
        hub.user("line", "v-9", conversation=chat).say("hello").result(5)
    assert chat not in str(caught.value)
    assert hub.conversations() == []


AS_IT_IS = "**bold** _it_ `code` [a](https://x.example) <b>&amp; \\"


@pytest.mark.parametrize("text", [AS_IT_IS, "w" * 1001, "w" * 60_000], ids=len)
def test_a_text_passes_as_it_is_and_may_have_more_than_1000_characters(
    hub: lj.Hub, fake: FakePlatform, text: str
):
    shown: list[lj.Part] = []
    hub.sink("line")(lambda message, conv: shown.extend(message.content))
    say(hub.user("line", "4211"), text)
    [request] = fake.wait(1)
    assert request.json()["message"]["text"] == text
    assert from_bot(hub, {"kind": "operator", "text": text}).status == 200
    wait_until(lambda: shown, "the widget has it")
    assert shown == [lj.Text(text)]


def test_a_files_name_and_type_follow_from_its_address_and_are_told(
    hub: lj.Hub, fake: FakePlatform
):
    file = lj.File("https://files.example/in/my%20list.PDF?v=1#p", size=7)
    delivery = say(hub.user("line", "4211"), ["see", file])
    told = {(loss.part, loss.field, loss.what) for loss in delivery.losses}
    assert told == {(1, "vendor_id", "made_up"), (1, "name", "made_up"), (1, "mime", "made_up")}
    _, body = (request.json() for request in fake.wait(2))
    data = body["message"]["data"]
    assert data["id"] == body["message"]["id"] == delivery.id
    assert {name: data[name] for name in ("state", "name", "content_type", "size", "url")} == {
        "state": "ready",
        "name": "my list.PDF",
        "content_type": "application/pdf",
        "size": 7,
        "url": file.url,
    }


def test_a_state_other_than_ready_is_sent_as_given_and_told(hub: lj.Hub, fake: FakePlatform):
    file = lj.File(FILE["url"], name="a.pdf", mime="application/pdf", size=1, state="uploading")
    delivery = say(hub.user("line", "4211"), file)
    assert ("state", "file_not_ready") in {(x.field, x.what) for x in delivery.losses}
    [request] = fake.wait(1)
    assert request.json()["message"]["data"]["state"] == "uploading"


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (lj.File("https://files.example/a.pdf"), lj.ArgumentError),
        (lj.File("", size=5), lj.ArgumentError),
        (lj.Postback(), lj.ArgumentError),
        (lj.Choice("Pick", [lj.Option("Yes", "b1")]), lj.UnsupportedError),
    ],
)
def test_what_the_platform_would_not_take_is_refused_before_it_is_kept(
    hub: lj.Hub, fake: FakePlatform, part: lj.Part, error: type[Exception]
):
    with pytest.raises(error):
        hub.user("line", "4211").say(part).result(5)
    hub["line:live:4211"]
    assert hub.conversations() == []
    say(hub.user("line", "4211"), lj.File("https://files.example/a.pdf", size=5))  # the control
    assert len(fake.received) == 1


# ---- We play the channel: what the bot sends ----


def from_bot(hub: lj.Hub, message: dict[str, Any]) -> lj.Answer:
    body = json.dumps({"chat_id": 4211, "message": message}).encode()
    headers = (*JSON.items(), ("Authorization", f"Token {TOKEN}"))
    return hub.receive("line", method="POST", path="/send_message", headers=headers, body=body)


def test_a_keyboard_button_with_an_address_is_a_link(hub: lj.Hub):
    shown: list[lj.Part] = []
    hub.sink("line")(lambda message, conv: shown.extend(message.content))
    button = {"id": "b2", "text": "The terms", "url": "https://shop.example/terms"}
    keyboard = {"kind": "keyboard", "buttons": [[{"id": "b1", "text": "Yes"}], [button]]}
    assert from_bot(hub, keyboard).status == 200
    wait_until(lambda: shown, "the widget has it")
    [choice] = shown
    assert isinstance(choice, lj.Choice)
    assert [(one.kind, one.title, one.payload, one.url) for one in choice.options] == [
        ("postback", "Yes", "b1", None),
        ("url", "The terms", "b2", "https://shop.example/terms"),
    ]


def test_an_unknown_bot_message_is_kept_and_told_without_values(
    hub: lj.Hub, caplog: pytest.LogCaptureFixture
):
    words = "a-sticker-nobody-may-read"
    for _ in range(3):
        sticker = {"kind": "sticker", "text": words, "set": {"id": words}}
        assert from_bot(hub, sticker).status == 200
    [item, *_] = hub["line:live:4211"].transcript().result(5)
    assert item.event.kind == "unknown"
    assert isinstance(item.event.content[0], lj.UnknownPart)
    assert item.event.content[0].raw["text"] == words
    [told] = lines_of(caplog, "event.unknown")  # once a minute
    assert (told["reason"], told["members"]) == ("unknown_message_type", "kind,text,set.id")
    assert [
        record.levelname for record in caplog.records if "event.unknown" in record.getMessage()
    ] == ["WARNING"]
    assert words not in caplog.text


# ---- Configuration ----

WEBHOOK = "https://chat.example/connector/omnichannel/omnichannel_message/a%20b/bot_api_webhook"


def opened(**settings: Any) -> None:
    account = {**sample_settings("omnichannel"), **settings}
    account = {name: value for name, value in account.items() if value is not None}
    lj.Hub({"store": "memory:", "account": {"line": account}}, background=False).close()


def test_the_whole_webhook_address_is_one_setting(fake: FakePlatform):
    address = f"{fake.url}/connector/omnichannel/omnichannel_message/a%20b/bot_api_webhook"
    account = {"platform": "omnichannel", "channel_token": TOKEN, "webhook_url": address}
    config = {"store": "memory:", "allow_networks": fake.networks, "account": {"line": account}}
    with lj.Hub(config) as hub:
        say(hub.user("line", "4211"), "hello")
        assert "a%20b" not in repr(hub.urls())
    assert fake.url + fake.received[0].path == address
    opened(webhook_url=WEBHOOK + "/", webhook_token=None)


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"webhook_url": WEBHOOK}, "webhook_token"),
        (
            {"webhook_url": WEBHOOK, "webhook_token": None, "platform_base": "https://x"},
            "platform_base",
        ),
        ({"webhook_url": "https://chat.example/", "webhook_token": None}, "webhook_url"),
        ({"webhook_url": WEBHOOK + "?a=b", "webhook_token": None}, "webhook_url"),
        ({"webhook_url": "ftp" + WEBHOOK, "webhook_token": None}, "webhook_url"),
        ({"webhook_url": [WEBHOOK, WEBHOOK], "webhook_token": None}, "webhook_url"),
        ({"platform_base": WEBHOOK}, "platform_base"),
        ({"webhook_token": "a/b"}, "webhook_token"),
        ({"webhook_token": ".."}, "webhook_token"),
        ({"channel_token": "a/b", "auth_in": "url"}, "channel_token"),
        ({"channel_token": ["good", "a\nb"], "auth_in": "url"}, "channel_token"),
        ({"channel_token": " a"}, "channel_token"),
        ({"channel_token": "a\x7fb"}, "channel_token"),
        ({"transfer_token": "a "}, "transfer_token"),
    ],
)
def test_what_can_never_work_is_refused_at_load(settings: dict[str, Any], where: str):
    with pytest.raises(lj.ConfigError, match=rf"^account\.line\.{where}: ") as caught:
        opened(**settings)
    for value in settings.values():
        assert not isinstance(value, str) or len(value) < 4 or value not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"channel_token": "a/b"},
        {"webhook_url": WEBHOOK, "webhook_token": None},
        {"webhook_token": "a b"},
    ],
)
def test_what_can_work_is_taken(settings: dict[str, Any]):
    opened(**settings)


# ---- Scripts ----


def test_a_file_token_of_a_script_becomes_a_file_again():
    token = "file:image|f-1|https://files.example/a|b.png"
    file = lj.part_of_script("omnichannel", token)
    assert file == lj.File("https://files.example/a|b.png", media="image", vendor_id="f-1")
    for text in ("hello", "file:image|f-1", "file:", ""):
        assert lj.part_of_script("omnichannel", text) == lj.Text(text)
    assert lj.part_of_script("certainly", token) == lj.Text(token)
    with pytest.raises(lj.UnsupportedError):
        lj.script_view(lj.parse("certainly", b'{"from":"u","reply":"agent"}')[0])
