"""A command's key, and how a line, its delivery and its receipt name each other, in Python."""

import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import lampjack as lj
from lampjack.fastapi import add_error_handlers
from lampjack.testing import FakePlatform, ManualClock, sample, sample_settings

REF = "shop:live:user-1"


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    settings = sample_settings("chatlayer_offloading")
    clock = ManualClock()
    hub = lj.Hub({"store": "memory:", "account": {"shop": settings}}, clock=clock, background=False)
    hub.decide("shop")(lambda request: lj.Accept(mute=True))
    hub.receive("shop", **sample("chatlayer_offloading", "handover_requested").arguments())
    yield hub
    hub.close()


def test_the_same_command_again_gives_the_first_receipt(hub: lj.Hub):
    first = hub[REF].reply("Hello", agent="dana", key="k-1").result(5).receipt
    again = hub[REF].reply([lj.Text("Hello")], agent="dana", key="k-1").result(5).receipt
    assert (first.repeated, again.repeated) == (False, True)
    assert (again.delivery, again.seq) == (first.delivery, first.seq)
    assert first.delivery_id == first.delivery


def test_a_repeated_receipt_tells_the_losses_of_the_first(hub: lj.Hub):
    words = lj.Choice("Which?", [lj.Option("Call", kind="phone", phone="+31000000000")])
    first = hub[REF].reply(words, agent="dana", key="k-1").result(5)
    again = hub[REF].reply(words, agent="dana", key="k-1").result(5)
    assert again.receipt.repeated
    assert first.losses
    assert again.losses == first.losses


def test_a_release_under_a_known_key_names_its_call(hub: lj.Hub):
    hub[REF].take("dana").result(5)
    first = hub[REF].release(agent="dana", key="r-1").result(5).receipt
    again = hub[REF].release(agent="dana", key="r-1").result(5).receipt
    assert again.repeated
    assert again.delivery == first.delivery
    assert first.delivery is not None


def test_another_command_under_a_callers_key_is_a_conflict_error(hub: lj.Hub):
    hub[REF].reply("Hello", agent="dana", key="k-1").result(5)
    for other in (
        lambda: hub[REF].reply("Something else", agent="dana", key="k-1"),
        lambda: hub[REF].reply("Hello", agent="kim", key="k-1"),
        lambda: hub[REF].release(agent="dana", key="k-1"),
    ):
        with pytest.raises(lj.ConflictError) as caught:
            other().result(5)
        assert (caught.value.code, caught.value.retryable) == ("key_conflict", False)
        assert "k-1" not in str(caught.value)


def test_a_conflict_about_a_key_is_answered_with_409(hub: lj.Hub):
    app = FastAPI()
    add_error_handlers(app)

    @app.post("/reply")
    async def reply(text: str) -> lj.Receipt:
        return (await hub[REF].reply(text, agent="dana", key="k-1")).receipt

    client = TestClient(app)
    first = client.post("/reply", params={"text": "Hello"}).json()
    assert (first["repeated"], first["seq"] > 0) == (False, True)
    assert client.post("/reply", params={"text": "Hello"}).json()["repeated"] is True
    answer = client.post("/reply", params={"text": "Something else"})
    assert (answer.status_code, answer.json()["code"]) == (409, "key_conflict")


def test_a_users_words_have_keys_too():
    hub = lj.Hub(
        {"store": "memory:", "account": {"line": sample_settings("omnichannel")}}, background=False
    )
    first = hub.user("line", "4211").say("hello", key="k-1").result(5).receipt
    assert hub.user("line", "4211").say("hello", key="k-1").result(5).receipt.repeated
    with pytest.raises(lj.ConflictError):
        hub.user("line", "4211").say("something else", key="k-1").result(5)
    line = hub["line:live:4211"].transcript(after=first.seq - 1, up_to=first.seq).result(5)[0]
    assert line.delivery == first.delivery
    hub.close()


def test_a_line_names_its_delivery_and_the_delivery_its_line(hub: lj.Hub):
    receipt = hub[REF].reply("Hello", agent="dana").result(5).receipt
    lines = hub[REF].transcript().result(5)
    line = next(item for item in lines if item.seq == receipt.seq)
    assert line.delivery == receipt.delivery
    assert lj.as_text(line.event.content) == "Hello"
    state = next(one for one in hub[REF].deliveries().result(5) if one.id == receipt.delivery)
    assert state.seq == receipt.seq
    assert all(item.delivery is None for item in lines if item.seq != receipt.seq)


def test_a_transcript_up_to_an_item_holds_nothing_newer(hub: lj.Hub):
    lines = hub[REF].transcript().result(5)
    seq = lines[1].seq
    assert [item.seq for item in hub[REF].transcript(up_to=seq).result(5)] == [1, 2]
    assert hub[REF].transcript(up_to=0).result(5) == []
    hub[REF].reply("Hello", agent="dana").result(5)
    assert [item.seq for item in hub[REF].transcript(up_to=seq).result(5)] == [1, 2]


def test_the_fact_of_a_delivery_names_its_line():
    facts: list[lj.Item] = []
    told = threading.Event()
    with FakePlatform("chatlayer_offloading") as fake:
        config = {"store": "memory:", "account": {"shop": fake.settings(t_answer=20_000)}}
        hub = lj.Hub({**config, "allow_networks": fake.networks})
        hub.decide("shop")(lambda request: lj.Accept(mute=True))

        @hub.on(lj.DeliveryChanged, name="told")
        def changed(item: lj.Item, conv: lj.Conversation) -> None:
            facts.append(item)
            told.set()

        with hub:
            hub.receive("shop", **sample("chatlayer_offloading", "handover_requested").arguments())
            receipt = hub[REF].reply("Hello", agent="dana").result(5).receipt
            assert told.wait(10)
    assert isinstance(facts[0].event, lj.DeliveryChanged)
    assert (facts[0].event.delivery, facts[0].event.seq) == (receipt.delivery, receipt.seq)
    assert facts[0].event.details.seq == receipt.seq


def test_a_handler_that_runs_again_and_says_something_else_gets_the_first_receipt(
    caplog: pytest.LogCaptureFixture,
):
    receipts: list[lj.Receipt] = []
    done = threading.Event()
    with FakePlatform("chatlayer_offloading") as fake:
        config = {"store": "memory:", "item_base_ms": 10, "item_cap_ms": 10}
        account = {"shop": fake.settings(t_answer=20_000)}
        hub = lj.Hub({**config, "allow_networks": fake.networks, "account": account})
        hub.decide("shop")(lambda request: lj.Accept(mute=True))

        @hub.on(lj.HandoverRequested, name="greet")
        def greet(item: lj.Item, conv: lj.Conversation) -> None:
            receipts.append(conv.notify(f"attempt {item.attempt}").result(5).receipt)
            if item.attempt == 1:
                raise RuntimeError("after the command")
            done.set()

        with hub, caplog.at_level("WARNING", "lampjack"):
            hub.receive("shop", **sample("chatlayer_offloading", "handover_requested").arguments())
            assert done.wait(10)
    assert [one.repeated for one in receipts] == [False, True]
    assert receipts[0].delivery == receipts[1].delivery
    warned = [one for one in caplog.messages if one.startswith("handler.repeat_differs")]
    assert len(warned) == 1
    assert "subscription=greet command=notify" in warned[0]
