"""Bad input and faults, as a service meets them: its heartbeat, its tokens, one customer, and what its functions return."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import lampjack as lj
from lampjack import _subscriptions
from lampjack.testing import FakePlatform, Received, SampleRequest, sample, sample_settings
from support.finding import Lines, comes

if TYPE_CHECKING:
    from support.postgres_server import PostgresServer

REF = "a:live:user-1"


# ---- A heartbeat that cannot be written

REFUSE_FILE = """CREATE TRIGGER no_holder BEFORE INSERT ON holder
BEGIN SELECT RAISE(ABORT, 'no heartbeat'); END"""
REFUSE_SERVER = """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION 'no heartbeat'; END $$;
CREATE TRIGGER no_holder BEFORE INSERT OR UPDATE ON lampjack_holder
FOR EACH ROW EXECUTE FUNCTION refuse()"""
REFUSALS = {
    "sqlite": (REFUSE_FILE, "DROP TRIGGER no_holder"),
    "postgresql": (REFUSE_SERVER, "DROP TRIGGER no_holder ON lampjack_holder"),
}


@pytest.fixture
def sql(durable_store: str, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Runs a statement beside the hub."""
    kind, _, rest = durable_store.partition(":")

    def on_file(statement: str) -> None:
        with closing(sqlite3.connect(rest, timeout=20)) as file, file:
            file.execute(statement)

    if kind == "sqlite":
        return on_file
    server: PostgresServer = request.getfixturevalue("postgres")
    return lambda statement: server.run(statement, rest.rpartition("/")[2]) and None


def test_nothing_is_handed_out_while_the_heartbeat_cannot_be_written(
    durable_store: str, sql: Callable[[str], None], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "lampjack")
    refuse, allow = REFUSALS[durable_store.partition(":")[0]]
    account = {"a": sample_settings("certainly")}
    hub, lines = lj.Hub({"store": durable_store, "account": account}), Lines()
    hub.on(lj.Message, name="desk")(lines)
    sql(refuse)
    with hub:
        assert hub.receive("a", **sample("certainly", text="one").arguments()).status == 200
        assert comes(lambda: "heartbeat.failed" in caplog.text)
        assert hub.receive("a", **sample("certainly", text="two", number=1).arguments()).status == 200  # fmt: skip
        assert lines.texts == []
        sql(allow)  # the control: nothing else stood in the way
        assert lines.have("one", "two")
        assert comes(lambda: "heartbeat.recovered" in caplog.text)
    errors = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert [one.split()[0] for one in errors] == ["heartbeat.failed"], (
        "one error for all that leases"
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [(lj.StoreError("away"), False), (lj.LampjackError("odd"), True)],
    ids=["the core tells it", "nobody else does"],
)
def test_a_lease_that_fails_is_told_once_by_whoever_knows(
    error: Exception,
    told: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    failed = threading.Event()

    def lease(*_: object) -> None:
        failed.set()
        raise error

    monkeypatch.setattr(_subscriptions.SubscriptionConsumer, "_lease", lease)
    with lj.Hub({"store": "memory:", "account": {"a": sample_settings("certainly")}}) as hub:
        hub.on(lj.Message, name="desk")(Lines())
        hub.start()
        assert failed.wait(10)
        assert not told or comes(lambda: "lease.failed" in caplog.text)
    assert ("lease.failed" in caplog.text) is told


# ---- Tokens and customers that the platform refuses


class Vendor(FakePlatform):
    """A platform that accepts one token, and refuses some customers."""

    def __init__(self, accepts: str) -> None:
        super().__init__("chatlayer_offloading")
        self.accepts = accepts
        self.blocked: set[str] = set()
        self.said: list[str] = []

    def _note(self, received: Received) -> tuple[int, bytes]:
        super()._note(received)
        headers = {name.lower(): text for name, text in received.headers.items()}
        if headers["authorization"] != f"Bearer {self.accepts}":
            return 401, b"{}"
        if any(f"/{user}/" in received.path for user in self.blocked):
            return 403, b'{"error":"customer is blocked"}'
        self.said.append(received.body.decode())
        return 200, b"{}"


@contextmanager
def service(vendor: Vendor, store: str, token: str) -> Iterator[lj.Hub]:
    account = vendor.settings(api_token=token, t_answer=20_000)
    hub = lj.Hub({"store": store, "allow_networks": vendor.networks, "account": {"a": account}})
    hub.decide("a")(lambda request: lj.Accept(mute=True))
    with hub:
        yield hub


def statuses(hub: lj.Hub, ref: str = REF) -> list[str]:
    return [one.status for one in hub[ref].deliveries().result(5)]


def texts_of(said: list[str], texts: list[str]) -> list[str]:
    return [text for body in said for text in texts if f'"{text}"' in body]


def test_a_token_is_rolled_while_two_processes_run(durable_store: str):
    """The one with the old token pauses, the one with the new one sends at once: all, in order, once."""
    texts = [f"line {number}" for number in range(6)]
    with Vendor("old-token") as vendor, service(vendor, durable_store, "old-token") as old:
        vendor.send(old, "a", "handover_requested")
        old[REF].reply(texts[0], agent="dana").result(5).sent(20).result(25)
        vendor.accepts = "new-token"
        for text in texts[1:3]:
            old[REF].reply(text, agent="dana").result(5)
        assert comes(lambda: statuses(old) == ["sent", "paused", "paused"]), "the control"
        assert texts_of(vendor.said, texts) == texts[:1]
        with service(vendor, durable_store, "new-token") as new:
            for number, text in enumerate(texts[3:]):
                (old, new)[number % 2][REF].reply(text, agent="dana").result(5)
            assert comes(lambda: statuses(new) == ["sent"] * 6), statuses(new)
            assert texts_of(vendor.said, texts) == texts
            assert new.dead_letters() == []
            assert new.stuck() == []


def test_one_customer_whom_the_platform_refuses_stops_nobody_else(store: str):
    users = ["user-1", "user-2", "user-3"]
    with Vendor("a-token") as vendor, service(vendor, store, "a-token") as hub:
        vendor.blocked = {"user-2"}
        for user in users:
            vendor.send(hub, "a", "handover_requested", user=user)
        for user in (*users, *users):
            hub[f"a:live:{user}"].reply(f"hello {user}", agent="dana").result(5)
        for user in ("user-1", "user-3"):
            ref = f"a:live:{user}"
            assert comes(lambda ref=ref: statuses(hub, ref) == ["sent"] * 2)
        assert comes(lambda: statuses(hub, "a:live:user-2") == ["paused"] * 2)
        [stuck] = hub.stuck()
        assert (stuck.ref, list(stuck.why)) == ("a:live:user-2", ["credentials"])
        vendor.blocked = set()
        hub.resume("a")
        assert comes(lambda: statuses(hub, "a:live:user-2") == ["sent"] * 2)


@pytest.mark.parametrize(
    ("status", "answer", "became"),
    [
        (400, b'{"error":"There is no active channel for received event."}', "paused"),
        (404, b"{}", "paused"),
        (400, b'{"error":"chat_id is missing"}', "dead"),  # the control
    ],
)
def test_on_omnichannel_the_page_says_what_refuses_the_channel(
    store: str, status: int, answer: bytes, became: str
):
    with FakePlatform("omnichannel") as fake:
        account = {"a": fake.settings()}
        with lj.Hub({"store": store, "allow_networks": fake.networks, "account": account}) as hub:
            fake.respond = [(status, answer)]
            hub.user("a", "user-1").say("hello").result(5)

            def row() -> lj.DeliveryState:
                return hub[REF].deliveries().result(5)[0]

            assert comes(lambda: row().vendor_answer == answer.decode())
            assert row().status == became


# ---- What the host's functions return


def relay(hub: lj.Hub) -> lj.Answer:
    headers = sample("chatlayer_app").headers
    request = SampleRequest("POST", "/receive", "", headers, b'{"request":{"content":{}}}')
    return hub.receive("a", **request.arguments())


@pytest.fixture
def app() -> Iterator[lj.Hub]:
    account = {"a": sample_settings("chatlayer_app", t_answer=50)}
    with lj.Hub({"store": "memory:", "account": account}) as hub:
        yield hub


def requested() -> list[dict[str, Any]]:
    return [
        {"actor": {"id": "user-1"}, "content": "hello"},
        {"actor": {"id": "user-1"}, "kind": "handover_requested"},
    ]


@pytest.mark.parametrize(
    "made", [5, "hello", [5], [{"kind": "dance"}], {"actor": {"id": "user-1"}}]
)
def test_a_translation_of_a_wrong_type_is_none(
    app: lj.Hub, made: Any, caplog: pytest.LogCaptureFixture
):
    app.translate("a")(lambda request: made)
    answer = relay(app)
    assert (answer.status, answer.body) == (200, b"[]")
    assert caplog.text.count("translate.failed account=a") == 1
    with pytest.raises(lj.NotFoundError):
        app[REF].state().result(5)
