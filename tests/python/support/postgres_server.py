"""PostgresServer: a real PostgreSQL server for tests, in a temporary folder. It ends with the test's process, however that ends."""

import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 120
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 400  # sixteen for each of eight workers, and as many of the next version
shared_buffers = 32MB
log_min_messages = warning
fsync = off  # a killed process loses nothing without it; a lost machine would
"""
# Reads until the test's end of the pipe is gone, then ends the server and takes its folder along.
WATCH = """
"$1" -D "$2/data" >>"$2/log" 2>&1 &
cat >/dev/null
kill -QUIT $!
wait
rm -rf "$2"
"""


def programs() -> Path | None:
    """Where the server's programs lie; None when it is not installed."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    needed = ("initdb", "postgres", "pg_isready", "psql")
    return next((one for one in folders if all((one / name).exists() for name in needed)), None)


def why_not() -> str:
    """Why no server can run here, with the next step; empty when one can."""
    if programs() is None:
        return "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and not _has_user("postgres"):
        return "PostgreSQL refuses to run as root, and there is no user postgres"
    return ""


def _has_user(name: str) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(name))
    return False


_RESERVED: list[socket.socket] = []


def _reserve(port: int) -> socket.socket:
    """A name in the kernel that one test program of this machine can have, until it ends."""
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        held.bind(f"\0lampjack-test-port-{port}")
    except OSError:
        held.close()
        raise
    return held


def _free_low_port() -> int:
    """A port below the range outgoing connections take theirs from."""
    for _ in range(1000):
        port = random.randrange(20000, 32000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            _RESERVED.append(_reserve(port))
            return port
    raise RuntimeError("no free port")


class PostgresServer:
    def __init__(self) -> None:
        bin_folder = programs()
        assert bin_folder is not None
        self._bin = bin_folder
        self._folder = Path(tempfile.mkdtemp(prefix="lampjack-pg-"))
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
        if os.geteuid() != 0:
            self._as = {}
        else:
            shutil.chown(self._folder, "postgres", "postgres")
        self.port = _free_low_port()
        self._databases = 0
        self._spare: list[str] = []
        self._make()
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "sh", str(self._bin / "postgres"), str(self._folder)],
            stdin=subprocess.PIPE,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the tests
            **self._as,
        )
        self._wait_until_it_answers()

    def _make(self) -> None:
        command = [str(self._bin / "initdb"), "-D", str(self._folder / "data"), "-A", "trust"]
        command += ["-U", "postgres", "--no-locale", "-E", "UTF8", "--no-sync", "--wal-segsize=4"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **self._as)
        with (self._folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(port=self.port))

    def _wait_until_it_answers(self) -> None:
        asked = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(asked, check=False).returncode != 0:
            log = self._folder / "log"
            told = log.read_text("utf-8") if log.exists() else ""
            assert self._watcher.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.02)

    def run(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as the superuser; the rows, columns split by |."""
        command = [str(self._bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [*command, "-c", sql, self.url(database)], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def make_database(self) -> str:
        """Name an empty database."""
        if self._spare:
            return self._spare.pop()
        self._databases += 1
        name = f"t{self._databases}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def empty_database(self, name: str) -> None:
        """End all sessions still open there and empty it for the next test: a new one is 300 files."""
        ended = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        emptied = "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"
        self.run(f"SET client_min_messages = error; {ended} WHERE {others}; {emptied}", name)
        self._spare.append(name)

    def close(self) -> None:
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait(PATIENCE)
