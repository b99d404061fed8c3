"""Two services with accounts of their own on one store: neither sees, gets or loses anything of the other's."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import ManualClock, sample, sample_settings
from support.postgres_server import PostgresServer, programs

CLOCK = ManualClock()


def opened(store: str, account: str, seed: int) -> lj.Hub:
    settings = {**sample_settings("chatlayer_offloading"), "api_base": "https://platform.invalid"}
    hub = lj.Hub(
        {"store": store, "account": {account: settings}}, clock=CLOCK, background=False, seed=seed
    )
    hub.decide(account)(lambda request: lj.Accept(mute=True))
    hub.on(lj.Message, lj.HandoverRequested, name="desk.line")(lambda item, conv: None)
    hub._consumers.by_key["on desk.line"].declare()
    return hub


def ask(hub: lj.Hub, account: str) -> None:
    answer = hub.receive(
        account, **sample("chatlayer_offloading", "handover_requested").arguments()
    )
    assert answer.status == 200


@pytest.fixture
def hubs(durable_store: str) -> Iterator[tuple[lj.Hub, lj.Hub]]:
    first, second = opened(durable_store, "shop", 1), opened(durable_store, "bank", 2)
    ask(first, "shop")
    first["shop:live:user-1"].reply("a secret", agent="dana").result(5)
    yield first, second
    first.close()
    second.close()


def refused(call: Any) -> str:
    with pytest.raises(lj.NotFoundError) as caught:
        call()
    return str(caught.value)


def read(conversation: lj.Conversation, call: str) -> Any:
    return getattr(conversation, call)().result(5)


def test_two_hubs_with_disjoint_accounts_cross_in_nothing(hubs: tuple[lj.Hub, lj.Hub]):
    first, second = hubs
    (delivery, *_) = first["shop:live:user-1"].deliveries().result(5)
    assert [one.ref for one in first.conversations()] == ["shop:live:user-1"]
    assert second.conversations() == []
    assert second.conversations(limit=1) == []
    assert second.dead_letters() == []
    assert second.export_dead_letters() == ""
    assert second.dead_items("desk.line") == []
    (subscription,) = second.subscriptions()
    assert (subscription.waiting, len(subscription.holders)) == (0, 1)
    other, nobody = second["shop:live:user-1"], second["shop:live:nobody"]
    for call in ("state", "transcript", "deliveries"):
        assert refused(partial(read, other, call)) == refused(partial(read, nobody, call)), call
    assert refused(lambda: second.why("shop:live:user-1")) == refused(
        lambda: second.why("shop:live:nobody")
    )
    native = second._runtime.native
    for name in ("delivery", "retry_delivery", "discard_delivery"):
        ask_for = getattr(native, name)
        assert refused(partial(ask_for, delivery.id)) == refused(partial(ask_for, "0" * 32)), name
    assert refused(lambda: second.export("shop", "user-1"))
    assert native.next("desk.line", 0) is None
    assert first.subscriptions()[0].waiting > 0
    assert first._runtime.native.next("desk.line", 0) is not None, "the control"


def test_lists_take_accounts_of_the_hub_only(hubs: tuple[lj.Hub, lj.Hub]):
    first, _ = hubs
    assert len(first.conversations(accounts=["shop"], limit=1)) == 1
    assert first.conversations(accounts=[]) == []
    lists: list[Any] = [
        first.conversations,
        lambda **given: first.conversations(unattributed=True, **given),
        first.stuck,
        first.subscriptions,
        first.dead_letters,
        first.export_dead_letters,
        lambda **given: first.dead_items("desk.line", **given),
    ]
    for call in lists:
        call(accounts=["shop"])
        with pytest.raises(lj.ArgumentError, match="accounts"):
            call(accounts=["bank"])
        with pytest.raises(lj.ArgumentError, match="accounts"):
            call(accounts="shop")
        with pytest.raises(lj.ArgumentError, match="accounts"):
            call(accounts=5)


def test_work_of_an_account_that_no_live_hub_has_is_counted_by_name_only(durable_store: str):
    gone, here = opened(durable_store, "shop", 1), opened(durable_store, "bank", 2)
    ask(gone, "shop")
    assert here.stuck() == [], "a live hub has it"
    gone.close()
    (one,) = here.stuck()
    assert isinstance(one, lj.StuckAccount)
    assert (one.account, one.why, one.ref) == ("shop", ("no_hub",), "")
    assert one.items > 0
    assert "user-1" not in str(one.to_dict())
    assert here.stuck(accounts=["bank"]) == []
    here.close()
    with (
        lj.Hub(
            {"store": durable_store, "account": {"line": sample_settings("chatlayer_offloading")}},
            clock=CLOCK,
            background=False,
        ) as tool,
        pytest.raises(lj.UnsupportedError, match="accounts that this hub does not have"),
    ):
        tool.drop_subscription("desk.line")


def test_tools_opened_by_the_stores_address_see_all(
    hubs: tuple[lj.Hub, lj.Hub], durable_store: str, tmp_path: Path
):
    ask(hubs[1], "bank")
    lines = tmp_path / "lines"
    lj.export(durable_store, lines)
    assert "shop:live:user-1" in lines.read_text("utf-8")
    assert "bank:live:user-1" in lines.read_text("utf-8")


# ---- Row-level security ----


def psql(url: str, script: str) -> str:
    folder = programs()
    assert folder is not None
    command = [str(folder / "psql"), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", url]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def printed() -> str:
    done = subprocess.run(
        [sys.executable, "-m", "lampjack", "rls"], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_with_row_level_security_a_role_sees_its_own_accounts(postgres: PostgresServer):
    owner = postgres.url(postgres.make_database())
    lj.migrate(owner, create=True)
    script = printed()
    psql(owner, script)
    psql(owner, script)
    for account in ("shop", "bank"):
        psql(
            owner,
            f"DO $$ BEGIN CREATE ROLE {account}_service LOGIN IN ROLE lampjack_tenants; "
            f"EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            f"INSERT INTO lampjack_tenant VALUES ('{account}_service', '{account}');",
        )
    urls = {name: owner.replace("postgres@", f"{name}_service@") for name in ("shop", "bank")}
    assert urls["shop"] != owner, "the test's server is asked by another address"
    shop, bank = opened(urls["shop"], "shop", 1), opened(urls["bank"], "bank", 2)
    ask(shop, "shop")
    assert [one.ref for one in shop.conversations()] == ["shop:live:user-1"]
    assert len(shop["shop:live:user-1"].transcript().result(5)) > 0
    tables = ("conversation", "item", "known", "outbox", "queue", "timer")
    for table in tables:
        count = f"SELECT count(*) FROM lampjack_{table}"
        assert psql(urls["bank"], count) == "0", table
        assert psql(owner, count) == psql(urls["shop"], count), f"the control: {table}"
    assert psql(owner, "SELECT count(*) > 0 FROM lampjack_item") == "t"
    psql(urls["bank"], "DELETE FROM lampjack_item")
    assert psql(owner, "SELECT count(*) > 0 FROM lampjack_item") == "t", "nothing was removed"
    ask(bank, "bank")
    assert [one.ref for one in bank.conversations()] == ["bank:live:user-1"]
    shop.close()
    bank.close()
