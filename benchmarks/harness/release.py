"""Build a commit of this repository, or the present tree, as users get it: optimised and installed.

`release()` takes the commit from the history; `present()` takes the working tree. Both are built with the
same options into `build/release-<commit>` and `build/present`, so that only the sources differ. A release is
built once, the present tree is brought up to date at each call.

    python benchmarks/harness/release.py [COMMIT | --present] [--python]

prints the paths as one JSON line. It needs only Python's standard library.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "13949c8"  # the release that the present tree is compared with
OPTIONS = (
    "-GNinja",
    "-DCMAKE_BUILD_TYPE=Release",
    "-DCMAKE_INSTALL_LIBDIR=lib",
    "-DLJK_TESTS=OFF",
    "-DLJK_DEVELOPER=OFF",
)
LOG_TAIL = 30


class BuildError(Exception):
    """A build step failed; the message names its log."""


class NoHistoryError(BuildError):
    """The commit is not there: a shallow clone or a source archive. Tests skip."""


@dataclass(frozen=True)
class Build:
    """One tree, built beside the working tree; each property builds what it returns, if it is missing."""

    name: str
    folder: Path
    source: Path
    commit: str | None  # None: the working tree, brought up to date at each first use

    @property
    def prefix(self) -> Path:
        """The installed C library: `include/lampjack/*.h`, `lib/liblampjack.so`, `lib/pkgconfig`."""
        with _lock(self.folder):
            prefix = self.folder / "prefix"
            if not self._is_stamped("library"):
                _build_library(self, prefix)
                self._stamp("library")
            return prefix

    @property
    def library(self) -> Path:
        """The shared library with the C ABI."""
        return self.prefix / "lib" / "liblampjack.so"

    @property
    def python(self) -> Path:
        """The interpreter of an environment with this tree's Python package.

        Third-party packages (fastapi, uvicorn, pytest ...) are those of `.venv`.
        """
        with _lock(self.folder):
            interpreter = self.folder / "venv" / "bin" / "python"
            if not self._is_stamped("python"):
                _build_python(self, interpreter)
                self._stamp("python")
            return interpreter

    def compile(self, output: Path, sources: Sequence[Path], flags: Sequence[str] = ()) -> Path:
        """Compile a C or C++ program against this tree's headers and shared library."""
        prefix = self.prefix
        output.parent.mkdir(parents=True, exist_ok=True)
        compiler, standard = (
            (os.environ.get("CC", "cc"), "-std=c99")
            if all(source.suffix == ".c" for source in sources)
            else (os.environ.get("CXX", "c++"), "-std=c++20")
        )
        lib = prefix / "lib"
        command = [compiler, standard, "-O2", "-g", "-DNDEBUG", f"-I{prefix / 'include'}"]
        command += [*map(str, sources), f"-L{lib}", f"-Wl,-rpath,{lib}", "-llampjack", "-pthread"]
        self.run(f"compile-{output.name}", *command, "-o", str(output), *flags)
        return output

    def run(self, log: str, *command: str) -> None:
        """Run a build step; its output goes to a log, whose end is part of the error."""
        path = self.folder / f"{log}.log"
        env = _environment(self.source)
        with path.open("wb") as out:
            status = subprocess.run(
                command, check=False, stdout=out, stderr=subprocess.STDOUT, env=env
            ).returncode
        if status != 0:
            tail = path.read_text("utf-8", "replace").splitlines()[-LOG_TAIL:]
            told = "\n".join([f"{self.name}: step {log} failed, see {path}", *tail])
            raise BuildError(told)

    def _is_stamped(self, step: str) -> bool:
        if self.commit is None:
            return (self.name, step) in _up_to_date
        stamp = self.folder / f"{step}.stamp"
        return stamp.is_file() and stamp.read_text("utf-8") == self._fingerprint(step)

    def _stamp(self, step: str) -> None:
        _up_to_date.add((self.name, step))
        (self.folder / f"{step}.stamp").write_text(self._fingerprint(step), "utf-8")

    def _fingerprint(self, step: str) -> str:
        """What a kept step depends on besides its sources."""
        builder = _builder() if step == "python" else ""
        text = repr((self.commit, OPTIONS, str(self.folder), builder))
        return hashlib.sha256(text.encode()).hexdigest()


_up_to_date: set[tuple[str, str]] = set()  # steps of the working tree that this process has done


def release(commit: str = RELEASE) -> Build:
    """Return the build of a commit; its sources are taken from the history on the first call.

    Raises `NoHistoryError` where the history does not have the commit.
    """
    full = _resolve(commit)
    folder = ROOT / "build" / f"release-{full[:7]}"
    build = Build(f"release {full[:7]}", folder, folder / "source", full)
    with _lock(folder):
        if not build._is_stamped("source"):
            _extract(build)
            build._stamp("source")
    return build


def present() -> Build:
    """Return the build of the working tree as it stands."""
    folder = ROOT / "build" / "present"
    folder.mkdir(parents=True, exist_ok=True)
    return Build("present", folder, ROOT, None)


def _git(*arguments: str) -> list[str]:
    return ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments]


def _resolve(commit: str) -> str:
    """The full id of a commit of this tree's own history."""
    wanted = f"{commit}^{{commit}}"
    try:
        told = subprocess.run(
            _git("rev-parse", "--verify", "--quiet", wanted),
            check=False,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError:
        raise NoHistoryError(
            f"commit {commit} is needed, but git is not installed: install git"
        ) from None
    if told.returncode != 0 or not (ROOT / ".git").exists():
        raise NoHistoryError(
            f"commit {commit} is not in the history of {ROOT}: "
            "run 'git fetch --unshallow' in a clone; a source archive has no history"
        )
    return told.stdout.strip()


def _extract(build: Build) -> None:
    archive = build.folder / "source.tar"
    build.source.mkdir(parents=True, exist_ok=True)
    assert build.commit is not None
    build.run("archive", *_git("archive", "--format=tar", f"--output={archive}", build.commit))
    build.run("extract", "tar", "-xf", str(archive), "-C", str(build.source))
    archive.unlink()


def _build_library(build: Build, prefix: Path) -> None:
    # As deep in the tree as the presets' folders: the cache of compilations then knows equal sources.
    tree = str(build.source / "build" / "beside")
    options = (f"-DCMAKE_INSTALL_PREFIX={prefix}", *OPTIONS, "-DLJK_PYTHON=OFF")
    build.run("configure", "cmake", "-S", str(build.source), "-B", tree, *options)
    build.run("library", "cmake", "--build", tree, "--target", "lampjack")
    for component in ("Runtime", "Development"):
        build.run("install", "cmake", "--install", tree, "--component", component)


def _build_python(build: Build, interpreter: Path) -> None:
    """Install the package as a wheel, as users do: an editable one is slower to import."""
    builder, wheels = _builder(), build.folder / "wheels"
    for old in wheels.glob("*.whl"):
        old.unlink()
    pip = (builder, "-m", "pip")
    quiet = ("--no-input", "--no-deps")
    tree = f"--config-settings=build-dir={build.source / 'build' / 'beside-python'}"
    options = (*quiet, "--no-build-isolation", tree, "-w", str(wheels))
    build.run("wheel", *pip, "wheel", *options, str(build.source))
    if not interpreter.exists():
        build.run("venv", builder, "-m", "venv", "--without-pip", str(build.folder / "venv"))
    (wheel,) = wheels.glob("*.whl")
    options = (*quiet, "--no-index", "--force-reinstall", str(wheel))
    build.run("pip-install", *pip, "--python", str(interpreter), "install", *options)
    _share_packages(builder, interpreter)


def _share_packages(builder: str, interpreter: Path) -> None:
    """Put the packages of `.venv` behind the environment's own, without their start-up hooks."""
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    shared, own = (
        subprocess.run(
            [python, "-c", where], check=True, capture_output=True, text=True
        ).stdout.strip()
        for python in (builder, str(interpreter))
    )
    Path(own, "shared_packages.pth").write_text(f"{shared}\n", "utf-8")


def _builder() -> str:
    """The interpreter with the pinned build requirements: `.venv`, which ./dev makes."""
    made = ROOT / ".venv" / "bin" / "python"
    return str(made) if made.exists() else sys.executable


def _environment(source: Path) -> dict[str, str]:
    """The caller's, with the cache of compilations that ./dev has."""
    environment = dict(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX"):
        environment.pop(name, None)
    environment.setdefault("CCACHE_DIR", str(ROOT / "build" / "ccache"))
    environment.setdefault("CCACHE_MAXSIZE", "2G")
    environment.setdefault("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 2))
    environment.update(
        CCACHE_BASEDIR=str(source),
        CCACHE_NOHASHDIR="1",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        LC_ALL="C.UTF-8",
    )
    if any(Path(place, "ccache").exists() for place in os.get_exec_path(environment)):
        environment["CMAKE_C_COMPILER_LAUNCHER"] = environment["CMAKE_CXX_COMPILER_LAUNCHER"] = (
            "ccache"
        )
    return environment


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Let one process at a time build in a folder; the system releases the lock of one that dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line names, and print where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("commit", nargs="?", default=RELEASE, help=f"default: {RELEASE}")
    parser.add_argument(
        "--present", action="store_true", help="the working tree instead of a commit"
    )
    parser.add_argument("--python", action="store_true", help="build the Python package, too")
    options = parser.parse_args(arguments)
    try:
        build = present() if options.present else release(options.commit)
        paths = {"commit": build.commit, "source": str(build.source), "prefix": str(build.prefix)}
        if options.python:
            paths["python"] = str(build.python)
    except BuildError as error:
        print(re.sub(r"^", "lampjack: ", str(error), count=1), file=sys.stderr)
        return 3 if isinstance(error, NoHistoryError) else 1
    print(json.dumps(paths))
    return 0


if __name__ == "__main__":
    sys.exit(main())
