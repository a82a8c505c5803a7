"""Every test keeps what it stores in a folder of its own run, never in the reader's cache."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory):
    os.environ["LAB_HOME"] = str(tmp_path_factory.mktemp("lab"))


@pytest.fixture(scope="session")
def ml_100k():
    """The MovieLens 100K folder, where this machine has it."""
    folder = ROOT.parent / "shared" / "data" / "ml-100k"
    if not folder.exists():
        pytest.skip("the MovieLens 100K folder is not on this machine (../shared/data/ml-100k)")
    return folder
