"""Choosing a segment in a real browser: by a click on its bar, and by a link."""

import re

from playwright.sync_api import expect


def test_a_click_on_a_bar_lists_the_segment_and_the_link_reopens_it(server, visit):
    page = visit("/segments", height=1300)
    bar = page.locator(".bars .point path").nth(1)
    bar.wait_for()
    box = bar.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("heading", name="Who is in “Frequent”?")).to_be_visible()
    expect(page).to_have_url(re.compile("segment=Frequent"))

    reopened = visit(page.url.removeprefix(server))
    expect(reopened.get_by_role("heading", name="Who is in “Frequent”?")).to_be_visible()
