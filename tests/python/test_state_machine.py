"""Random commands, requests, restarts and time over the bindings: whatever happens, the promises hold on every store.

The model is a hub on the memory store that never restarts. The durable stores are used through two hubs, as by two processes,
in turn and at random, and must tell the same at every step.
"""

import itertools
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import lampjack as lj
from lampjack.testing import FakePlatform, ManualClock, sample
from support.postgres_server import PostgresServer

EXAMPLES = int(os.environ.get("LJK_MACHINE_EXAMPLES", "40"))
STEPS = int(os.environ.get("LJK_MACHINE_STEPS", "50"))

pytestmark = pytest.mark.timeout(240 + 20 * EXAMPLES)

AGENTS = ("dana", "eve")
USERS = ("user-1", "user-2")
HEARD_BY = {
    "bot": {"bot"},
    "requested": {"desk", "both"},
    "agent": {"desk"},
    "returning": {"desk", "bot"},
}
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


def told(given: lj.Receipt | lj.LampjackError) -> object:
    """What two hubs must agree on: all but the ids they draw."""
    if isinstance(given, lj.Receipt):
        return (given.ref, given.state, given.epoch, given.owner, given.agent, given.status)
    return (type(given), given.code, given.message, getattr(given, "epoch", None))


class Sides:
    """The same hub twice: on the store under test, as several processes have it, and on the model."""

    def __init__(
        self, store: str, platforms: tuple[FakePlatform, FakePlatform], mute: bool
    ) -> None:
        self.clock = ManualClock()
        self._mute = mute
        self._store = store
        self._seeds = itertools.count(7)
        self._platforms = platforms
        self.model = self._open("memory:", platforms[0])
        self.tested = [self.open_tested() for _ in range(1 if store == "memory:" else 2)]

    def _open(self, store: str, platform: FakePlatform) -> lj.Hub:
        hub = lj.Hub(
            {
                "store": store,
                "account": {"shop": platform.settings(t_answer=20_000)},
                "allow_networks": platform.networks,
                "in_flight": 1,
                "log_key": "made-up-log-key",
            },
            clock=self.clock,
            seed=next(self._seeds),
            background=False,
        )
        hub.decide("shop")(lambda request: lj.Accept(mute=self._mute))
        return hub

    def open_tested(self) -> lj.Hub:
        return self._open(self._store, self._platforms[1])

    def restart(self, number: int) -> None:
        """One of the tested hubs ends, and another begins in its place."""
        if self._store != "memory:":
            self.tested[number].close()
            self.tested[number] = self.open_tested()

    def close(self) -> None:
        for hub in (self.model, *self.tested):
            hub.close()


def settle(hub: lj.Hub, platform: FakePlatform) -> None:
    """Do all that sender and timers would do at this moment: what a timer queues in one step leaves in the next."""
    quiet = 0
    while quiet < 2:
        before = len(platform.received)
        hub.step()
        while hub.stats().in_flight:
            time.sleep(0.0005)
            hub.step()
        quiet = quiet + 1 if len(platform.received) == before else 0


def now(hub: lj.Hub, user: str) -> lj.ConversationState | None:
    try:
        return hub[f"shop:live:{user}"].state().result(10)
    except lj.NotFoundError:
        return None


@dataclass
class Told:
    """All a hub tells of a conversation."""

    state: lj.ConversationState
    items: list[lj.Item]
    deliveries: list[lj.DeliveryState]

    def essence(self) -> object:
        """What two hubs must agree on: all but the ids they draw."""
        return (
            _without_ids([one.to_dict() for one in (self.state, *self.deliveries)]),
            list(map(_line_of, self.items)),
        )


def all_told(hub: lj.Hub, user: str) -> Told | None:
    conv = hub[f"shop:live:{user}"]
    try:
        state = conv.state().result(10)
    except lj.NotFoundError:
        return None
    return Told(state, conv.transcript().result(10), conv.deliveries().result(10))


def _line_of(item: lj.Item) -> tuple[Any, ...]:
    event = item.event
    what = event.to_json() if isinstance(event, lj.Event) else _without_ids(event.to_dict())
    place = (item.seq, item.epoch, item.episode, item.state, item.to, item.flags)
    return (*place, item.received_at, what)


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_ids(v) for k, v in value.items() if k not in {"id", "delivery"}}
    return [_without_ids(one) for one in value] if isinstance(value, list) else value


class Handovers(RuleBasedStateMachine):
    """Two users, two agents, hubs whose clock and senders are stepped by hand."""

    epochs = Bundle("epochs")

    def __init__(self, store: str, platforms: tuple[FakePlatform, FakePlatform]) -> None:
        super().__init__()
        self.store = store
        self.platforms = platforms

    @initialize(mute=st.booleans())
    def open(self, mute: bool) -> None:
        self.sides = Sides(self.store, self.platforms, mute)
        self.clock = self.sides.clock
        self.hub = self.sides.tested[0]
        self.number = 0
        self.highest: dict[str, int] = {}
        self.the_platform_calls("user-1", "handover_requested", True)

    def teardown(self) -> None:
        if hasattr(self, "sides"):
            self.sides.close()

    def now(self, user: str) -> lj.ConversationState | None:
        return now(self.hub, user)

    @rule(number=st.integers(0, 1))
    def another_process_goes_on(self, number: int) -> None:
        self.hub = self.sides.tested[number % len(self.sides.tested)]

    @rule(number=st.integers(0, 1))
    def a_process_restarts(self, number: int) -> None:
        place = number % len(self.sides.tested)
        self.sides.restart(place)
        self.hub = self.sides.tested[place]

    @rule(status=st.sampled_from([200, 200, 404]))
    def the_platform_answers(self, status: int) -> None:
        for platform in self.platforms:
            platform.always = (status, b"{}")

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
        assert first == self.sides.model.receive("shop", **request.arguments())
        # Both get the redelivery: an answer that silences the bot does so again, and wakes it again.
        for hub in (self.hub, self.sides.model):
            again = hub.receive("shop", **request.arguments())
            assert again == first, "a redelivery gets the first answer"

    @rule(target=epochs, user=st.sampled_from(USERS))
    def somebody_looks(self, user: str) -> int:
        state = self.now(user)
        return 0 if state is None else state.epoch

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
        modelled = getattr(self.sides.model[conv.ref], command)(*content, **options)
        assert told(given) == told(outcome(modelled))
        if before is None:
            assert isinstance(given, lj.NotFoundError)
        elif isinstance(given, lj.RefusedError):
            owner = before.owner
            assert (given.owner, given.agent) == (owner.kind, owner.agent)
            assert given.epoch == before.epoch
            assert given.code in {"not_owner", "stale_owner", "unsupported"}
            assert self.now(user) == before, "a refusal changes nothing"
        else:
            assert isinstance(given, lj.Receipt)
            assert given.epoch >= before.epoch
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
        why = conv.explain(command.rstrip("_"), agent=agent).result(10)
        content = ("words",) if command == "reply" else ()
        given = outcome(getattr(conv, command)(*content, agent=agent))
        modelled = getattr(self.sides.model[conv.ref], command)(*content, agent=agent)
        assert told(given) == told(outcome(modelled))
        assert why.allowed == isinstance(given, lj.Receipt)
        assert why.code == getattr(given, "code", "")

    @rule(seconds=st.sampled_from([1, 30, 200, 2000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        settle(self.sides.model, self.platforms[0])
        settle(self.hub, self.platforms[1])

    @invariant()
    def it_equals_the_model_and_keeps_its_promises(self) -> None:
        if not hasattr(self, "sides"):
            return
        for user in USERS:
            told, modelled = all_told(self.hub, user), all_told(self.sides.model, user)
            if told is None or modelled is None:
                assert told is modelled
                continue
            assert told.essence() == modelled.essence()
            self.one_owner_and_no_epoch_falls(user, told.state)
            self.the_log_tells_the_same_story(told)
            self.nothing_a_user_says_is_for_nobody(told)

    def one_owner_and_no_epoch_falls(self, user: str, state: lj.ConversationState) -> None:
        assert state.epoch >= self.highest.get(user, 0)
        self.highest[user] = state.epoch
        owner = state.owner
        assert owner.kind in {"bot", "agent", "nobody"}
        assert (owner.kind == "agent") == (state.state == "agent") == bool(owner.agent)
        if state.state == "bot":
            assert owner.kind == "bot"

    def nothing_a_user_says_is_for_nobody(self, told: Told) -> None:
        for item in told.items:
            event = item.event
            said = isinstance(event, lj.Message) and event.actor and event.actor.role == "user"
            if not said or "transcript" in item.flags:  # what a transcript repeats was heard before
                continue
            if item.state == "closed":
                assert (item.to, "late" in item.flags) == ("nobody", True)
            else:
                assert item.to in HEARD_BY[item.state]
                assert "bot_too" not in item.flags  # `both` says it

    def the_log_tells_the_same_story(self, told: Told) -> None:
        assert [item.seq for item in told.items] == list(range(1, len(told.items) + 1))
        epochs = [item.epoch for item in told.items]
        assert epochs == sorted(epochs)
        assert not epochs or epochs[-1] <= told.state.epoch
        changes = [item for item in told.items if isinstance(item.event, lj.OwnerChanged)]
        for earlier, later in itertools.pairwise(changes):
            assert later.event.before == earlier.event.now
            assert later.event.epoch > earlier.event.epoch or keeps_the_epoch(earlier, later)


def keeps_the_epoch(earlier: lj.Item, later: lj.Item) -> bool:
    """Two changes of owner leave the epoch, because nobody speaks before or after: T2, a request that silences the bot; and
    T12, the end of a return, whose beginning raised it.
    """
    owners = (later.event.before.kind, later.event.now.kind)
    asked = owners == ("bot", "nobody") and later.state == "requested"
    returned = owners == ("nobody", "bot") and earlier.state == "returning"
    return later.event.epoch == earlier.event.epoch and (asked or returned)


class Forgetful(Handovers):
    """The control: what a restart leaves of a store that keeps nothing."""

    @rule()
    def everything_is_forgotten(self) -> None:
        self.sides.tested[0].close()
        self.hub = self.sides.tested[0] = self.sides.open_tested()


class SteadyPlatform(FakePlatform):
    """A platform that gives one answer until it is told another."""

    always = (200, b"{}")

    def _note(self, received: Any) -> tuple[int, bytes]:
        super()._note(received)
        return self.always


class Memory:
    def empty(self) -> str:
        return "memory:"


class SqliteFiles:
    """A file for each example."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._number = 0

    def empty(self) -> str:
        self._number += 1
        return f"sqlite:{self._folder / f'{self._number}.db'}"


class PostgresTables:
    """One database whose tables are emptied before each example."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._name = server.make_database()
        lj.migrate(server.url(self._name), create=True)

    def empty(self) -> str:
        self._server.run(
            "DO $$ DECLARE one text; BEGIN FOR one IN SELECT tablename FROM pg_tables WHERE"
            " schemaname = 'public' AND tablename <> 'lampjack_schema' LOOP"
            " EXECUTE 'DELETE FROM ' || one; END LOOP; END $$",
            self._name,
        )
        return self._server.url(self._name)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def empty_store(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    if request.param == "memory":
        yield Memory().empty
    elif request.param == "sqlite":
        # Without a disk below it where there is such a place: nothing crashes here.
        shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
        with tempfile.TemporaryDirectory(dir=shared) as folder:
            yield SqliteFiles(folder).empty
    else:
        yield PostgresTables(request.getfixturevalue("postgres")).empty


@pytest.fixture
def platforms() -> Iterator[tuple[FakePlatform, FakePlatform]]:
    name = "chatlayer_offloading"
    with SteadyPlatform(name) as of_model, SteadyPlatform(name) as of_tested:
        yield of_model, of_tested


def run(machine: type[Handovers], store: Callable[[], str], platforms: Any, **more: Any) -> None:
    run_state_machine_as_test(
        lambda: machine(store(), platforms),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=EXAMPLES <= 200,  # a long run is for what the short one does not see
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            **more,
        ),
    )


def test_whatever_happens_the_promises_hold(empty_store: Callable[[], str], platforms: Any):
    run(Handovers, empty_store, platforms)


def test_a_store_that_forgets_is_found_out(platforms: Any):
    with pytest.raises(AssertionError):
        run(
            Forgetful,
            Memory().empty,
            platforms,
            phases=[Phase.generate],
            report_multiple_bugs=False,
        )
