"""Training in a real browser: from the sample to a leaderboard, cancelled midway, reopened by somebody else."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_page, running_server, settle

LONG = 180_000
TABLE = ".st-key-csv-models-leaderboard-Lists"


def own_choice(*models, **more):
    """The address of the Models page with the reader's own choice of models."""
    query = "&".join(["models_preset=My+own+choice", *(f"models_own={model}" for model in models)])
    return f"/models?{query}" + "".join(f"&{name}={value}" for name, value in more.items())


@pytest.fixture(scope="module")
def server(chromium, tmp_path_factory):
    """A dashboard of its own: nothing is trained there yet."""
    with running_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def trained_link(server, context):
    """The address of a leaderboard that one visitor trained from the sample, by clicks alone."""
    page = open_page(context)
    page.goto(server)
    page.get_by_role("heading").first.wait_for()
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Which model ranks best?").wait_for()
    expect(page.get_by_text("Nothing is trained with these settings yet.")).to_be_visible()
    page.get_by_role("spinbutton", name="Items in a list (k)").fill("5")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("models_k=5"))
    settle(page)
    page.get_by_role("button", name=re.compile("^Train")).click()
    expect(page.get_by_role("button", name="Cancel").first).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=LONG)
    expect(page.get_by_role("heading", name=re.compile("nDCG@5"))).to_be_visible()
    settle(page)
    link, answer = page.url, page.get_by_role("heading", name=re.compile("nDCG@5")).inner_text()
    page.close()
    return link, answer


def test_from_the_sample_to_a_leaderboard(trained_link):
    link, answer = trained_link
    assert "models_k=5" in link
    assert "est by nDCG@5: " in answer
    assert "Popularity" in answer


def test_a_link_reopened_in_a_second_browser_shows_the_same_leaderboard(server, visit, trained_link):
    link, answer = trained_link
    page = visit(link.removeprefix(server), elsewhere=True)
    expect(page.get_by_role("heading", name=answer)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Train"))).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame").locator("visible=true").first).to_be_visible()
    with page.expect_download() as download:
        page.locator(TABLE).get_by_role("button", name="Download CSV").click()
    table = download.value.path().read_text()
    assert table.startswith("model,title,k,")
    assert "popularity,Popularity,5," in table
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON").click()
    kept = json.loads(download.value.path().read_text())
    assert kept["standing"]["sentence"] == answer
    assert kept["data"] == {"data": "sample"}


def test_a_model_is_cancelled_midway_and_the_rest_stays(visit, trained_link):
    page = visit(own_choice("SVD%2B%2B", models_k=5, **{"svd_pp.n_epochs": 900}))
    page.get_by_role("button", name="Train SVD++").click()
    expect(page.get_by_text("Fitting SVD++")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("SVD++ was cancelled. Nothing was kept.")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    # Popularity and Random were trained before and are still on the board; the cancelled one may be tried again.
    expect(page.get_by_role("heading", name=re.compile("nDCG@5"))).to_be_visible()
    expect(page.get_by_role("button", name="Train SVD++")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_recommendations_follow_the_user_and_the_dial_in_the_link(visit):
    page = visit("/recommendations?rec_models=Popularity")
    page.get_by_role("button", name="Fit 1 model").click()
    expect(page.get_by_role("heading", name="Popularity", exact=True)).to_be_visible()
    page.get_by_role("button", name="A random user").click()
    page.wait_for_url(re.compile("rec_user="))
    settle(page)
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    page.wait_for_url(re.compile("rec_dial=1"))
    settle(page)
    expect(page.get_by_text(re.compile("▲")).first).to_be_visible()
    shown = page.get_by_role("listitem").all_inner_texts()
    again = visit("/" + page.url.split("/", 3)[3])
    expect(again.get_by_text(re.compile("▲")).first).to_be_visible()
    assert again.get_by_role("listitem").all_inner_texts() == shown


def test_nothing_is_cut_off_on_a_phone(server, visit, trained_link):
    page = visit(trained_link[0].removeprefix(server), width=390, scheme="dark")
    expect(page.locator(TABLE)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 2")
