"""Who may send, and how much: through Python, with a clock that stands still."""

from typing import Any

import pytest

import lampjack as lj
from lampjack.asgi import App
from lampjack.fastapi import HandoverRouter
from lampjack.testing import ManualClock, sample, sample_settings

fastapi = pytest.importorskip("fastapi")


def open_hub(settings: dict[str, Any], clock: ManualClock | None = None, **keys: Any) -> lj.Hub:
    account = sample_settings("chatlayer_offloading", **settings)
    return lj.Hub(
        {"store": "memory:", **keys, "account": {"shop": account}},
        clock=clock or ManualClock(),
        background=False,
    )


def arguments(**options: Any) -> dict[str, Any]:
    return sample("chatlayer_offloading", **options).arguments()


def anonymous(user: str, number: int) -> dict[str, Any]:
    request = sample("chatlayer_offloading", "handover_requested", user=user, number=number)
    return request.arguments() | {"query": b""}


def test_a_sender_of_another_network_is_refused():
    with open_hub({"allow_senders": ["198.51.100.0/24"]}) as hub:
        assert hub.receive("shop", **arguments(), peer="198.51.100.7").status == 200
        assert hub.receive("shop", **arguments(), peer="203.0.113.7").status == 401
        assert hub.receive("shop", **arguments()).status == 401
    with open_hub({}) as control:
        assert control.receive("shop", **arguments()).status == 200


def test_a_sender_of_another_network_is_refused_by_the_head_alone():
    head = {name: value for name, value in arguments().items() if name != "body"}
    with open_hub({"allow_senders": ["198.51.100.0/24"]}) as hub:
        refused = hub.check_head("shop", **head, peer="203.0.113.7").answer
        assert refused is not None
        assert refused.status == 401
        with hub.check_head("shop", **head, peer="198.51.100.7") as taken:
            assert taken.answer is None


@pytest.mark.parametrize("client", [("198.51.100.7", 1), ("203.0.113.7", 1), None])
@pytest.mark.parametrize("adapter", ["asgi", "fastapi"])
async def test_the_web_adapters_tell_the_address_that_their_server_knows(adapter: str, client: Any):
    hub = open_hub({"allow_senders": ["198.51.100.0/24"]})
    app: Any = App(hub)
    if adapter == "fastapi":
        app = fastapi.FastAPI()
        app.include_router(HandoverRouter(hub))
    request = sample("chatlayer_offloading")
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": "/shop",
        "raw_path": b"/shop",
        "root_path": "",
        "query_string": request.query.encode(),
        "headers": [(b"content-type", b"application/json")],
        "client": client,
        "server": ("127.0.0.1", 80),
    }
    await app(scope, receive, send)
    hub.close()
    allowed = client is not None and client[0] == "198.51.100.7"
    assert sent[0]["status"] == (200 if allowed else 401)


def test_an_account_has_limits_and_a_human_is_asked_for_beyond_them():
    with open_hub({}, account_events_limit=1, account_events_per_second=2) as hub:
        for number in range(5):  # five seconds' worth at once
            request = arguments(user=f"u{number}", number=number)
            assert hub.receive("shop", **request).status == 200
        refused = hub.receive("shop", **arguments(user="u9", number=9))
        assert refused.status == 429
        assert dict(refused.headers)["retry-after"] == "1"
        asks = sample("chatlayer_offloading", "handover_requested", user="u10").arguments()
        assert hub.receive("shop", **asks).status == 200


def test_who_has_no_token_has_limits_of_its_own():
    clock = ManualClock()
    with open_hub({"offload_token": "optional"}, clock) as hub:
        for number in range(5):
            assert hub.receive("shop", **anonymous("u1", number)).status == 200
        assert hub.receive("shop", **anonymous("u1", 5)).status == 429
        clock.advance(1)
        assert hub.receive("shop", **anonymous("u1", 5)).status == 200


def test_a_request_without_a_token_adds_nothing_to_a_known_conversation():
    with open_hub({"offload_token": "optional"}) as hub:
        hub.decide("shop")(lambda request: lj.Accept(mute=True))
        assert hub.receive("shop", **arguments(user="u1", number=1)).status == 200
        before = hub["shop:live:u1"].state().result(10)
        assert hub.receive("shop", **anonymous("u1", 2)).status == 200
        state = hub["shop:live:u1"].state().result(10)
        assert (state.state, state.muted) == ("requested", "no")
        assert state.bot == before.bot


@pytest.mark.parametrize(
    ("setting", "value"),
    [("allow_senders", ["everybody"]), ("old_tokens_until", "next week"), ("max_age", -1)],
)
def test_a_setting_that_cannot_be_read_is_a_config_error(setting: str, value: Any):
    with pytest.raises(lj.ConfigError, match=rf"account\.shop\.{setting}"):
        open_hub({setting: value})
