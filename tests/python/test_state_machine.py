"""Random commands, requests and time over the bindings: whatever happens, the promises hold."""

import itertools
import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

import lampjack as lj
from lampjack.testing import ManualClock, sample, sample_settings

pytestmark = pytest.mark.timeout(240)

AGENTS = ("dana", "eve")
USERS = ("user-1", "user-2")
COMMANDS = (
    "take",
    "reply",
    "release",
    "pass_",
    "extend",
    "close",
    "reopen",
    "request",
    "decline",
    "cancel",
)


def outcome(command: lj.Command) -> lj.Receipt | lj.LampjackError:
    try:
        return command.result(10).receipt
    except lj.LampjackError as error:
        return error


class Handovers(RuleBasedStateMachine):
    """Two users, two agents, one hub on the memory store whose clock and sender are stepped by hand."""

    epochs = Bundle("epochs")

    @initialize(mute=st.booleans())
    def open(self, mute: bool) -> None:
        self.clock = ManualClock()
        account = sample_settings("chatlayer_offloading", t_answer=20_000)
        self.hub = lj.Hub(
            {"store": "memory:", "account": {"shop": account}},
            clock=self.clock,
            seed=7,
            background=False,
        )
        self.hub.decide("shop")(lambda request: lj.Accept(mute=mute))
        self.number = 0
        self.highest: dict[str, int] = {}
        self.the_platform_calls("user-1", "handover_requested", True)

    def teardown(self) -> None:
        if hasattr(self, "hub"):
            self.hub.close()

    def now(self, user: str) -> dict[str, Any] | None:
        try:
            return self.hub[f"shop:live:{user}"].state().result(10)
        except lj.NotFoundError:
            return None

    @rule(
        user=st.sampled_from(USERS),
        kind=st.sampled_from(["message", "handover_requested"]),
        fresh=st.booleans(),
    )
    def the_platform_calls(self, user: str, kind: str, fresh: bool) -> None:
        self.number += fresh
        request = sample("chatlayer_offloading", kind, user=user, number=self.number)
        first = self.hub.receive("shop", **request.arguments())
        assert first.status == 200
        again = self.hub.receive("shop", **request.arguments())
        assert again == first, "a redelivery gets the first answer"

    @rule(target=epochs, user=st.sampled_from(USERS))
    def somebody_looks(self, user: str) -> int:
        state = self.now(user)
        return state["epoch"] if state else 0

    @rule(
        user=st.sampled_from(USERS),
        agent=st.sampled_from(AGENTS),
        command=st.sampled_from(COMMANDS),
        epoch=st.none() | epochs,
        force=st.booleans(),
        supervisor=st.booleans(),
    )
    def an_agent_commands(
        self, user: str, agent: str, command: str, epoch: int | None, force: bool, supervisor: bool
    ) -> None:
        options: dict[str, Any] = {"agent": agent, "epoch": epoch}
        if command in {"take", "release", "pass_", "close"}:
            options |= {"force": force, "supervisor": supervisor}
        conv = self.hub[f"shop:live:{user}"]
        before = self.now(user)
        content = ("words",) if command == "reply" else ()
        given = outcome(getattr(conv, command)(*content, **options))
        if before is None:
            assert isinstance(given, lj.NotFoundError)
        elif isinstance(given, lj.RefusedError):
            owner = before["owner"]
            assert (given.owner, given.agent) == (owner["kind"], owner.get("agent", ""))
            assert given.epoch == before["epoch"]
            assert given.code in {"not_owner", "stale_owner", "unsupported"}
            assert self.now(user) == before, "a refusal changes nothing"
        else:
            assert isinstance(given, lj.Receipt)
            assert given.epoch >= before["epoch"]
            if command == "reply":
                assert (given.owner, given.agent) == ("agent", agent)

    @rule(
        user=st.sampled_from(USERS),
        agent=st.sampled_from(AGENTS),
        command=st.sampled_from(COMMANDS),
    )
    def explanations_are_honest(self, user: str, agent: str, command: str) -> None:
        if self.now(user) is None:
            return
        conv = self.hub[f"shop:live:{user}"]
        told = conv.explain(command.rstrip("_"), agent=agent).result(10)
        content = ("words",) if command == "reply" else ()
        given = outcome(getattr(conv, command)(*content, agent=agent))
        assert told["allowed"] == isinstance(given, lj.Receipt)
        assert told.get("code") == getattr(given, "code", None)

    @rule(seconds=st.sampled_from([1, 30, 200, 2000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.hub.step()

    @invariant()
    def one_owner_and_no_epoch_falls(self) -> None:
        if not hasattr(self, "hub"):
            return
        for user in USERS:
            state = self.now(user)
            if state is None:
                continue
            assert state["epoch"] >= self.highest.get(user, 0)
            self.highest[user] = state["epoch"]
            owner = state["owner"]
            assert owner["kind"] in {"bot", "agent", "nobody"}
            assert (owner["kind"] == "agent") == (state["state"] == "agent") == ("agent" in owner)
            if state["state"] == "bot":
                assert owner["kind"] == "bot"

    @invariant()
    def the_log_tells_the_same_story(self) -> None:
        if not hasattr(self, "hub"):
            return
        for user in USERS:
            state = self.now(user)
            if state is None:
                continue
            items = self.hub[f"shop:live:{user}"].transcript().result(10)
            assert [item.seq for item in items] == list(range(1, len(items) + 1))
            epochs = [item.epoch for item in items]
            assert epochs == sorted(epochs)
            assert not epochs or epochs[-1] <= state["epoch"]
            changes = [item.event for item in items if isinstance(item.event, lj.OwnerChanged)]
            for earlier, later in itertools.pairwise(changes):
                assert later.epoch > earlier.epoch
                assert later.before == earlier.now, json.dumps([c.to_dict() for c in changes])


Handovers.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestHandovers = Handovers.TestCase
