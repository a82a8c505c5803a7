"""The history in a real browser: two experiments compared, the link reopened elsewhere, one deleted for everybody."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from experiments import database
from experiments.simulate import simulate
from tests.browser.conftest import running_server, settle
from tests.browser.test_accessibility import serious
from tests.engine.logs import random_log

QUESTION = "What have we tested?"


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    """A dashboard whose history holds two experiments of the same plan, simulated with two seeds."""
    home = tmp_path_factory.mktemp("history")
    log = random_log(21, n_rows=900, feedback="implicit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_DATABASE_URL", f"sqlite:///{home / 'lab.db'}")
        for seed, title in ((1, "Spring"), (2, "Autumn")):
            found = simulate(log, control="popularity", treatments=["random"], users=300, days=2, seed=seed)
            named = replace(found, meta=replace(found.meta, computed=f"2026-0{seed}-01T12:00:00+00:00"))
            database.keep(named, f"{seed:016x}", title=title)
            database.register(found.plan)
    with running_server(home) as address:
        yield address


def choose(page, label, option):
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()
    settle(page)


def test_two_are_compared_reopened_by_link_and_one_deleted_for_everybody(server, visit):
    page = visit("/history")
    expect(page.get_by_role("heading", name="2 experiments:")).to_be_visible()
    choose(page, "Experiment", "Spring")
    expect(page.get_by_role("link", name="Read the results")).to_be_visible()
    choose(page, "Beside it", "Autumn")
    said = page.get_by_role("heading", name="their uplifts of Conversion")
    expect(said).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_be_visible()
    assert "first=0000000000000001&second=0000000000000002" in page.url
    assert serious(page) == []

    link = page.url.removeprefix(server)
    other = visit(link, elsewhere=True, width=390, height=844, scheme="dark")
    expect(other.get_by_role("heading", name=said.inner_text())).to_be_visible()
    assert other.get_by_test_id("stMain").evaluate("node => node.scrollWidth <= node.clientWidth + 2")
    assert serious(other) == []

    read = visit("/results?result=0000000000000001")
    expect(read.get_by_role("heading", name="Ship, stop, or keep running?")).to_be_visible()
    assert read.get_by_test_id("stException").count() == 0

    page.get_by_role("button", name="Clear value").last.click()
    settle(page)
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Deleted: Spring")).to_be_visible()
    expect(page.get_by_role("heading", name="1 experiment:")).to_be_visible()
    gone = visit("/results?result=0000000000000001")
    expect(gone.get_by_text("This result is not kept here.")).to_be_visible()
