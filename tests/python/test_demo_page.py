"""The demo's desk page: its script runs under Node with as much of a browser as it asks for."""

import json
import re
import shutil
import subprocess
from importlib.resources import files

import pytest

PAGE = files("lampjack._demo").joinpath("desk.html").read_text("utf-8")

BROWSER = """
const made = {};
const blank = () => ({
  children: [], dataset: {}, value: "", textContent: "", className: "", scrollTop: 0, clientHeight: 100,
  get scrollHeight() { return Math.max(100, 20 * this.children.length); },
  append(...more) { this.children.push(...more); }, setAttribute() {},
  replaceChildren(...all) {
    this.children = all;
    this.scrollTop = Math.min(this.scrollTop, this.scrollHeight - this.clientHeight);
  },
});
globalThis.document = {
  getElementById: (id) => (made[id] ??= blank()), createElement: blank, querySelectorAll: () => [], forms: [{}],
};
globalThis.setInterval = (again) => { globalThis.tick = again; };
let count = 30;
globalThis.fetch = async (path) => ({ ok: true, json: async () => (path.includes("conversations")
  ? [{ ref: "shop:live:1", account: "shop", id: "1", state: "agent" }]
  : Array.from({ length: count }, (_, seq) => ({ seq, text: `line ${seq}`, role: "user" }))) });
const settle = () => new Promise((done) => setTimeout(done, 5));
const list = document.getElementById("lines");
const found = () => [list.scrollTop, list.scrollHeight];
"""

STORY = """
(async () => {
  const seen = {};
  await settle();
  document.getElementById("list").children[0].onclick();
  await settle();
  seen.opened = found();
  count = 40; tick(); await settle();
  seen.newer = found();
  list.scrollTop = 0; count = 50; tick(); await settle();
  seen.reading = found();
  console.log(JSON.stringify(seen));
})();
"""


def test_the_newest_line_is_in_view_unless_older_ones_are_read():
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    [script] = re.findall(r"<script>(.*?)</script>", PAGE, re.DOTALL)
    done = subprocess.run(
        [node, "-e", BROWSER + script + STORY],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "opened": [600, 600],
        "newer": [800, 800],
        "reading": [0, 1000],
    }


def test_the_list_scrolls_and_not_the_page():
    """A grid row, and a column of a flex box, grow with their content unless they are told not to."""
    rules = dict(re.findall(r"^ {2}(\w+) \{ (.*?) \}", PAGE, re.MULTILINE))
    assert "grid-template: minmax(0, 1fr)" in rules["body"]
    assert "min-height: 0" in rules["main"]
    assert "overflow: auto" in rules["ol"]
