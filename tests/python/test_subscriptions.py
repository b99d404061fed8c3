"""Subscriptions as operators see them, and what became of a line: in Python and on the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import ManualClock, sample, sample_settings

REF = "shop:live:user-1"


def opened(store: str = "memory:", seed: int | None = None) -> lj.Hub:
    account = {"shop": sample_settings("chatlayer_offloading")}
    hub = lj.Hub(
        {"store": store, "account": account}, clock=ManualClock(), background=False, seed=seed
    )
    hub.decide("shop")(lambda request: lj.Accept(mute=True))
    return hub


def ask(hub: lj.Hub) -> None:
    hub.receive("shop", **sample("chatlayer_offloading", "handover_requested").arguments())


def test_subscriptions_are_listed_with_what_waits():
    hub = opened()
    hub.on(lj.HandoverRequested, to="desk", name="desk", start="now")(lambda item, conv: None)
    hub._consumers.by_key["on desk"].declare()
    ask(hub)
    one = next(one for one in hub.subscriptions() if one.name == "desk")
    assert (one.kinds, one.to, one.waiting) == (("handover_requested",), "desk", 1)
    assert one.oldest_at is not None
    assert (one.served_at, one.left_behind, one.include_bot) == (None, False, False)
    assert len(one.holders) == 1
    with pytest.raises(lj.UnsupportedError):
        hub.drop_subscription("desk")
    with pytest.raises(lj.NotFoundError):
        hub.drop_subscription("nobody")
    assert repr(one) == "<Subscription name=desk waiting=1 left_behind=False>"
    hub.close()


def test_two_processes_that_ask_for_different_things_are_told(tmp_path: Path):
    store = f"sqlite:{tmp_path / 'store.db'}"
    first, second = opened(store, 1), opened(store, 2)
    first.on(lj.Message, to="desk", name="desk")(lambda item, conv: None)
    second.on(lj.Message, name="desk")(lambda item, conv: None)
    first._consumers.by_key["on desk"].declare()
    with pytest.raises(lj.ConfigError, match=r"subscription desk: the process .* than .*"):
        second._consumers.by_key["on desk"].declare()
    first.close()
    second.close()


def test_wrong_arguments_of_on_are_refused_at_once():
    hub = opened()
    with pytest.raises(lj.ArgumentError):
        hub.on(lj.Message, accounts="shop", name="x")
    with pytest.raises(lj.ArgumentError):
        hub.on(lj.Message, start="then", name="x")  # type: ignore[arg-type]
    hub.close()


def test_why_tells_what_became_of_a_line():
    hub = opened()
    hub.on(lj.Message, to="desk", name="desk")(lambda item, conv: None)
    hub._consumers.by_key["on desk"].declare()
    ask(hub)
    receipt = hub[REF].reply("Hello", agent="dana").result(5).receipt
    trace = hub.why(REF, receipt.seq)
    assert (trace.ref, trace.state, trace.epoch) == (REF, "agent", receipt.epoch)
    line = trace.lines[0]
    assert (line.seq, line.kind, line.role) == (receipt.seq, "message", "agent")
    assert [(one.subscription, one.status) for one in line.offered] == [("desk", "not_wanted")]
    assert [(one.id, one.status) for one in line.deliveries] == [(receipt.delivery, "pending")]
    assert "Hello" not in json.dumps(trace.to_dict())
    assert len(hub.why(REF, limit=2).lines) == 2
    with pytest.raises(lj.NotFoundError):
        hub.why(REF, 999)
    hub.close()


# ---- The command line ----

CONFIG = """
store = "sqlite:{path}"
[account.shop]
platform = "chatlayer_offloading"
verify_token = "env:NOT_SET_HERE"
api_token = "env:NOT_SET_HERE"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "lampjack.toml"
    path.write_text(CONFIG.format(path=tmp_path / "store.db"))
    hub = opened(f"sqlite:{tmp_path / 'store.db'}")
    hub.on(lj.Message, name="old.name")(lambda item, conv: None)
    hub._consumers.by_key["on old.name"].declare()
    ask(hub)
    hub[REF].reply("A secret", agent="dana").result(5)
    hub.close()
    return path


def run(config: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "lampjack", *arguments, "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_line_lists_and_drops_subscriptions(config: Path):
    shown = run(config, "subscriptions", "list")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("old.name  ")
    assert "asks for message" in shown.stdout
    assert "processes none" in shown.stdout
    listed = json.loads(run(config, "subscriptions", "list", "--json").stdout)
    assert [one["name"] for one in listed] == ["old.name"]
    assert json.loads(run(config, "subscriptions", "--json").stdout) == listed
    assert run(config, "subscriptions").stdout == shown.stdout
    assert run(config, "subscriptions", "drop", "old.name").stdout == "dropped old.name\n"
    assert json.loads(run(config, "subscriptions", "list", "--json").stdout) == []
    again = run(config, "subscriptions", "drop", "old.name")
    assert (again.returncode, again.stderr) == (1, "lampjack: no such subscription\n")


@pytest.mark.parametrize(
    "command", [("why", REF), ("subscriptions",), ("conversations",), ("export", "-")]
)
def test_the_command_line_makes_no_store_where_there_is_none(
    tmp_path: Path, command: tuple[str, ...]
):
    config = tmp_path / "lampjack.toml"
    config.write_text(CONFIG.format(path=tmp_path / "elsewhere.db"))
    done = run(config, *command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("lampjack: store sqlite: there is no file at that path: ")
    assert str(tmp_path / "elsewhere.db") in done.stderr
    assert os.listdir(tmp_path) == ["lampjack.toml"]


def test_the_command_line_tells_why(config: Path):
    shown = run(config, "why", REF)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"{REF}  agent, epoch ")
    assert "offered  old.name waiting: no live process has the subscription" in shown.stdout
    assert "sent     reply " in shown.stdout
    assert "secret" not in shown.stdout
    one = json.loads(run(config, "why", REF, "1", "--json").stdout)
    assert [line["seq"] for line in one["lines"]] == [1]
    wrong = run(config, "why", "shop:live:nobody")
    assert (wrong.returncode, wrong.stderr) == (
        1,
        "lampjack: no such conversation: the account has none of that id\n",
    )
