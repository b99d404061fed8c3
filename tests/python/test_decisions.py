"""A decision that cannot be used is a missing one: the platform's default applies, and the request is answered and kept."""

import asyncio
import json
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import sample, sample_settings

REF = "shop:live:user-1"


@pytest.fixture
def hub() -> Any:
    config = {"store": "memory:", "account": {"shop": sample_settings("chatlayer_offloading")}}
    with lj.Hub(config) as hub:
        yield hub


def answer_of(hub: lj.Hub, in_loop: bool) -> dict[str, Any]:
    asked = sample("chatlayer_offloading", "handover_requested").arguments()
    answer = asyncio.run(hub.submit("shop", **asked)) if in_loop else hub.receive("shop", **asked)
    assert answer.status == 200
    assert hub[REF].state().result(5).state == "bot", "the request is stored, and declined"
    return json.loads(answer.body)


@pytest.mark.parametrize("in_loop", [False, True])
@pytest.mark.parametrize(
    "made", [lj.Decline(None), lj.Accept(mute="yes"), "yes", None, lj.Decline("half \udc80")]
)
def test_a_decision_of_a_wrong_type_is_the_default(
    hub: lj.Hub, made: Any, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    hub.decide("shop")(lambda request: made)
    assert answer_of(hub, in_loop)["offloadSuccess"] is False
    told = "decision.failed account=shop" in caplog.text
    assert told == (not isinstance(made, lj.Decline) or made.reason is None)


@pytest.mark.parametrize("in_loop", [False, True])
def test_what_a_decision_waits_for_may_be_cancelled(
    hub: lj.Hub, in_loop: bool, caplog: pytest.LogCaptureFixture
):
    @hub.decide("shop")
    async def decide(request: lj.DecisionRequest) -> lj.Accept:
        inner = asyncio.ensure_future(asyncio.sleep(60))
        inner.cancel()
        await inner
        return lj.Accept()

    assert answer_of(hub, in_loop)["offloadSuccess"] is False
    assert "decision.failed account=shop" in caplog.text
    assert "reason=CancelledError" in caplog.text
