"""The bench harness: what it builds, measures, judges and writes."""

import subprocess
from pathlib import Path

import pytest

from harness import release


def test_a_commit_that_the_history_lacks_is_told_in_one_line():
    with pytest.raises(release.NoHistoryError, match="git fetch --unshallow") as told:
        release.release("0123456789abcdef")
    assert "\n" not in str(told.value)


def test_a_source_archive_has_no_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(release.NoHistoryError, match="a source archive has no history"):
        release.release()


def test_a_release_is_taken_from_the_history_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file.txt").write_text("first", "utf-8")
    author = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "One"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    (tmp_path / "file.txt").write_text("second", "utf-8")
    build = release.release("HEAD")
    assert build.source.is_relative_to(tmp_path / "build")
    taken = build.source / "file.txt"
    assert taken.read_text("utf-8") == "first"
    taken.write_text("kept", "utf-8")
    assert (release.release("HEAD").source / "file.txt").read_text("utf-8") == "kept"


def test_a_failed_step_shows_the_end_of_its_log_and_leaves_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    build = release.Build("release x", tmp_path, tmp_path, "x")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho made up\nexit 1\n", "utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr(release, "_build_library", lambda build, _: build.run("step", str(broken)))
    with pytest.raises(release.BuildError, match=r"(?s)step step failed.*made up"):
        _ = build.prefix
    assert not list(tmp_path.glob("*.stamp"))
