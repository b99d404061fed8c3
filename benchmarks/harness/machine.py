"""What the figures were measured on, in one line."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path


def describe() -> str:
    """Return processor, cores, compiler and interpreter."""
    parts = (
        _processor(),
        f"{os.cpu_count()} cores",
        _compiler(),
        f"Python {platform.python_version()}",
    )
    return ", ".join([*parts, f"{platform.system()} {platform.release().split('-')[0]}"])


def load() -> str:
    """Return the load average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _compiler() -> str:
    try:
        told = subprocess.run(
            [os.environ.get("CXX", "c++"), "--version"], check=True, capture_output=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "no compiler"
    return told.stdout.splitlines()[0]
