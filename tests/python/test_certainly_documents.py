"""Every payload of Certainly's page on handover through the hub: HTTP in, HTTP out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack.asgi import App
from lampjack.testing import FakePlatform
from support.http_server import Answered, Client, served
from support.log_lines import parse_line
from support.places import Call
from support.service_process import wait_until

TOKEN = "made-up-token-of-tests"
# As the page prints it: placeholders stand for the values.
CLAIM: dict[str, Any] = {
    "attachedMedia": "url_to_the_file",
    "reply": "VarWebhook",
    "botId": "",
    "direction": "out",
    "extractedData": {},
    "lastName": "last_name taken from facebook if available",
    "sessionId": "",
    "customVariables": {},
    "from": "token",
    "firstName": "first_name taken from facebook if available",
    "to": "user_id",
    "replyData": "",
    "moduleId": "",
    "botTrainedModelId": "",
}


class Desk:
    """A hub with a desk that accepts, over real HTTP on both sides."""

    def __init__(self, hub: lj.Hub, client: Client, fake: FakePlatform) -> None:
        self.hub = hub
        self.fake = fake
        self.requests: list[lj.Item] = []
        self.asked = 0
        self._client = client
        hub.decide("shop")(self._decide)
        hub.on(lj.HandoverRequested, name="desk")(lambda item, conv: self.requests.append(item))

    def _decide(self, request: lj.DecisionRequest) -> lj.Accept:
        self.asked += 1
        return lj.Accept(mute=True)

    def post(self, path: str, body: Any) -> Answered:
        return self._client.send(Call(f"/shop{path}", json.dumps(body).encode(), f"token={TOKEN}"))

    def request(self) -> lj.Item:
        wait_until(lambda: self.requests, "the desk has the request")
        return self.requests[-1]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with FakePlatform("certainly") as fake:
        account = fake.settings(deployment_id="dep-1")
        config = {"store": "memory:", "allow_networks": fake.networks, "account": {"shop": account}}
        hub = lj.Hub(config)
        made = Desk(hub, Client(0, ""), fake)
        with hub, served(App(hub)) as port:
            made._client = Client(port, "")
            yield made


def test_the_claim_as_the_page_prints_it(desk: Desk):
    answer = desk.post("/claim", CLAIM)
    assert (answer.status, answer.body) == (200, b"{}")
    item = desk.request()
    event = item.event
    assert isinstance(event, lj.HandoverRequested)
    assert (event.conversation.id, event.actor.id) == ("user_id", "user_id")
    assert desk.asked == 1
    assert event.content == (lj.File("url_to_the_file"),)
    assert event.handover.payload == "VarWebhook"
    assert event.session == {"extractedData": {}, "customVariables": {}}
    assert event.warnings == ()
    [mute] = desk.fake.wait(1)
    assert (mute.method, mute.path) == ("GET", "/webbot/api/webchat/dep-1/handover/user_id/")


def test_the_names_are_known_after_the_claim(desk: Desk):
    desk.post("/claim", CLAIM)
    user = desk.hub["shop:live:user_id"].state().result(5).user
    assert user is not None
    assert (user["first_name"], user["last_name"]) == (CLAIM["firstName"], CLAIM["lastName"])


WEB = "webbot:77-88"


@pytest.mark.parametrize(
    ("members", "user"),
    [
        ({"direction": "out", "from": "page-token", "to": "100200300"}, "100200300"),
        ({"direction": "in", "from": "100200300", "to": "page-token"}, "100200300"),
        ({"from": "100200300", "to": "page-token"}, "100200300"),
        ({"direction": "out", "from": WEB, "to": "channel-1"}, WEB),
        ({"direction": "in", "from": "channel-1", "to": WEB}, WEB),
        ({"direction": "out", "from": "webbot:1", "to": "webbot:2"}, "webbot:2"),
        ({"direction": "in", "from": "webbot:1", "to": "webbot:2"}, "webbot:1"),
    ],
)
def test_who_the_user_is(desk: Desk, members: dict[str, Any], user: str):
    assert desk.post("/claim", {"reply": "agent", **members}).status == 200
    assert [one.id for one in desk.hub.conversations()] == [user]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"from": "", "to": None},
        {"direction": "in", "from": "", "to": "channel-1", "sessionId": "s-1"},
        {"direction": "out", "from": "page-token"},
    ],
)
def test_a_claim_that_names_no_user_is_kept_and_told(
    desk: Desk, members: dict[str, Any], caplog: pytest.LogCaptureFixture
):
    answer = desk.post("/claim", {"reply": "nobody reads this", **members})
    assert (answer.status, answer.body) == (200, b"{}")
    assert desk.hub.conversations() == []
    [item] = desk.hub["shop:live:~unattributed"].transcript().result(5)
    assert isinstance(item.event, lj.HandoverRequested)
    assert item.event.handover.payload == "nobody reads this"
    parsed = [parse_line(record.getMessage()) for record in caplog.records]
    [told] = [line[1] for line in parsed if line and line[0] == "event.unattributed"]
    assert "reply" in told["members"].split(",")
    assert "nobody reads this" not in caplog.text
    assert (desk.asked, desk.fake.received) == (0, [])


def test_the_documented_exchange_from_the_claim_to_the_return(desk: Desk):
    desk.post("/claim", {**CLAIM, "to": WEB})
    conv = desk.hub[f"shop:live:{WEB}"]
    desk.request()
    desk.fake.wait(1)
    wait_until(lambda: conv.state().result(5).muted == "yes", "the bot listens")
    frame = {"user_id": WEB, "timestamp": 1_767_607_200, "message": "hi", "attachments": []}
    body = {"interlocutor": "user", "data": {"error": None, "message": frame}}
    assert desk.post("/messages", body).status == 200
    conv.reply("Hello from Agent!", agent="dana").result(5).sent(10).result(11)
    conv.release(agent="dana").result(5)
    calls = desk.fake.wait(3)
    base = "/webbot/api/webchat/dep-1"
    assert [(call.method, call.path) for call in calls] == [
        ("GET", f"{base}/handover/webbot%3A77-88/"),
        ("POST", f"{base}/handover/webbot%3A77-88/"),
        ("GET", f"{base}/takeover/webbot%3A77-88/"),
    ]
    assert calls[1].json() == {"message": "Hello from Agent!"}
    words = [
        item
        for item in conv.transcript().result(5)
        if isinstance(item.event, lj.Message) and item.event.actor.role == "user"
    ]
    assert [(lj.as_text(item.event.content), item.to) for item in words] == [("hi", "desk")]


def test_the_addresses_to_paste_name_the_tokens_place():
    with FakePlatform("certainly") as fake:
        config = {"store": "memory:", "allow_networks": fake.networks}
        config["account"] = {"shop": fake.settings()}
        with lj.Hub(config, background=False) as hub:
            urls = [entry.url for entry in hub.urls("https://desk.example/hooks")]
        config["account"] = {"shop": fake.settings(auth="none")}
        with lj.Hub(config, background=False) as hub:
            free = [entry.url for entry in hub.urls("https://desk.example/hooks")]
    assert urls == [
        "https://desk.example/hooks/shop/claim?token=<webhook_token>",
        "https://desk.example/hooks/shop/messages?token=<webhook_token>",
    ]
    assert free == [url.partition("?")[0] for url in urls]
