"""`import lampjack` loads what reads and writes payloads; what runs a hub comes with its first use."""

import subprocess
import sys

import pytest

import lampjack as lj


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout


def test_who_parses_only_waits_for_no_event_loop():
    told = run(
        "import sys, lampjack; lampjack.parse; lampjack.Text; lampjack.AuthError\n"
        "print(*sys.modules)\n"
        "lampjack.Hub\n"
        "print(*sys.modules)\n"
    )
    before, after = (set(line.split()) for line in told.splitlines())
    assert not {"asyncio", "concurrent.futures", "lampjack._hub"} & before
    assert {"asyncio", "lampjack._hub"} <= after  # the control


@pytest.mark.parametrize(
    "code",
    [
        "from lampjack import Hub, parse, Item; print(Hub.__name__)",
        "from lampjack import *; print(Hub.__name__)",
        "import lampjack._hub, lampjack; print(lampjack.Hub.__name__)",
        "import lampjack; print(dir(lampjack)[dir(lampjack).index('Hub')])",
        "import lampjack.fastapi, lampjack; print(lampjack.Hub.__name__)",
        "import pickle; print(pickle.loads(b'clampjack\\nHub\\n.').__name__)",
    ],
)
def test_names_are_there_whichever_way_they_are_asked_for(code: str):
    assert run(code) == "Hub\n"


def test_all_public_names_are_there_and_no_others():
    assert len(set(lj.__all__)) == len(lj.__all__)
    assert all(getattr(lj, name) is not None for name in lj.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Hubs'"):
        _ = lj.Hubs  # type: ignore[attr-defined]
