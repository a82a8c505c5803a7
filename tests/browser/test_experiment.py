"""An experiment in a real browser: from the sample to a verdict, its link reopened, its report opened offline."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import open_page, settle

LONG = 180_000
VERDICT = re.compile("^(Ship .+ instead|Stop: |Keep running, |Unhealthy: |Inconclusive: )")


def choose(page, label, option):
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    settle(page)


def verdict(page):
    """The first line of a page that shows a result, and the verdict's box."""
    line = page.get_by_role("heading", name=VERDICT)
    expect(line).to_be_visible()
    return line.inner_text(), page.get_by_test_id("stAlert").first.inner_text()


@pytest.fixture(scope="module")
def journey(server, context):
    """The link to a verdict, and what it said, reached from the sample by clicks alone."""
    page = open_page(context)
    page.goto(server)
    page.get_by_role("heading").first.wait_for()
    settle(page)
    page.get_by_role("link", name="Design", exact=True).click()
    page.get_by_role("heading", name="How many users and days does the test need?").wait_for()
    settle(page)
    expect(page.get_by_role("heading", name=re.compile(r"You need [\d,]+ users per arm"))).to_be_visible()
    page.get_by_role("spinbutton", name="Days").fill("5")
    page.keyboard.press("Enter")
    settle(page)
    choose(page, "Control", "Random")
    choose(page, "Treatments", "Popularity")
    page.get_by_role("spinbutton", name="Simulated users").fill("400")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Register this plan").click()
    registered = page.get_by_text(re.compile("^Registered .* as plan"))
    expect(registered).to_be_visible()
    plan = re.search("[0-9a-f]{16}", registered.inner_text()).group()
    page.get_by_role("link", name="Simulate this plan").click()
    page.get_by_role("heading", name="What would the test say, and what is the truth?").wait_for()
    settle(page)
    expect(page.get_by_text(re.compile(f"Plan {plan}, registered"))).to_be_visible()
    expect(page.get_by_text("SVD and Popularity against Random: 400 simulated users")).to_be_visible()
    page.get_by_role("button", name="Run the simulation").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("heading", name="The estimate beside the truth")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name=re.compile("the test says .* the truth is"))).to_be_visible()
    page.get_by_role("link", name="Read the results").click()
    page.get_by_role("heading", name="Ship, stop, or keep running?").wait_for()
    settle(page)
    yield page.url, verdict(page)
    page.close()


def test_from_the_sample_to_a_verdict(journey):
    link, (answer, box) = journey
    assert "result=" in link
    assert VERDICT.match(answer)
    assert "Next step" in box


def test_the_link_reopened_in_a_second_browser_shows_the_same_verdict(server, visit, journey):
    link, said = journey
    page = visit(link.removeprefix(server), elsewhere=True)
    page.get_by_role("heading", name="Ship, stop, or keep running?").wait_for()
    settle(page)
    assert verdict(page) == said
    for block in (
        "What changed",
        "Guardrails",
        "Is the experiment sound?",
        "Was the plan followed?",
        "How the uplift settled",
        "Who gains",
    ):
        expect(page.get_by_role("heading", name=re.compile(block)).first).to_be_visible()
    expect(page.get_by_text("The analysis followed it.")).to_be_visible()
    expect(page.locator(".js-plotly-plot").nth(2)).to_be_visible()
    expect(page.get_by_text("Exploratory")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_the_report_opens_offline(server, chromium, visit, journey, tmp_path):
    link, (_, box) = journey
    page = visit(link.removeprefix(server).replace("/results", "/report"))
    files = {}
    for name in ("Download the report", "Download the JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        files[name] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[name])
    expect(page.frame_locator("iframe").get_by_role("heading").first).to_be_visible()

    status = json.loads(files["Download the JSON"].read_text())["verdict"]
    assert status["reason"] in box

    offline = chromium.new_context(offline=True)
    asked = []
    alone = offline.new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(files["Download the report"].as_uri())
    expect(alone.get_by_text(status["reason"]).first).to_be_visible()
    expect(alone.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert alone.locator(".js-plotly-plot").count() >= 2
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    offline.close()


def test_a_simulation_is_cancelled_midway(visit):
    page = visit("/simulate?users=40000&days=40&treatments=SVD%2B%2B")
    page.get_by_role("button", name="Run the simulation").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("was cancelled. Nothing was kept.")).to_be_visible()
    expect(page.get_by_role("button", name="Run it again")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("path", ["/results", "/report"])
def test_on_a_phone_in_the_dark_nothing_scrolls_sideways(visit, journey, path):
    page = visit(path, width=390, height=844, scheme="dark")
    assert page.get_by_test_id("stException").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 2")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 2")
