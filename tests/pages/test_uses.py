"""Uses on the Simulate page: choosing one sets what is compared, explains it, and runs."""

import time
from functools import partial

import pytest

from engine import jobs, store
from engine.uses import USES
from pages.parts import outcomes, uses
from tests.engine.uses.shop import shop
from tests.pages.opened import open_at, words


@pytest.fixture(scope="module")
def data():
    return shop()


@pytest.fixture
def open_page(app):
    return partial(open_at, app, "simulate", users="200", days="2")


def choose(page, name):
    page.button_group(key=uses.USE).set_value(name).run()
    assert not page.exception
    return page


def test_product_rows_are_where_it_begins(open_page, data):
    page = open_page(data)
    assert USES["rows"].question in words(page)
    assert "SVD against Popularity" in words(page)
    assert "Choose at least one" not in words(page)


def test_a_link_that_names_the_use_alone_brings_all_of_it(open_page, data):
    page = open_page(data, use="Promotions and prices")
    said = words(page)
    assert "**Does a discount pay for itself, and for whom?** All variants show the same items" in said
    assert "EASE + 10% off, EASE + 10% off for the thrifty" in said
    assert "**Revenue per user** decides · Conversion may lose 2%" in said
    page.selectbox(key="control").set_value("svd").run()  # what it brings may be changed
    assert "against SVD" in words(page)
    assert page.multiselect(key="treatments").value[0] == "ease+discount:0.1"


def test_the_design_page_plans_what_a_use_brings(app, data):
    app.query_params["data"] = store.put(data)
    app.query_params["use"] = "Skill level"
    page = app.switch_page("pages/design.py").run()
    assert not page.exception
    assert "raises purchases per user" in words(page)
    assert "**Purchases per user** decides" in words(page)


def test_what_a_link_brings_moves_on_with_its_reader(open_page, data):
    page = open_page(data, use="Promotions and prices", mde="0.1")
    for path in ("pages/design.py", "pages/segments.py", "pages/simulate.py"):
        page.switch_page(path).run()
        assert not page.exception
        if path != "pages/segments.py":
            assert "**Revenue per user** decides" in words(page)
            assert page.button_group(key=uses.USE).value == "promotions"
            assert page.slider(key="mde").value == 0.1
            assert page.query_params["use"] == "Promotions and prices"  # a link from here opens the same


def test_what_a_link_names_is_kept(open_page, data):
    page = open_page(data, use="Search ranking", treatments="SVD")
    assert "SVD against Popularity" in words(page)
    assert USES["search"].question in words(page)


def test_data_that_lack_what_a_use_needs_say_so_before_it_runs(open_page):
    page = open_page(shop(categories=False), use="Search ranking")
    assert "has 0 item categories" in words(page)


def test_choosing_a_use_and_running_it(open_page, data):
    page = choose(open_page(data), "search")
    assert "EASE against Popularity: 200 simulated users" in words(page)
    assert "**Session success rate** decides · Sessions per user may lose 5%" in words(page)
    page.button(key="run").click().run()
    key = page.session_state["result"]
    end = time.monotonic() + 120
    while jobs.status(key).active:
        assert time.monotonic() < end
        time.sleep(0.2)
    page.run()
    assert not page.exception
    assert "Search ranking: In every session a simulated user asks for one category" in words(page)
    results = outcomes.load(key)
    assert results.meta.settings["use"] == "search"
    assert results.plan.primary.name == "session_success"
    again = choose(page, "rows")
    assert "SVD against Popularity" in words(again)
    assert "**Conversion** decides" in words(again)
