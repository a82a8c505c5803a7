"""A real Chromium and a server for each test process; a file that needs a fresh server starts its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.conftest import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# How long anything may take to appear, in ms: what is slow on a busy machine is not wrong.
PATIENCE = 60_000
# Streamlit's own signs that a page is not whole yet; the first comes without the delay of the others.
_BUSY = (
    '[data-testid="stApp"]:not([data-test-script-state="notRunning"]), '
    '[data-testid="stStatusWidget"], [data-testid="stSkeleton"], [data-testid="stSpinner"]'
)
STILL = {"reduced_motion": "reduce"}  # what moves is drawn again and again
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def pytest_collection_modifyitems(items):
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)


@contextmanager
def running_server(home):
    """Start a dashboard that keeps its things in ``home``; yield its address; stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            # A watched file that changes would leave "Rerun" in the status widget, and no page would settle.
            [
                *(sys.executable, "-m", "streamlit", "run", "app.py"),
                *("--server.port", str(port), "--server.fileWatcherType", "none"),
            ],
            cwd=ROOT,
            env=os.environ | {"LAB_HOME": str(home)},
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(address, home / "server.log")
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address, log):
    for _ in range(480):
        try:
            urlopen(f"{address}/_stcore/health").read()  # noqa: S310  # the address is ours
        except (URLError, ConnectionError):
            time.sleep(0.25)
        else:
            return
    pytest.fail("the server did not start: " + log.read_text()[-2000:])


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests; each test opens its own context."""
    if CHROMIUM is None:
        if os.environ.get("LAB_REQUIRE_BROWSER"):
            pytest.fail("Chromium is required here and was not found")
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(chromium, tmp_path_factory):
    """The address of a dashboard that files share; what one of them trained may be there already."""
    with running_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="session")
def context(chromium):
    """One visitor's browser, which loads Streamlit's own scripts once; each of its pages is a session of its own."""
    context = chromium.new_context(**STILL)
    yield context
    context.close()


def open_page(context, *, width=1440, height=900, scheme="light"):
    """Open an empty page of a screen's size, in its light or dark."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    return page


@pytest.fixture
def visit(server, chromium, context):
    """Open a path, as ``visit("/models", width=390)``; ``elsewhere`` is a second browser, which shares nothing."""
    opened = []

    def follow(path="/", *, elsewhere=False, **screen):
        page = open_page(chromium.new_context(**STILL) if elsewhere else context, **screen)
        opened.append(page.context if elsewhere else page)
        page.goto(server + path)
        page.get_by_role("heading").first.wait_for()
        settle(page)
        return page

    yield follow
    for each in opened:
        each.close()


def settle(page, seconds=PATIENCE / 1000):
    """Wait until the page has stopped running and drawing for half a second."""
    end, quiet = time.monotonic() + seconds, 0.0
    while quiet < 0.5:
        busy = page.locator(_BUSY).count()
        quiet = 0.0 if busy else quiet + 0.1
        if time.monotonic() > end:
            raise AssertionError("the page did not settle")
        page.wait_for_timeout(100)
