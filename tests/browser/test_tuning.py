"""Tuning in a real browser: begun, seen live, cancelled, and the best trial so far put to use."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import settle


def test_tune_and_cancel(visit):
    told = "models_own=BPR&bpr.factors=9&bpr.iterations=300&tune_trials=200&tune.bpr.ndcg=factors"
    page = visit(f"/models?models_preset=My+own+choice&{told}")
    page.get_by_role("button", name="Tune BPR").click()
    expect(page.get_by_text(re.compile("^BPR: .* nDCG@10 on .* validation rows"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Best trial so far, number \d+:"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text(re.compile(r"trials? of 200 were made\."))).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    best = page.get_by_text(re.compile(r"^Best trial, number \d+: .*factors (\d+)"))
    factors = re.search(r"factors (\d+)", best.inner_text())[1]
    settle(page)
    page.get_by_role("button", name="Use these parameters").click()
    expect(page.get_by_text("BPR has these parameters.")).to_be_visible()
    page.wait_for_url(re.compile(r"models_own=BPR"))
    settle(page)
    page.get_by_text("BPR: parameters").click()
    expect(page.get_by_role("spinbutton", name="factors")).to_have_value(factors)
    expect(page.get_by_role("spinbutton", name="iterations")).to_have_value("300")
    # The tuned model is trained like any other, and the search may go on.
    expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0
