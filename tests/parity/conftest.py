"""Where the C programs are: below the folder named by LJK_BUILD, else in the build of preset dev."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def build_folder() -> Path:
    return Path(os.environ.get("LJK_BUILD") or ROOT / "build" / "dev")


def find_program(name: str) -> Path | None:
    for folder in (build_folder() / "tests", build_folder()):
        if os.access(folder / name, os.X_OK):
            return folder / name
    return None


@pytest.fixture(scope="session")
def golden_program() -> Path:
    program = find_program("capi_golden")
    if program is None:
        pytest.skip("capi_golden is not built; ./dev setup builds it, LJK_BUILD says where it is")
    return program
