"""A calibration study in a real browser: tried on the sample's users, reopened by its link, cancelled."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import settle

LONG = 180_000
ANSWER = re.compile("^(Yes|No|About): a true ")


def test_a_plan_is_tried_and_its_link_shows_the_same_to_another_visitor(visit):
    page = visit("/calibration?primary=Sessions+per+user&replications=1%2C000")
    expect(page.get_by_role("heading", name=re.compile("^At a first look: "))).to_be_visible()
    page.get_by_role("button", name="Re-randomise 1,000 times").click()
    answer = page.get_by_role("heading", name=ANSWER)
    expect(answer).to_be_visible(timeout=LONG)
    settle(page)
    expect(
        page.get_by_text(re.compile("^Looking every day and stopping at p < 0.05 would have cried wolf"))
    ).to_be_visible()
    expect(page.get_by_text("P-values when nothing differs")).to_be_visible()
    said, link = answer.inner_text(), page.url
    page.get_by_role("radio", name="A true +5%").click()
    settle(page)
    expect(page).to_have_url(re.compile("wolf="))

    other = visit("/" + link.split("/", 3)[3], elsewhere=True)
    expect(other.get_by_role("heading", name=ANSWER)).to_have_text(said)
    expect(other.get_by_role("button", name=re.compile("^Re-randomise"))).to_have_count(0)


def test_a_long_study_can_be_cancelled(visit):
    page = visit("/calibration?primary=Sessions+per+user&replications=100%2C000")
    page.get_by_role("button", name="Re-randomise 100,000 times").click()
    page.get_by_role("button", name="Cancel").click(timeout=LONG)
    expect(page.get_by_text("Calibrating was cancelled. Nothing was kept.")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Re-randomise 100,000 times")).to_be_visible()
