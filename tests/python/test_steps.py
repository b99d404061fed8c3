"""`hub.step()` of several threads at once, and beside the hub's own threads."""

import subprocess
import sys

import pytest

CODE = """
import sys, threading
import lampjack as lj
from lampjack.testing import sample_settings
accounts = {f"a{n}": sample_settings("chatlayer_offloading") for n in range(30)}
background, count = sys.argv[1] == "background", int(sys.argv[2])
hub = lj.Hub({"store": "memory:", "account": accounts}, background=background)
if background:
    hub.start()
def go():
    for _ in range(2000):
        hub.step()
threads = [threading.Thread(target=go) for _ in range(count)]
for one in threads: one.start()
for one in threads: one.join()
hub.close()
"""


@pytest.mark.parametrize(("how", "count"), [("alone", 1), ("alone", 4), ("background", 4)])
def test_it_does_no_harm(how: str, count: int):
    done = subprocess.run(
        [sys.executable, "-c", CODE, how, str(count)], check=False, capture_output=True, timeout=50
    )
    assert done.returncode == 0, done.stderr[-1000:]
