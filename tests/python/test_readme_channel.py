"""The README's channel, against a real server and a simulated platform; and its example of a test."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, SampleRequest, sample
from support.http_server import served
from support.readme import code_of

pytestmark = pytest.mark.e2e

HOOK = "connector/omnichannel/omnichannel_message/made-up-token/bot_api_webhook"


@dataclass
class Pages:
    """The host's own web pages: what the sink was given."""

    shown: list[tuple[str, str, str]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    async def show(self, ref: str, key: str, text: str) -> None:
        await asyncio.sleep(0)
        with self.changed:
            self.shown.append((ref, key, text))
            self.changed.notify_all()

    def wait(self, count: int) -> list[tuple[str, str, str]]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.shown) >= count, 10), self.shown
            return list(self.shown)


@dataclass
class Channel:
    """The example while it is served."""

    client: httpx2.Client
    fake: FakePlatform
    pages: Pages
    hub: lj.Hub

    def post(self, account: str, request: SampleRequest) -> httpx2.Response:
        """Post a request as the platform does."""
        address = f"/hooks/{account}{request.path}"
        return self.client.post(address, content=request.body, headers=dict(request.headers))


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Channel]:
    with FakePlatform("omnichannel") as fake:
        names: dict[str, Any] = {"pages": Pages(), "__name__": "channel"}
        top = 'store = "memory:"\nallow_networks = ["127.0.0.0/8"]\n'
        (tmp_path / "lampjack.toml").write_text(top + code_of("Be the channel", "toml"))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("WEB_WEBHOOK_URL", f"{fake.url}/{HOOK}")
        for secret in ("WEB_CHANNEL_TOKEN", "WEB_TRANSFER_TOKEN", "APP_RELAY_TOKEN"):
            monkeypatch.setenv(secret, "made-up-token-of-tests")
        exec(compile(code_of("Be the channel", "python"), "channel.py", "exec"), names)
        with (
            served(names["app"]) as port,
            httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
        ):
            yield Channel(client, fake, names["pages"], names["hub"])


def test_a_user_speaks_and_sees_what_bot_and_agents_say(channel: Channel):
    said = channel.client.post("/chat/7", json={"text": "hello", "key": "k1"})
    assert (said.status_code, said.json()["owner"]) == (200, "bot")
    again = channel.client.post("/chat/7", json={"text": "hello", "key": "k1"})
    assert again.json()["repeated"] is True
    [request] = channel.fake.wait(1)
    assert request.path == f"/{HOOK}"
    assert (request.json()["message"]["text"], request.json()["visitor"]["id"]) == ("hello", "7")

    answer = channel.post("web", sample("omnichannel", user="7", text="I am a bot"))
    assert answer.status_code == 200
    assert channel.pages.wait(1)[0][::2] == ("web:live:7", "I am a bot")

    asked = channel.post("web", sample("omnichannel", "handover_requested", user="7"))
    assert asked.status_code == 200
    channel.hub["web:live:7"].reply("Dana here", agent="dana").result(5)
    shown = channel.pages.wait(2)
    assert shown[1][2] == "Dana here"
    assert len({key for _, key, _ in shown}) == 2
    lines = channel.client.get("/chat/7").json()
    assert [line[1:] for line in lines] == [
        ["user", "hello"], ["bot", "I am a bot"], ["agent", "Dana here"],
    ]  # fmt: skip
    assert channel.client.get("/chat/7", params={"after": lines[1][0]}).json() == lines[2:]
    nobody = channel.client.get("/chat/8")
    assert (nobody.status_code, nobody.json()) == (200, []), "who has not spoken yet"
    assert len(channel.fake.received) == 1, "the repeated post was not said again"


def test_what_no_sink_shows_the_page_does_not_get_either(channel: Channel):
    channel.client.post("/chat/7", json={"text": "hello"})
    channel.post("web", sample("omnichannel", "handover_requested", user="7"))
    channel.hub["web:live:7"].reply("Dana here", agent="dana").result(5)
    channel.post("web", sample("omnichannel", user="7", text="I am a bot", number=1))
    assert channel.pages.wait(1)[0][2] == "Dana here"
    lines = channel.client.get("/chat/7").json()
    assert [line[1:] for line in lines] == [["user", "hello"], ["agent", "Dana here"]]
    transcript = channel.hub["web:live:7"].transcript().result(5)
    assert ["talk_over" in item.flags for item in transcript].count(True) == 1, "it was there"


def test_what_the_apps_bot_says_is_shown_too(channel: Channel):
    answer = channel.post("app", sample("chatlayer_app", user="9", text="from the app's bot"))
    assert answer.status_code == 200
    assert channel.pages.wait(1)[0][::2] == ("app:live:9", "from the app's bot")


def test_a_chatlayer_apps_requests_are_translated(channel: Channel):
    request = sample("chatlayer_app")
    content = {"from": "9", "text": "hi"}
    body = json.dumps({"request": {"method": "POST", "content": content}}).encode()
    answer = channel.post("app", SampleRequest("POST", "/receive", "", request.headers, body))
    assert answer.status_code == 200
    [message] = answer.json()
    assert (message["user"]["id"], message["message"]["text"]) == ("9", "hi")


def test_the_example_of_a_test_passes():
    names: dict[str, Any] = {}
    code = code_of("In another framework, in scripts and in tests", "python")
    exec(compile(code, "example_test.py", "exec"), names)
    names["test_the_bot_comes_back_when_no_agent_does"]()
