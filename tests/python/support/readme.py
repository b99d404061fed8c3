"""The code that the README shows, so that tests run just that."""

import re
from pathlib import Path

__all__ = ["code_of"]

README = Path(__file__).resolve().parents[3] / "README.md"


def code_of(section: str, language: str) -> str:
    """Return the one block of that language in the section below this heading."""
    text = README.read_text("utf-8")
    _, found, rest = text.partition(f"\n### {section}\n")
    assert found, f"no section {section!r}"
    body = re.split(r"^##+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    [block] = re.findall(rf"^```{language}\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    return str(block)
