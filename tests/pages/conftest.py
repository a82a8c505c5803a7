"""The dashboard as Streamlit's AppTest runs it, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from engine import jobs
from tests.conftest import ROOT


@pytest.fixture
def app():
    """The whole dashboard, not yet run."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


@pytest.fixture(autouse=True, scope="module")
def _stop_children():
    yield
    jobs.shutdown()
