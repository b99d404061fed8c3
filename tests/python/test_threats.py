"""What the threat model of SECURITY.md says of the store's content and of senders without a token."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, ManualClock, sample, sample_settings, settle

SECRETS = ("verify_token", "api_token", "webhook_token", "channel_token", "transfer_token", "relay_token")  # fmt: skip
WORDS = "words that stand in the store"
USER = "user-1"
REF = f"shop:live:{USER}"


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


@pytest.mark.parametrize("platform", ["chatlayer_offloading", "certainly", "omnichannel", "chatlayer_app"])  # fmt: skip
def test_the_store_holds_words_and_no_token(platform: str, tmp_path: Path):
    with FakePlatform(platform) as fake:
        settings = fake.settings()
        if platform == "certainly":
            settings |= {"api_auth": "bearer", "api_token": "made-up-api-token"}
        secrets = {name: settings[name] for name in SECRETS if name in settings}
        config = {
            "store": f"sqlite:{tmp_path / 'h.db'}",
            "allow_networks": fake.networks,
            "account": {"shop": settings},
        }
        with lj.Hub(config) as hub:
            assert fake.send(hub, "shop", user=USER, text=WORDS).status == 200
            if platform in {"omnichannel", "chatlayer_app"}:
                hub.user("shop", USER).say(WORDS).result(10)
            else:
                hub[REF].take("dana").result(10)
                hub[REF].reply(WORDS, agent="dana").result(10)
            fake.wait(1)
            settle(hub)
            held = bytes_of(tmp_path)
    assert WORDS.encode() in held, "the control"
    for name, secret in secrets.items():
        assert secret.encode() not in held + bytes_of(tmp_path), name


@pytest.fixture
def hub() -> Iterator[lj.Hub]:
    settings = sample_settings("chatlayer_offloading", offload_token="optional")
    with lj.Hub({"store": "memory:", "account": {"shop": settings}}, clock=ManualClock()) as hub:
        hub.decide()(lambda request: lj.Accept())
        yield hub


def without_a_token(kind: str) -> dict[str, Any]:
    """As the page of another site sends it: a body without a type needs no preflight."""
    given = sample("chatlayer_offloading", kind, user=USER).arguments()
    return given | {"query": "", "headers": (("origin", "https://evil.example"),)}


def test_without_a_token_nothing_is_taken_but_a_request_for_a_human(hub: lj.Hub):
    assert hub.receive("shop", **without_a_token("message")).status == 401
    assert hub.conversations() == []
    answer = hub.receive("shop", **without_a_token("handover_requested"))
    assert answer.status == 200
    assert hub[REF].state().result(5).state == "requested"
    assert [name for name, _ in answer.headers if name.startswith("access-control")] == []


def test_without_a_token_a_known_conversation_may_be_named(hub: lj.Hub):
    assert (
        hub.receive("shop", **sample("chatlayer_offloading", user=USER).arguments()).status == 200
    )
    assert hub[REF].state().result(5).state == "bot"
    assert hub.receive("shop", **without_a_token("handover_requested")).status == 200
    assert hub[REF].state().result(5).state == "requested"
