"""Every test keeps what it stores in a folder of its own run, never in the reader's cache."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# How long an example takes depends on what else the machine does; timings belong in tests/bench. Where CI is set the
# examples are the same in every run and fewer; elsewhere each run looks for new ones.
_CI = "CI" in os.environ
settings.register_profile("no clock", deadline=None, derandomize=_CI, max_examples=20 if _CI else 100)
settings.load_profile("no clock")


def pytest_collection_modifyitems(items):
    """The files that take longest, those with a browser, come first: none is left to one process at the end."""
    items.sort(key=lambda item: "browser" not in item.path.parts)


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory):
    os.environ["LAB_HOME"] = str(tmp_path_factory.mktemp("lab"))
    os.environ.pop("LAB_DATABASE_URL", None)


@pytest.fixture(scope="session")
def ml_100k():
    """The MovieLens 100K folder, where this machine has it."""
    folder = ROOT.parent / "shared" / "data" / "ml-100k"
    if not folder.exists():
        pytest.skip("the MovieLens 100K folder is not on this machine (../shared/data/ml-100k)")
    return folder
