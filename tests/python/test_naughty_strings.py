"""515 hostile strings (big list of naughty strings) as what people say: kept and sent byte for byte, on every platform."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform

ACCOUNT = "shop"
PER_CONVERSATION = 40  # below what one conversation may say at once
FOLDERS = [*Path(__file__).resolve().parents[2].parent.glob("*/corpora/naughty-strings")]
AS_DESK = ["chatlayer_offloading", "certainly"]
AS_CHANNEL = ["omnichannel", "chatlayer_app"]


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    """The strings of which something is left when blanks are taken away: platforms refuse to send the others."""
    if not FOLDERS:
        pytest.skip("the naughty strings are not beside the project")
    everything = json.loads((FOLDERS[0] / "blns.json").read_text(encoding="utf-8"))
    assert len(everything) == 515
    return [one for one in everything if one.strip()]


def texts(value: Any) -> Iterator[str]:
    """Every string within."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def user_of(number: int) -> str:
    return f"user-{number // PER_CONVERSATION}"


def opened(fake: FakePlatform, store: str = "memory:") -> lj.Hub:
    hub = lj.Hub(
        {
            "store": store,
            "allow_networks": list(fake.networks),
            "account": {ACCOUNT: fake.settings()},
        }
    )

    @hub.decide(ACCOUNT)
    def decide(request: lj.Item) -> lj.Accept:
        return lj.Accept()

    return hub


def said(hub: lj.Hub, user: str) -> list[str]:
    items = hub[f"{ACCOUNT}:live:{user}"].transcript(limit=1000).result(10)
    return [text for item in items if item.event for text in texts(item.event.to_dict())]


@pytest.mark.parametrize("platform", [*AS_DESK, *AS_CHANNEL])
def test_what_a_platform_sends_is_kept(platform: str, naughty: list[str], tmp_path: Path) -> None:
    with (
        FakePlatform(platform) as fake,
        opened(fake, f"sqlite:{tmp_path / 'handover.db'}") as hub,
    ):

        def status(number: int) -> int:
            text = naughty[number]
            return fake.send(hub, ACCOUNT, user=user_of(number), text=text, number=number).status

        with ThreadPoolExecutor(32) as threads:  # so that they share commits
            assert set(threads.map(status, range(len(naughty)))) == {200}
        kept = {user: said(hub, user) for user in {user_of(n) for n in range(len(naughty))}}
        missing = [n for n, text in enumerate(naughty) if text not in kept[user_of(n)]]
        assert not missing, f"{platform} does not keep the strings with these numbers"


@pytest.mark.parametrize("platform", AS_DESK)
def test_what_an_agent_replies_is_sent(platform: str, naughty: list[str]) -> None:
    with FakePlatform(platform) as fake, opened(fake) as hub:
        for number in range(0, len(naughty), PER_CONVERSATION):
            assert fake.send(hub, ACCOUNT, "handover_requested", user=user_of(number)).status == 200
            hub[f"{ACCOUNT}:live:{user_of(number)}"].take(agent="dana").result(10)
        receipts = {
            text: receipt_of(hub[f"{ACCOUNT}:live:{user_of(number)}"].reply(text, agent="dana"))
            for number, text in enumerate(naughty)
        }
        check_sent(fake, receipts)


@pytest.mark.parametrize("platform", AS_CHANNEL)
def test_what_a_user_says_is_sent(platform: str, naughty: list[str]) -> None:
    with FakePlatform(platform) as fake, opened(fake) as hub:
        receipts = {
            text: receipt_of(hub.user(ACCOUNT, user_of(number)).say(text))
            for number, text in enumerate(naughty)
        }
        check_sent(fake, receipts)


def receipt_of(pending: lj.Command) -> lj.Receipt | None:
    """The receipt; None for what shows nothing (of zero width, say): it is blank and refused."""
    try:
        return pending.result(10)
    except lj.ArgumentError as error:
        if "must not be blank" not in str(error):
            raise
        return None


def check_sent(fake: FakePlatform, receipts: dict[str, lj.Receipt | None]) -> None:
    taken = [text for text, receipt in receipts.items() if receipt]
    assert len(receipts) - len(taken) < 10, "only what is blank is refused"
    for receipt in receipts.values():
        if receipt:
            receipt.sent(60).result(61)
    sent = {text for one in fake.received if one.body for text in texts(json.loads(one.body))}
    missing = [number for number, text in enumerate(taken) if text not in sent]
    assert not missing, "these strings did not reach the platform"
    for one in fake.received:
        for name, value in dict(one.headers).items():
            assert name.lower() in EXPECTED_HEADERS, f"a header of its own: {name}"
            assert "\n" not in value
            assert "\r" not in value


EXPECTED_HEADERS = {
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "authorization",
    "cache-control",
    "content-type",
    "content-length",
    "idempotency-key",
    "x-api-key",
    "connection",
}


@pytest.mark.parametrize("platform", [*AS_DESK, *AS_CHANNEL])
def test_as_ids_of_users_they_are_kept_or_refused(platform: str, naughty: list[str]) -> None:
    kept = 0
    with FakePlatform(platform) as fake, opened(fake) as hub:
        for number, text in enumerate(naughty):
            answer = fake.send(hub, ACCOUNT, user=text, text=f"words {number}", number=number)
            assert answer.status in {200, 400}, (number, answer.status)
            if answer.status == 200:
                assert f"words {number}" in said(hub, text), number
                kept += 1
    assert kept > 400, "the control: most are good ids"
