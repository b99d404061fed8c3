"""No token, name, number or word of a visitor in logs, answers, reprs or exceptions."""

import logging
import threading

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, sample

SECRETS = ("made-up", "Secretta", "secret words", "+15550001", "visitor-9")


def handle(hub: lj.Hub, seen: list[str]) -> threading.Event:
    done = threading.Event()

    @hub.on(lj.Message, name="desk")
    def broken(item: lj.Item, conv: lj.Conversation) -> None:
        seen.append(
            repr(
                (
                    item,
                    conv,
                    item.event,
                    item.event.actor,
                    item.event.conversation,
                    item.event.content,
                )
            )
        )
        if item.attempt == 2:
            done.set()
            return
        raise RuntimeError(f"{conv.ref} said {lj.as_text(item.event.content)}")

    return done


@pytest.mark.parametrize("platform", ["chatlayer_offloading", "certainly", "omnichannel"])
def test_nothing_personal_leaves_by_a_side_door(
    platform: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
):
    seen: list[str] = []
    with FakePlatform(platform) as fake, caplog.at_level(logging.INFO):
        fake.respond = [(500, b"secret words"), (401, b"made-up secret words")]
        config = {
            "store": "memory:",
            "account": {"shop": fake.settings()},
            "allow_networks": fake.networks,
            "retry_base_ms": 10,
        }
        hub = lj.Hub(config)
        done = handle(hub, seen)
        with hub:
            if platform == "omnichannel":
                hub.user("shop", "visitor-9", first_name="Secretta", phone="+15550001").say(
                    "secret words"
                ).result(5)
            request = sample(platform, user="visitor-9", text="secret words")
            answers = [hub.receive("shop", **request.arguments())]
            answers.append(
                hub.receive(
                    "shop", **{**request.arguments(), "query": "token=made-up-wrong", "headers": ()}
                )
            )
            answers.append(
                hub.receive("shop", **{**request.arguments(), "body": request.body[:-3]})
            )
            assert done.wait(20)
            for command in (
                hub["shop:live:visitor-9"].take("Secretta", epoch=99),
                hub["shop:live:visitor-9"].notify("secret words"),
            ):
                try:
                    seen.append(repr(command.result(5)))
                except lj.LampjackError as error:
                    if not isinstance(error, lj.RefusedError):
                        seen.append(repr(error) + str(error))
            fake.wait(1)
        seen += [repr(hub), repr(answers)]
        bodies = b"".join(a.body for a in answers).decode()
    out, err = capfd.readouterr()
    for text in (caplog.text, out, err, bodies, *seen):
        for secret in SECRETS:
            assert secret not in text, text
    assert seen
