"""What a FastAPI application answers when its own routes raise the errors of the package."""

import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import lampjack as lj
from lampjack.fastapi import HandoverRouter, add_error_handlers
from lampjack.testing import sample, sample_settings

REF = "shop:live:user-1"


def answer_to(error: Exception) -> tuple[int, dict]:
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/")
    def fail() -> None:
        raise error

    answer = TestClient(app).get("/")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (lj.ArgumentError("a ref is account:mode:id"), 400),
        (lj.PayloadError("a part has no type"), 400),
        (lj.PayloadError("an id is longer than 1024 bytes", code="too_large"), 413),
        (lj.LeaseLostError("the lease has ended"), 409),
        (lj.NotFoundError("no such conversation"), 404),
        (lj.LimitError("too many"), 429),
        (lj.NetworkError("it was not sent"), 502),
        (lj.HubTimeoutError("still under way"), 504),
        (lj.StoreError("busy"), 503),
        (lj.ConflictError("changed"), 503),
        (lj.ConflictError("another command", code="key_conflict"), 409),
        (lj.HubClosedError("closed"), 503),
    ],
)
def test_each_kind_has_its_status(error: lj.LampjackError, status: int):
    got, problem = answer_to(error)
    assert (got, problem["code"], problem["detail"]) == (status, error.code, error.message)


def test_what_the_caller_cannot_mend_has_no_details(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.ERROR, "lampjack"):
        status, problem = answer_to(lj.ConfigError("account.shop is wrong"))
    assert (status, problem["code"]) == (500, "internal")
    assert "shop" not in str(problem)
    assert caplog.messages == ['request.failed error=ConfigError reason="account.shop is wrong"']


def test_other_errors_stay_what_they_were():
    with pytest.raises(KeyError):
        answer_to(KeyError("x"))


def test_a_late_agent_learns_who_owns_the_conversation():
    hub = lj.Hub(
        {"store": "memory:", "account": {"shop": sample_settings("chatlayer_offloading")}},
        background=False,
    )
    hub.decide("shop")(lambda request: lj.Accept(mute=True))
    hub.receive("shop", **sample("chatlayer_offloading", "handover_requested").arguments())
    taken = hub[REF].take("dana").result(5).receipt
    app = FastAPI()
    add_error_handlers(app)

    @app.post("/reply")
    async def reply(epoch: int) -> lj.Receipt:
        return (await hub[REF].reply("Hello", agent="kim", epoch=epoch)).receipt

    answer = TestClient(app).post("/reply", params={"epoch": taken.epoch - 1})
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["owner"], problem["agent"]) == ("agent", "dana")
    assert (problem["code"], problem["epoch"]) == ("stale_owner", taken.epoch)
    hub.close()


# ---- Accounts that nobody has ----


def hooks(prefix: str) -> tuple[lj.Hub, TestClient]:
    settings = {"shop": sample_settings("chatlayer_offloading")}
    hub = lj.Hub({"store": "memory:", "account": settings}, background=False)
    app = FastAPI()
    app.include_router(HandoverRouter(hub), prefix=prefix)

    @app.get("/hooks/mine")
    def mine() -> str:
        return "mine"

    return hub, TestClient(app)


@pytest.mark.parametrize("path", ["/hooks/shpo", "/hooks/shpo/", "/hooks/shpo/a/b"])
def test_a_mistyped_account_is_answered_and_logged_as_by_receive(
    path: str, caplog: pytest.LogCaptureFixture
):
    hub, client = hooks("/hooks")
    answer = client.post(path, content=b"{}")
    expected = hub.receive("shpo", path="/")
    assert (answer.status_code, answer.content) == (expected.status, expected.body)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert [line for line in caplog.messages if line.startswith("request.refused status=404 ")]
    hub.close()


def test_routes_of_the_application_below_the_prefix_come_first():
    hub, client = hooks("/hooks")
    assert client.get("/hooks/mine").json() == "mine"
    assert client.get("/elsewhere").json() == {"detail": "Not Found"}, "outside of the prefix"
    hub.close()


def test_without_a_prefix_what_no_account_has_is_the_applications(
    caplog: pytest.LogCaptureFixture,
):
    hub, client = hooks("")
    assert client.get("/hooks/mine").json() == "mine"
    assert client.post("/hooks/mine").status_code == 405
    assert client.post("/shpo").json() == {"detail": "Not Found"}
    assert not caplog.messages
    hub.close()
