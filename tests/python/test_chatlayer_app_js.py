"""The JavaScript side of a Chatlayer app against a hub of its own: the functions Chatlayer would run, over real HTTP."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack.asgi import App
from lampjack.testing import FakePlatform, sample_settings
from support.http_server import served
from support.service_process import wait_until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
]

APP = Path(lj.__file__).with_name("chatlayer_app")
TOKEN = sample_settings("chatlayer_app")["relay_token"]

# Runs one function of the app with the bundle on standard input; prints its result, or the error's class and message.
SCRIPT = """
const { messaging } = require(process.argv[1]);
class ValidationError extends Error {}
class ExpiredAuthError extends Error {}
class RefreshAuthError extends Error {}
class ResponseError extends Error {}
const sdk = {
  errors: { ValidationError, ExpiredAuthError, RefreshAuthError, ResponseError },
  async request({ url, method, headers, body }) {
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    return { status: response.status, data: await response.text() };
  },
};
const bundle = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
messaging.operation[process.argv[2]](sdk, bundle).then(
  (result) => console.log(JSON.stringify({ result })),
  (error) => console.log(JSON.stringify({ error: error.constructor.name, message: error.message })),
);
"""


class ChatlayerSide:
    """Runs the app's functions."""

    def __init__(self, port: int) -> None:
        self.auth = {"lampjack_url": f"http://127.0.0.1:{port}/app", "relay_token": TOKEN}

    def run(self, function: str, bundle: dict[str, Any], token: str = TOKEN) -> dict[str, Any]:
        done = subprocess.run(
            ["node", "-e", SCRIPT, str(APP), function],
            input=json.dumps({**bundle, "authData": {**self.auth, "relay_token": token}}).encode(),
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    account = {
        "platform": "chatlayer_app",
        "relay_token": TOKEN,
        "target_hosts": ["127.0.0.1"],
    }
    config = {"store": "memory:", "allow_networks": FakePlatform.networks}
    with lj.Hub({**config, "account": {"app": account}}) as opened:

        @opened.translate("app")
        def translate(request: dict[str, Any]) -> list[dict[str, Any]]:
            who = {"id": request["content"]["from"]}
            return [{"conversation": who, "actor": who, "content": request["content"]["text"]}]

        yield opened


@pytest.fixture
def chatlayer(hub: lj.Hub) -> Iterator[ChatlayerSide]:
    with served(App(hub)) as port:
        yield ChatlayerSide(port)


def request_bundle(content: object) -> dict[str, Any]:
    return {"request": {"content": content, "method": "POST", "query": {}, "headers": {}}}


def test_a_handover_by_way_of_the_apps_functions(hub: lj.Hub, chatlayer: ChatlayerSide):
    shown: list[str] = []
    hub.sink("app")(lambda message, conv: shown.append(lj.as_text(message.content)))
    with FakePlatform("chatlayer_app") as target:
        url = f"{target.url}/target"
        assert chatlayer.run("performSubscribe", {"targetUrl": url}) == {"result": {}}
        said = chatlayer.run("performReceive", request_bundle({"from": "u-1", "text": "grüß dich"}))
        assert [item["message"]["text"] for item in said["result"]] == ["grüß dich"]

        message = {"text_message": {"text": "I am the bot."}}
        bundle = {"inputData": {"user": {"id": "u-1"}, "messages": [message]}}
        assert chatlayer.run("performSend", bundle) == {"result": {}}
        wait_until(lambda: shown == ["I am the bot."], "the bot's words are shown")

        offload = {"inputData": {"user": {"id": "u-1"}}}
        assert chatlayer.run("performOffload", offload) == {"result": {}}
        conv = hub["app:live:u-1"]
        assert conv.state().result(5).state == "requested"
        conv.take("dana").result(5)
        # The hub calls the target; Chatlayer runs performReceive with what it was given and gets the action.
        command = target.wait(1)[0].json()
        passed_on = chatlayer.run("performReceive", request_bundle(command))
        [action] = passed_on["result"]
        assert action["action"]["data"]["handover"]["to"] == "agent"
        as_text = chatlayer.run("performReceive", request_bundle(json.dumps(command)))
        assert as_text == passed_on, "the same when Chatlayer passes it on as a text"

        assert chatlayer.run("performUnsubscribe", {"targetUrl": url}) == {"result": {}}


def test_refusals_become_the_errors_that_chatlayer_documents(chatlayer: ChatlayerSide):
    bundle = {"inputData": {"user": {"id": "u-1"}, "messages": []}}
    assert chatlayer.run("performSend", bundle, token="not-this-one")["error"] == "ExpiredAuthError"
    refused = chatlayer.run("performSend", {"inputData": {}})
    assert refused["error"] == "ValidationError"
    assert "messages" in refused["message"]
    nobody = chatlayer.run("performOffload", {"inputData": {}})
    assert nobody["error"] == "ValidationError"
