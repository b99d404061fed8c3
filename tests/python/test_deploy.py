"""A deploy in mid-load: two versions of a service on one store, and the older one is told to go."""

import json
import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import Received, sample
from support.damage import Damage, look_for_damage
from support.desk_service import HOLD
from support.service_process import Place, uvicorn, wait_until
from support.story import HELD_MS, HELD_REPLY, damage_of, desk, finish
from support.traffic import Addresses, HoldingPlatform, Said, Traffic, call, ref_of, webhook

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

USERS = 4
ROUNDS = 4  # between two steps of the story


class Held:
    """What the first version has in its hands when it is told to go: a handler, a delivery, and later a request."""

    def __init__(self, place: Place, platform: HoldingPlatform, port: int) -> None:
        self.said = Said([HOLD], [HELD_REPLY])
        assert call(port, *webhook("handover_requested", "u", "help", 0))[0] == 200
        assert call(port, *webhook("message", "u", HOLD, 1))[0] == 200
        path = f"/desk/{ref_of('u')}/reply?key=k&text={HELD_REPLY.replace(' ', '+')}"
        assert call(port, path)[0] == 200
        assert platform.holds.wait(60)
        wait_until(lambda: self._begun(place), "the handler begins")

    @staticmethod
    def _begun(place: Place) -> bool:
        return any(line["text"] == HOLD for line in place.ledger("begun"))


def ask_for_a_decision(place: Place, port: int) -> "Future[tuple[int, bytes]]":
    """A request whose decision takes until the gate is opened."""
    request = webhook("handover_requested", f"to-{HOLD}", "help", 0)
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(call, port, *request)
    wait_until(lambda: place.ledger("deciding"), "the decision begins")
    return answer


@pytest.mark.parametrize("deploy", range(int(os.environ.get("LJK_DEPLOYS", "1"))))
def test_a_deploy_in_mid_load_costs_nothing(tmp_path: Path, durable_store: str, deploy: int):
    with desk(tmp_path, durable_store, HELD_MS) as (place, platform), uvicorn(place, 1) as old:
        held = Held(place, platform, old.port)
        addresses = Addresses(old.port)
        traffic = Traffic(addresses, USERS)
        traffic.start()
        traffic.go_on(ROUNDS)
        with uvicorn(place, 2) as new:
            addresses.add(new.port)
            traffic.go_on(ROUNDS)
            in_flight = ask_for_a_decision(place, old.port)

            old.tell(signal.SIGTERM)
            old.refuses()
            place.open("decision")
            status, body = in_flight.result(60)
            assert (status, b"true" in body) == (200, True), "what was asked before is answered"
            old.says("Waiting for application shutdown")
            place.open("handler")
            platform.release.set()
            assert old.end(30) == -signal.SIGTERM, "as uvicorn ends after an orderly shutdown"
            assert "Application shutdown complete" in old.log
            assert "Traceback" not in old.log

            traffic.go_on(ROUNDS)
            traffic.stop()
            assert any(talk.again for talk in traffic.talks), "nobody knocked at the closed door"
            said = {"u": held.said, **traffic.said()}
            finish(place, platform, said)
            new.tell(signal.SIGTERM)
            assert new.end() == -signal.SIGTERM
        assert damage_of(place, platform, said) == Damage()
        assert_both_worked(place)


def assert_both_worked(place: Place) -> None:
    handled = [line["version"] for line in place.ledger("handled")]
    assert set(handled) == {1, 2}


def test_without_a_drain_the_platform_hears_a_reply_twice(tmp_path: Path, durable_store: str):
    with desk(tmp_path, durable_store, HELD_MS) as (place, platform):
        with uvicorn(place, 1, without="drain") as old:
            held = Held(place, platform, old.port)
            old.tell(signal.SIGTERM)
            old.end()
        platform.release.set()
        with uvicorn(place, 2):
            wait_until(lambda: len(platform.heard(HELD_REPLY)) > 1, "it is sent again")
        damage = damage_of(place, platform, {"u": held.said})
        assert damage == Damage(unhandled=[HOLD], sent_twice=[HELD_REPLY])


def test_without_storing_first_what_was_acknowledged_is_lost(tmp_path: Path):
    with desk(tmp_path, f"sqlite:{tmp_path / 'handover.db'}") as (place, platform):
        said = Said()
        with uvicorn(place, 1, without="storing first") as old:
            for number in range(3):
                text = f"message {number}"
                assert call(old.port, *webhook("message", "u", text, number))[0] == 200
                said.messages.append(text)
            old.tell(signal.SIGTERM)
            old.end()
        with lj.Hub.from_file(place.config, background=False) as hub:
            hub.receive("shop", **sample("chatlayer_offloading", user="u").arguments())
        assert damage_of(place, platform, {"u": said}).lost == said.messages


def test_the_checks_see_what_comes_in_the_wrong_order(tmp_path: Path):
    with desk(tmp_path, "memory:") as (place, _):
        texts = ["reply 1", "reply 2", "reply 3"]
        sent = [Received("POST", "/", {}, json.dumps([text]).encode()) for text in texts]
        said = {"u": Said(replies=texts)}
        with lj.Hub.from_file(place.config, background=False) as hub:
            hub.receive("shop", **sample("chatlayer_offloading", user="u").arguments())
            assert look_for_damage(hub, place, sent, said) == Damage()
            wrong = look_for_damage(hub, place, [sent[0], sent[2], sent[1]], said)
            assert wrong == Damage(out_of_order=["u"])
            assert look_for_damage(hub, place, sent[:2], said) == Damage(unsent=["reply 3"])
