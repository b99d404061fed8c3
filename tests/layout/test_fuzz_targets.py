"""Each fuzz target has inputs that every run of the tests tries."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGETS = sorted(path.stem for path in (ROOT / "tests" / "fuzz").glob("*.cpp"))


def test_each_fuzz_target_has_a_corpus():
    assert len(TARGETS) >= 13
    for target in TARGETS:
        folders = [
            ROOT / "tests" / "fuzz" / "corpus" / target,
            ROOT / "tests" / "data" / target.removeprefix("parse_"),
        ]
        assert any(path.is_file() for folder in folders for path in folder.rglob("*")), target


def test_each_corpus_belongs_to_a_target():
    corpora = {path.name for path in (ROOT / "tests" / "fuzz" / "corpus").iterdir()}
    assert corpora <= set(TARGETS)
