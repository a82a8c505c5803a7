"""A real export in a real browser: one that lost units in the treatment is uploaded, and nobody may act on it."""

import re

from playwright.sync_api import expect

from sample_data import FOLDER
from tests.browser.conftest import settle


def test_an_export_with_a_sample_ratio_mismatch_is_unhealthy(visit):
    page = visit("/experiment")
    expect(page.get_by_role("button", name="Load the sample experiment")).to_be_visible()
    page.locator('input[type="file"]').first.set_input_files(FOLDER / "experiment_broken.csv")
    page.get_by_text("Which column is what").wait_for()
    settle(page)
    for part, column in (("Unit", "user_id"), ("Variant", "variant"), ("Day", "first_seen")):
        expect(page.get_by_role("combobox", name=part, exact=True)).to_have_value(column)
    page.get_by_role("button", name="Analyse this experiment").click()
    expect(page.get_by_role("heading", name="Unhealthy: the figures cannot be trusted.")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("4,695 rows read = 4,695 kept + 0 left out.")).to_be_visible()

    page.get_by_role("link", name="Read the results").click()
    page.get_by_role("heading", name="Ship, stop, or keep running?").wait_for()
    settle(page)
    expect(page.get_by_role("heading", name="Unhealthy: the figures cannot be trusted.")).to_be_visible()
    verdict = page.get_by_test_id("stAlert").first
    expect(verdict).to_contain_text(
        "Sample ratio mismatch: 2,520 : 2,175 units against a planned 50% : 50% (p < 0.001)"
    )
    expect(verdict).to_contain_text("Sample ratio mismatch in device mobile")
    expect(verdict).to_contain_text("Next step: Do not read the figures.")
    expect(page.get_by_text("Sample ratio: Failed.")).to_be_visible()
    assert page.get_by_text(re.compile("simulated", re.I)).count() == 0
    assert page.get_by_test_id("stException").count() == 0

    # A second browser, on a phone in the dark, reads the same from the link.
    again = visit(page.url[page.url.index("/results") :], elsewhere=True, width=390, height=844, scheme="dark")
    expect(again.get_by_role("heading", name="Unhealthy: the figures cannot be trusted.")).to_be_visible()
    assert again.get_by_test_id("stMain").evaluate("node => node.scrollWidth <= node.clientWidth + 2")
