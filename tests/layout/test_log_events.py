"""The table of log events: every event is used, and every name that is used is in it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "cpp/src/engine/log_events.def"
ROW = re.compile(
    r'^LJK_LOG_EVENT\((\w+), "([^"]+)", (info|warning|error), "([^"]*)", "([^"]+\.)"\)$'
)


def rows() -> list[tuple[str, ...]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("LJK")]
    matches = [ROW.match(line) for line in lines]
    wrong = [line for line, match in zip(lines, matches, strict=True) if match is None]
    assert wrong == []
    return [match.groups() for match in matches if match]


def text_of(folder: str, suffix: str) -> str:
    return "\n".join(p.read_text("utf-8") for p in sorted((ROOT / folder).rglob(f"*{suffix}")))


def test_names_are_dotted_and_in_order():
    names = [name for _, name, *_ in rows()]
    assert names == sorted(set(names))
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in names)
    assert all(name.replace(".", "_") == identifier for identifier, name, *_ in rows())


def test_keys_are_plain_words_named_once():
    for _, name, _, keys, _ in rows():
        words = keys.split()
        assert len(set(words)) == len(words), name
        assert all(re.fullmatch(r"[a-z_]+", word) for word in words), name


def test_every_event_is_used():
    core = set(
        re.findall(r"LogEvent::(\w+)", text_of("cpp/src", ".cpp") + text_of("cpp/src", ".h"))
    )
    package = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', text_of("python/lampjack", ".py")))
    unused = [
        name for identifier, name, *_ in rows() if identifier not in core and name not in package
    ]
    assert unused == []


def test_the_package_names_only_events_of_the_table():
    known = {name for _, name, *_ in rows()}
    used = re.findall(
        r'(?:log_event\(\s*|failed_event = )"([^"]+)"', text_of("python/lampjack", ".py")
    )
    assert used
    assert set(used) <= known
