"""The demo: its documented requests are those of tests/data, and it ends well when nobody watches."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_documented_requests_are_the_golden_ones() -> None:
    spec = importlib.util.spec_from_file_location("collect", ROOT / "tests/collect_documented.py")
    assert spec is not None
    assert spec.loader is not None
    collect = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(collect)
    assert collect.TARGET.read_text() == collect.as_text(), (
        "run tests/collect_documented.py --write"
    )


@pytest.mark.e2e
def test_demo_ends_by_itself_with_every_number_right(tmp_path: Path) -> None:
    summary = tmp_path / "demo.json"
    done = subprocess.run(
        [sys.executable, "-m", "lampjack", "demo", "--json", str(summary)],
        cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == "", "what it refuses on purpose is no warning"
    found = json.loads(summary.read_text())
    assert found["wrong"] == []
    assert found["numbers"]["documented_requests"] >= 90
    assert found["numbers"]["chatlayer_stale_replies_refused"] == 1
