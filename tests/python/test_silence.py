"""Silence is told: requests that nobody hears or decides about, a channel without a sink, a hub that was never started."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import ManualClock, sample, sample_settings


def nothing(*_: object) -> None:
    return None


class Desk:
    """One process of a service: what it is asked, and the warnings that it logs."""

    def __init__(self, store: str, caplog: pytest.LogCaptureFixture) -> None:
        accounts = {
            "shop": sample_settings("chatlayer_offloading"),
            "line": sample_settings("omnichannel"),
            "claims": sample_settings("certainly"),
        }
        self._caplog = caplog
        self.clock = ManualClock()
        self.hub = lj.Hub({"store": store, "account": accounts}, clock=self.clock, background=False)

    def ask(self, account: str, user: str = "user-1", kind: str = "handover_requested") -> None:
        platform = {
            "shop": "chatlayer_offloading", "line": "omnichannel", "claims": "certainly",
        }[account]  # fmt: skip
        request = sample(platform, kind, user=user)
        assert self.hub.receive(account, **request.arguments()).status == 200

    def told(self) -> list[str]:
        """What was logged since the last look, and what the timers have to tell now."""
        self.hub.step()
        lines = [one.getMessage() for one in self._caplog.records if one.levelno > logging.INFO]
        self._caplog.clear()
        return lines


@pytest.fixture
def desk(store: str, caplog: pytest.LogCaptureFixture) -> Iterator[Desk]:
    opened = Desk(store, caplog)
    yield opened
    opened.hub.close()


def test_no_decide_and_no_subscription_are_told_once(desk: Desk):
    assert desk.told() == [], "the samples' own secrets are long enough"
    desk.ask("shop")
    assert desk.told() == ["decide.missing account=shop", "subscription.missing account=shop"]
    desk.clock.advance(120)
    desk.ask("shop", "user-2")
    assert desk.told() == []
    desk.ask("claims")
    assert desk.told() == ["subscription.missing account=claims"], "it is accepted undecided"


def test_a_service_that_has_all_is_told_nothing(desk: Desk):
    desk.hub.decide("shop")(lambda request: lj.Accept())
    desk.hub.on(lj.HandoverRequested, to="desk", name="desk")(nothing)
    desk.hub.sink("line")(nothing)
    desk.hub.start()
    desk.ask("shop")
    desk.ask("claims")
    desk.ask("line", kind="message")
    assert [line for line in desk.told() if ".missing" in line or "hub." in line] == []


def test_a_decide_function_for_another_account_is_none(desk: Desk):
    desk.hub.decide("claims")(lambda request: lj.Accept())
    desk.ask("shop")
    assert "decide.missing account=shop" in desk.told()


def test_a_decide_function_that_fails_is_there(desk: Desk):
    @desk.hub.decide()
    def decide(request: lj.DecisionRequest) -> Any:
        raise KeyError

    desk.ask("shop")
    assert not any("decide.missing" in line for line in desk.told())


def test_a_channel_without_a_sink_is_told(desk: Desk):
    desk.ask("line", kind="message")
    assert "sink.missing account=line" in desk.told()


def test_a_hub_that_was_not_started_is_told_once(desk: Desk):
    desk.hub.decide("shop")(lambda request: lj.Accept())
    desk.hub.on(lj.HandoverRequested, to="desk", name="desk")(nothing)
    desk.ask("shop")
    assert desk.told() == ["hub.not_started account=shop", "subscription.missing account=shop"]
    desk.ask("shop", "user-2")
    asyncio.run(
        desk.hub.submit("shop", **sample("chatlayer_offloading", user="user-3").arguments())
    )
    assert desk.told() == []
    desk.ask("claims")
    assert "hub.not_started account=claims" in desk.told()
    desk.hub.start()
    desk.ask("line", kind="message")
    assert not any("hub.not_started" in line for line in desk.told())


def test_refused_requests_and_accounts_that_are_not_there_are_no_requests(desk: Desk):
    desk.hub.on(lj.HandoverRequested, to="desk", name="desk")(nothing)
    assert desk.hub.receive("shop", body=b"{}").status == 401
    assert desk.hub.receive("nobody", body=b"{}").status == 404
    assert not any("hub.not_started" in line for line in desk.told())


def test_a_process_that_only_receives_is_told_nothing_while_another_handles(
    durable_store: str, caplog: pytest.LogCaptureFixture
):
    web, worker = Desk(durable_store, caplog), Desk(durable_store, caplog)
    web.hub.decide("shop")(lambda request: lj.Accept())
    worker.hub.on(lj.HandoverRequested, to="desk", name="desk")(nothing)
    worker.hub.sink("line")(nothing)
    worker.hub.start()
    web.ask("shop")
    web.ask("line", kind="message")
    assert [line for line in web.told() if "lease" not in line] == []
    worker.hub.close()
    web.clock.advance(120)
    web.ask("shop", "user-2")
    assert [line for line in web.told() if "lease" not in line] == ["handler.missing account=shop"]
    web.hub.close()


def test_short_secrets_are_told_when_the_hub_is_opened(caplog: pytest.LogCaptureFixture):
    account = {"platform": "certainly", "webhook_token": ["sixteen--letters", "fifteen-letters"],
               "deployment_id": "d"}  # fmt: skip
    lj.Hub({"store": "memory:", "account": {"shop": account}}, background=False).close()
    assert caplog.messages == ["secret.short account=shop setting=webhook_token"]
