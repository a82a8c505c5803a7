"""Other data, as a newcomer opens it: a messy CSV uploaded, mapped, its refusals read, then trained on."""

import re

import pytest
from playwright.sync_api import expect

from app import PAGES
from tests.browser.conftest import open_page, running_server, settle

HEADER = "Kunde;Artikel;Note;Wann\n"


def messy_rows():
    """Semicolons, latin-1 umlauts, no usable column names, and five rows that cannot be used."""
    good = [
        f"kundin-{n % 40};Käse {n % 17};{1 + n % 5};2026-0{1 + n % 9}-{10 + n % 18} 12:{n % 60:02d}" for n in range(400)
    ]
    bad = [
        ";Käse 1;4;2026-03-11 10:00",
        "kundin-1;;4;2026-03-11 10:00",
        "kundin-1;Käse 2;4;gestern",
        "kundin-2;Käse 3;sehr gut;2026-03-11 10:00",
        "kundin-2;Käse 3",
    ]
    return [*good[:200], *bad, *good[200:]]


@pytest.fixture
def messy(tmp_path):
    file = tmp_path / "bewertungen.csv"
    file.write_bytes((HEADER + "\n".join(messy_rows()) + "\n").encode("latin-1"))
    return file


def pick(page, label, option):
    """Choose by typing, as the keyboard does; a rerun in between closes the list but not the field."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.fill(option)
    box.press("Enter")
    settle(page)
    expect(box).to_have_value(option)


def test_a_messy_csv_is_mapped_read_and_trained_on(visit, messy):
    page = visit("/")
    expect(page.get_by_text("rows read =")).to_contain_text("69,603")
    page.locator('input[type="file"]').first.set_input_files(messy)
    page.get_by_text("Which column is what").wait_for()
    settle(page)
    for role, column in (("User", "Kunde"), ("Item", "Artikel"), ("Rating", "Note"), ("Time", "Wann")):
        pick(page, f"{role}$", column)
    page.get_by_role("button", name="Open this data").click()
    expect(page.get_by_text("rows read =")).to_contain_text("405 rows read = 400 kept + 5 left out")
    expect(page.get_by_text(re.compile("40 users and 17 items"))).to_be_visible()
    page.get_by_text("Rows left out, with line and reason").click()
    with page.expect_download() as download:
        page.get_by_test_id("stExpander").get_by_role("button", name="Download CSV").click()
    refused = download.value.path().read_text()
    assert refused.count("\n") == 6
    assert "202," in refused
    assert "gestern" in refused

    page.get_by_role("link", name="Models", exact=True).click()
    settle(page)
    page.get_by_role("button", name=re.compile("Train", re.I)).first.click()
    expect(page.get_by_test_id("stDataFrame").locator("visible=true").first).to_be_visible(timeout=120_000)
    assert page.get_by_test_id("stException").count() == 0


def test_a_wrong_file_gets_one_sentence_and_the_sample_stays(visit, tmp_path):
    photo = tmp_path / "photo.csv"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    page = visit("/")
    page.locator('input[type="file"]').first.set_input_files(photo)
    alert = page.get_by_test_id("stAlertContentError")
    alert.wait_for()
    assert "photo.csv" in alert.inner_text()
    expect(page.get_by_text(re.compile("1,942 users and 600 items"))).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


def test_the_first_visitor_of_a_fresh_server_may_follow_a_link_to_a_page(context, tmp_path):
    with running_server(tmp_path) as address:
        page = open_page(context)
        page.goto(address + "/segments")
        page.get_by_role("heading").first.wait_for()
        settle(page)
        expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(sum(map(len, PAGES.values())))
        expect(page.get_by_text("fingerprint")).to_be_visible()
        assert page.get_by_test_id("stException").count() == 0
        page.close()
