"""The command line, as a process: what it prints, where, and how it exits."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import lampjack as lj
from lampjack import _cli

CASE = Path(__file__).resolve().parents[1] / "data" / "certainly" / "user_new_frame"
CONFIG = """
store = "memory:"
[account.shop]
platform = "certainly"
webhook_token = "made-up-token-of-tests"
deployment_id = "dep-1"
[account.line]
platform = "omnichannel"
webhook_token = "made-up-token-of-tests"
channel_token = "made-up-token-of-tests"
transfer_token = "made-up-token-of-tests"
[account.site]
platform = "chatlayer_offloading"
verify_token = "made-up-token-of-tests"
"""


def run(*arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "lampjack", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)


def test_inspect_prints_one_canonical_event_a_line():
    done = run("inspect", "--platform", "certainly", "--account", "golden", str(CASE / "body.raw"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == (CASE / "expected.jsonl").read_bytes()


def test_inspect_prints_what_the_bots_script_gets():
    case = CASE.parents[1] / "omnichannel" / "user_file"
    done = run("inspect", "--platform", "omnichannel", "--script", str(case / "body.raw"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == {
        "text": "file:file|f-1|https://files.example/a.pdf",
        "variables": {
            "channel_visitor_id": "v-9",
            "channel_conversation_id": "4211",
            "channel_chat_id": "4211|omnichannel",
        },
    }
    done = run("inspect", "--platform", "certainly", "--script", str(CASE / "body.raw"))
    assert (done.returncode, done.stdout) == (1, b"")


def test_inspect_reads_standard_input():
    done = run(
        "inspect",
        "--platform",
        "certainly",
        "--query",
        "token=x",
        "-",
        stdin=(CASE / "body.raw").read_bytes(),
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["content"] == [{"type": "text", "text": "hello"}]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"interlocutor":"user"}', b'{"a":"\xff"}', b""])
def test_a_bad_payload_is_one_line_and_exit_one(body: bytes):
    done = run("inspect", "--platform", "certainly", "-", stdin=body)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"lampjack: ")
    assert done.stderr.count(b"\n") == 1


def test_a_body_that_is_not_json_is_told_with_its_place():
    printed = b'{\n  "interlocutor": "user",\n  "data": {"a": 1 "b": 2}\n}'  # a comma is missing
    done = run("inspect", "--platform", "certainly", "-", stdin=printed)
    assert done.stderr == b"lampjack: the body is not JSON (line 3, column 19)\n"
    valid = run("inspect", "--platform", "certainly", "-", stdin=b"[]")
    assert b"line" not in valid.stderr


def test_other_failures_are_one_line_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert _cli.main(["inspect", "--platform", "nobody", str(CASE / "body.raw")]) == 1
    assert _cli.main(["inspect", "--platform", "certainly", str(tmp_path / "missing")]) == 1
    assert _cli.main(["urls", "--config", str(tmp_path / "missing.toml")]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 3
    assert "certainly" in err
    with pytest.raises(SystemExit) as caught:
        _cli.main(["inspect"])
    assert caught.value.code == 2


def test_urls_prints_what_to_paste_at_each_vendor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    config = tmp_path / "lampjack.toml"
    config.write_text(CONFIG)
    assert (
        _cli.main(["urls", "--config", str(config), "--base", "https://desk.example.org/hooks/"])
        == 0
    )
    out = capsys.readouterr().out
    for address in (
        "shop/claim?token=<webhook_token>",
        "shop/messages?token=<webhook_token>",
        "line/send_message",
        "line/transfer",
    ):
        assert f"https://desk.example.org/hooks/{address}  " in out
    vendors = [line.split()[1:3] for line in out.splitlines() if line.startswith("site ")]
    assert vendors == [
        [method, "https://desk.example.org/hooks/site"] for method in ("GET", "POST")
    ]
    assert "made-up-token" not in out


def test_urls_prints_the_address_that_a_chatlayer_app_asks_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    config = tmp_path / "lampjack.toml"
    config.write_text('[account.app]\nplatform = "chatlayer_app"\nrelay_token = "env:NOT_SET"\n')
    assert _cli.main(["urls", "--config", str(config), "--base", "https://h.example.org"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.split()[:3] == ["app", "app", "https://h.example.org/app"]
    assert '"Lampjack address"' in first
    assert len(rest) == 4
    assert all("https://h.example.org/app/" in line for line in rest)


def test_a_reader_that_has_seen_enough_is_no_failure_to_tell():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "lampjack", "settings"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_urls_needs_no_secrets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    config = tmp_path / "lampjack.toml"
    config.write_text(
        CONFIG.replace(
            'webhook_token = "made-up-token-of-tests"', 'webhook_token = "env:NOT_SET_HERE"'
        ).replace('channel_token = "made-up-token-of-tests"', 'channel_token = "file:not-there"')
    )
    monkeypatch.delenv("NOT_SET_HERE", raising=False)
    assert _cli.main(["urls", "--config", str(config), "--base", "https://h.example.org"]) == 0
    assert "https://h.example.org/shop/claim?token=<webhook_token>  " in capsys.readouterr().out
    # Whoever serves needs them.
    assert _cli.main(["serve", "--config", str(config)]) == 1
    assert "NOT_SET_HERE is not set" in capsys.readouterr().err


def test_urls_needs_no_webhook_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    config = tmp_path / "lampjack.toml"
    config.write_text(
        '[account.line]\nplatform = "omnichannel"\nchannel_token = "env:NOT_SET_HERE"\n'
        'webhook_url = "env:NOT_SET_HERE"\n'
    )
    assert _cli.main(["urls", "--config", str(config), "--base", "https://h.example.org"]) == 0
    assert "https://h.example.org/line/send_message  " in capsys.readouterr().out


def test_inspect_and_urls_import_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import lampjack._cli as cli;"
        f"cli.main(['inspect','--platform','certainly',{str(CASE / 'body.raw')!r}]);"
        "third = {m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names) - set(sys.builtin_module_names);"
        "print(sorted(n for n in third if not n.startswith('_')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stderr.split() == [b"['lampjack']"]


def answer_of(address: str, body: bytes) -> bytes:
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    for _ in range(200):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read()
        except ConnectionRefusedError:
            time.sleep(0.05)
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.05)
    raise AssertionError("the server did not start")


@pytest.mark.e2e
def test_serve_answers_and_writes_no_token(tmp_path: Path):
    config = tmp_path / "lampjack.toml"
    config.write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "lampjack",
        "serve",
        "--config",
        str(config),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            address = f"http://127.0.0.1:{port}/hooks/shop/messages?token=made-up-token-of-tests"
            assert answer_of(address, (CASE / "body.raw").read_bytes()) == b"{}"
        finally:
            server.send_signal(signal.SIGTERM)
        output = server.communicate(timeout=30)[0].decode()
    assert server.returncode == 0, "to be told to end is no failure"
    assert f"http://127.0.0.1:{port}/hooks/shop/messages" in output
    assert "requests for a human are declined for site\n" in output, "the others are accepted"
    assert "Traceback" not in output
    assert "made-up-token-of-tests" not in output


@pytest.mark.e2e
def test_serve_with_several_workers_shares_one_store(tmp_path: Path, durable_store: str):
    config = tmp_path / "lampjack.toml"
    config.write_text(CONFIG.replace("memory:", durable_store))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "lampjack", "serve", "--config", str(config)]
    command += ["--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            address = f"http://127.0.0.1:{port}/hooks/shop/messages?token=made-up-token-of-tests"
            for _ in range(20):
                assert answer_of(address, (CASE / "body.raw").read_bytes()) == b"{}"
        finally:
            server.send_signal(signal.SIGTERM)
        output = server.communicate(timeout=60)[0].decode()
    assert server.returncode == 0
    assert output.count("Started server process") == 2
    assert "Traceback" not in output
    assert "made-up-token-of-tests" not in output
    with lj.Hub.from_file(config, background=False) as hub:
        assert len(hub.conversations()) == 1


def test_several_workers_on_a_store_of_one_process_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    config = tmp_path / "lampjack.toml"
    config.write_text(CONFIG)
    assert _cli.main(["serve", "--config", str(config), "--workers", "2"]) == 1
    assert "several workers need sqlite: or postgresql:" in capsys.readouterr().err
