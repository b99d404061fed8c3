"""The stub says what the module offers, and type checkers infer what users rely on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = Path(__file__).with_name("stubtest-allowlist.txt")
ENVIRONMENT = {**os.environ, "MYPYPATH": str(ROOT / "python")}


def run(*command: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *command],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=ENVIRONMENT,
        cwd=cwd,
    )


@pytest.mark.timeout(300)
def test_the_stub_is_the_module(tmp_path: Path):
    done = run(
        "mypy.stubtest",
        "lampjack._core",
        "--allowlist",
        str(ALLOWED),
        "--ignore-unused-allowlist",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


USE = """
import lampjack as lj

hub = lj.Hub({"store": "memory:"})
reveal_type(lj.parse("certainly", b""))  # list[lampjack._core.Event]
reveal_type(hub["a:live:1"].reply("x", agent="a").result())  # lampjack._delivery.Delivery
reveal_type(lj.Choice("Which?", ["Yes", lj.Option("No")]).options)  # tuple[lampjack._parts.Option, ...]

async def use(event: lj.Event) -> None:
    delivery = await hub["a:live:1"].notify(["x", lj.File("https://example.org/")])
    reveal_type(await delivery.sent(timeout=1))  # lampjack._delivery.Receipt
    reveal_type(await hub["a:live:1"].transcript())  # list[lampjack._items.Item]
    match event:
        case lj.HandoverRequested(handover):
            reveal_type(handover.transcript)  # tuple[lampjack._core.Event, ...]
        case lj.Message(content=[lj.Text(text), *_]):
            reveal_type(text)  # str

@hub.decide("shop")
async def decide(request: lj.DecisionRequest) -> lj.Accept:
    return lj.Accept(mute=True)

reveal_type(decide)  # def (request: lampjack._decisions.DecisionRequest) -> typing.Coroutine[Any, Any, lampjack._decisions.Accept]
"""


@pytest.mark.timeout(300)
def test_types_are_inferred(tmp_path: Path):
    source = tmp_path / "use.py"
    source.write_text(USE)
    done = run(
        "mypy", "--strict", "--no-incremental", "--python-version=3.11", str(source), cwd=tmp_path
    )
    revealed = re.findall(r'Revealed type is "(.*)"', done.stdout)
    expected = re.findall(r"reveal_type\(.*\)  # (.*)", USE)
    short = [
        text.replace("builtins.", "").replace("typing.Coroutine", "Coroutine") for text in revealed
    ]
    assert short == [text.replace("typing.Coroutine", "Coroutine") for text in expected], (
        done.stdout
    )
    assert "error" not in done.stdout
