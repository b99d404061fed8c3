"""Gathers the repository's own pages into one folder for Sphinx: python collect.py FOLDER."""

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY", "CHANGELOG")
EVENT = re.compile(r'LJK_LOG_EVENT\(\w+, "([^"]+)", (\w+), "([^"]*)", "([^"]+)"\)')
MODULES = ("testing", "stores", "fastapi", "asgi", "wsgi", "logs")


def python_page() -> str:
    """One automodule for the package and one for each public module that exists."""
    package = ROOT / "python" / "lampjack"
    found = [name for name in MODULES if (package / f"{name}.py").exists()]
    names = ["lampjack", *(f"lampjack.{name}" for name in found)]
    body = "".join(
        f"## `{name}`\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n"
        "   :imported-members:\n   :undoc-members:\n"
        "   :inherited-members: BaseException, dict, str\n```\n\n"
        for name in names
    )
    return f"# Python\n\n{body}"


def c_page() -> str:
    """The public C headers as they are: their comments are their documentation."""
    headers = sorted((ROOT / "cpp" / "include" / "lampjack").glob("*.h"))
    body = "".join(
        f"## `lampjack/{header.name}`\n\n```c\n{header.read_text('utf-8')}```\n\n"
        for header in headers
    )
    return f"# C\n\n{body}"


def log_page() -> str:
    """Return the events of the log as a table."""
    table = (ROOT / "cpp" / "src" / "engine" / "log_events.def").read_text("utf-8")
    rows = "".join(
        f"| `{name}` | {level} | {' '.join(f'`{key}`' for key in keys.split())} | {meaning} |\n"
        for name, level, keys, meaning in EVENT.findall(table)
    )
    return (
        "# Log events\n\nA line is `name key=value …`. A value that is not one plain word is a JSON string. A key without a value is\n"
        "left out. Names and keys do not change within a major version; new ones may be added.\n\n"
        f"| event | level | keys | meaning |\n|---|---|---|---|\n{rows}"
    )


def collect(target: Path) -> None:
    """Fill `target` with every page and an index that lists them."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "platforms").mkdir(parents=True)
    pages = [name for name in PAGES if (ROOT / f"{name}.md").exists()]
    for name in pages:
        shutil.copy(ROOT / f"{name}.md", target)
    (target / "python.md").write_text(python_page(), "utf-8")
    (target / "c.md").write_text(c_page(), "utf-8")
    (target / "log.md").write_text(log_page(), "utf-8")
    shutil.copy(ROOT / "python" / "docs" / "row-level-security.md", target)
    platforms = sorted((ROOT / "cpp" / "src" / "platforms").glob("*/README.md"))
    for page in platforms:
        shutil.copy(page, target / "platforms" / f"{page.parent.name}.md")
    listed = [
        *pages,
        "python",
        "c",
        "log",
        "row-level-security",
        *(f"platforms/{page.parent.name}" for page in platforms),
    ]
    entries = "\n".join(listed)
    index = f"# Lampjack\n\n```{{toctree}}\n:maxdepth: 2\n\n{entries}\n```\n"
    (target / "index.md").write_text(index, "utf-8")


if __name__ == "__main__":
    collect(Path(sys.argv[1]))
