"""The person whose list it is, in a real browser: turned off, as somebody new, and deleted without a trace."""

import re

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import running_server, settle

WHO = "u0915"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("control")


@pytest.fixture(scope="module")
def server(chromium, home):
    with running_server(home) as address:
        yield address


def traces(home):
    """Files below the Lab's folder in which the deleted id stands, tables unpacked."""
    files = [file for file in home.rglob("*") if file.is_file() and file.name != "server.log"]
    content = [(file, file.read_bytes()) for file in files]
    content += [(file, pd.read_parquet(file).to_csv().encode()) for file in files if file.suffix == ".parquet"]
    return {file.name for file, text in content if WHO.encode() in text or WHO in file.name}


def test_turned_off_somebody_new_and_deleted_without_a_trace(home, visit):
    page = visit(f"/recommendations?rec_user={WHO}&rec_models=EASE", height=1300)
    page.get_by_role("button", name=re.compile("^Fit")).click()
    trained = page.get_by_text("Served by the model as it was trained.")
    expect(trained).to_be_visible(timeout=120_000)
    assert traces(home)

    page.get_by_text("Control: what").click()
    personalisation = page.get_by_role("slider", name="Personalisation")
    personalisation.focus()
    page.keyboard.press("Home")
    everybodys = page.get_by_text("Popular with everybody: no history of theirs was used.")
    expect(everybodys).to_be_visible()
    expect(page.get_by_role("heading", name=f"{WHO} turned personalisation off")).to_be_visible()
    settle(page)

    who = page.get_by_role("combobox", name="User")
    who.fill("Somebody new")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Somebody new has no history here")).to_be_visible()
    had = page.get_by_role("combobox", name="What somebody new had")
    had.click()
    page.get_by_role("option").nth(1).click()  # the first is all of them
    page.keyboard.press("Escape")
    expect(page.get_by_text("Folded in without training again")).to_be_visible()
    settle(page)

    who.fill(WHO)
    page.keyboard.press("Enter")
    expect(everybodys).to_be_visible()  # as they left it
    page.get_by_role("button", name=f"Delete {WHO}").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text(f"{WHO} was deleted.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Fit"))).to_be_visible()
    settle(page)
    assert traces(home) == set()
