"""Where the C programs are: below the folder named by LJK_BUILD, else in the build of preset dev."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def build() -> Path:
    """The build folder, which may be without what a test needs."""
    return Path(os.environ.get("LJK_BUILD") or ROOT / "build" / "dev")


@pytest.fixture(scope="session")
def golden_program(build: Path) -> Path:
    for folder in (build / "tests", build):
        if os.access(folder / "capi_golden", os.X_OK):
            return folder / "capi_golden"
    pytest.skip("capi_golden is not built; ./dev setup builds it, LJK_BUILD says where it is")
