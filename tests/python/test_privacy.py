"""No token, name, number or word of a visitor in logs, answers, reprs or exceptions."""

import io
import json
import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import lampjack as lj
from lampjack.testing import FakePlatform, sample, sample_settings

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


def exported(hub: lj.Hub, user: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in hub.export("shop", user).splitlines()]


def test_what_is_kept_of_a_user_is_told_without_anything_of_another():
    with FakePlatform("certainly") as fake:
        config = {
            "store": "memory:",
            "account": {"shop": fake.settings()},
            "allow_networks": fake.networks,
        }
        with lj.Hub(config) as hub:
            for user in ("ada", "grace"):
                for kind in ("message", "handover_requested"):
                    request = sample("certainly", kind, user=user, text=f"the words of {user}")
                    assert hub.receive("shop", **request.arguments()).status == 200
                conv = hub[f"shop:live:{user}"]
                conv.take(f"agent of {user}").result(5)
                conv.reply(f"to {user}", agent=f"agent of {user}").result(5).sent(10).result(11)
            lines = exported(hub, "ada")
            control = hub.export("shop", "grace")
            assert hub.export("shop", "nobody") == ""
            with pytest.raises(lj.NotFoundError):
                hub.export("none", "ada")
    text = json.dumps(lines)
    assert "the words of ada" in text
    assert "to ada" in text
    assert "grace" not in text
    assert "the words of grace" in control
    assert all(str(line["conversation"]).endswith(":ada") for line in lines)
    assert lines[0]["state"] == "agent"
    kinds = {line["kind"] for line in lines if "seq" in line}
    assert kinds >= {"message", "handover_requested", "command", "owner_changed"}
    assert {"reply", "mute"} <= {line["delivery"]["action"] for line in lines if "delivery" in line}  # type: ignore[index]


def test_what_belongs_to_no_conversation_is_listed_apart(tmp_path: Path):
    url = f"sqlite:{tmp_path / 'handover.db'}"
    body = b'{"interlocutor":"bot","data":{"type":"text","text":"for nobody"}}'
    config = {"store": url, "account": {"shop": sample_settings("certainly")}}
    with lj.Hub(config, background=False) as hub:
        assert hub.conversations(unattributed=True) == []
        request = {**sample("certainly").arguments(), "body": body}
        assert hub.receive("shop", **request).status == 200
        assert hub.conversations() == []
        [entry] = hub.conversations(unattributed=True)
        assert (entry.ref, entry.items) == ("shop:live:~unattributed", 1)
        [item] = hub[entry.ref].transcript().result(5)
        assert lj.as_text(item.event.content) == "for nobody"
        with pytest.raises(lj.ArgumentError):
            hub.conversations("agent", unattributed=True)
    lines = io.BytesIO()
    assert lj.export(url, lines) == 2
    first, second = (json.loads(line) for line in lines.getvalue().splitlines())
    assert (first["conversation"], first["unattributed"]) == ("shop:live:~unattributed", True)
    assert "for nobody" in json.dumps(second)


def test_the_commands_tell_the_same(tmp_path: Path):
    config = tmp_path / "lampjack.toml"
    account = '[account.shop]\nplatform = "certainly"\ndeployment_id = "dep-1"\n'
    config.write_text(
        f'store = "sqlite:{tmp_path / "handover.db"}"\n{account}webhook_token = "made-up-token-of-tests"\n'
    )
    stray = b'{"interlocutor":"bot","data":{"type":"text","text":"for nobody"}}'
    with lj.Hub.from_file(config, background=False) as hub:
        for user in ("ada", "grace"):
            request = sample("certainly", user=user, text=f"the words of {user}").arguments()
            assert hub.receive("shop", **request).status == 200
        assert hub.receive("shop", **{**request, "body": stray}).status == 200
        told = hub.export("shop", "ada")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lampjack", *arguments, "--config", str(config)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    one = run("export", "--account", "shop", "--user", "ada", "-")
    assert (one.returncode, one.stdout) == (0, told)
    target = tmp_path / "ada.jsonl"
    assert run("export", "--account", "shop", "--user", "ada", str(target)).returncode == 0
    assert target.read_text() == told
    assert target.stat().st_mode & 0o077 == 0
    again = run("export", "--account", "shop", "--user", "ada", str(target))
    assert (again.returncode, target.read_text()) == (1, told), "nothing is overwritten"
    assert run("export", "--user", "ada", "-").returncode == 1
    listed = run("conversations", "--json")
    refs = sorted(one["ref"] for one in json.loads(listed.stdout))
    assert refs == ["shop:live:ada", "shop:live:grace"]
    assert run("conversations").stdout.count("bot epoch 1  1 items") == 2
    apart = run("conversations", "--unattributed")
    assert apart.stdout.startswith("shop:live:~unattributed  1 items")
    assert "for nobody" not in apart.stdout
    assert "for nobody" in run("export", "-").stdout
