"""Composing policies on a page: what is added, what a link keeps, and what is written wrongly."""

from functools import partial

import pytest

from engine.jobs import folder
from pages.parts import outcomes, policies
from tests.engine.logs import random_log
from tests.pages.opened import open_at
from tests.pages.simulated import request


@pytest.fixture(scope="module")
def log():
    return random_log(
        4, n_rows=900, feedback="implicit", items={"category": ["Hats", "Shoes + Socks", "Books"] * 8 + ["Books"]}
    )


@pytest.fixture
def open_page(app):
    return partial(open_at, app, "simulate", users="300", days="3", treatments="Random")


def answer(page):
    return next(part.value for part in [*page.subheader, *page.markdown] if "simulated users made from" in part.value)


def test_a_policy_is_composed_and_added_to_the_treatments(open_page, log):
    page = open_page(log)
    page.selectbox(key="compose-base").set_value("popularity")
    page.multiselect(key="compose-then").set_value(["mmr", "only"]).run()
    page.number_input(key="compose-mmr").set_value(0.5)
    page.multiselect(key="compose-only").set_value(["Books", "Shoes + Socks"]).run()
    spec = 'popularity+mmr:0.5+only:"Books|Shoes + Socks"'
    assert any(f"`{spec}`" in part.value for part in page.markdown)
    page.button(key="compose-add").click().run()
    assert not page.exception
    assert page.multiselect(key="treatments").value == ["random", spec]
    assert page.query_params["policies"] == spec
    assert "Random and Popularity + MMR 0.5 + only Books, Shoes + Socks against Popularity" in answer(page)


def test_a_link_reopens_what_was_composed(open_page, log):
    spec = "svd(n_factors=5)+cap:2"
    label = "SVD (n_factors 5) + at most 2 a week"
    page = open_page(log, policies=spec, treatments=["Random", label], control=label)
    assert page.multiselect(key="treatments").value == ["random", spec]
    assert page.selectbox(key="control").value == spec
    assert "Random and SVD + at most 2 a week (2) against SVD + at most 2 a week" in answer(page)
    page.multiselect(key="policies").set_value([]).run()
    assert not page.exception
    assert "Random against Popularity" in answer(page)


def test_what_is_written_wrongly_is_told_and_left_out(open_page, log):
    page = open_page(log, policies=["svd+mmrr:0.3", "none+mmr", " svd + mmr:0.4 "])
    said = "\n".join(part.value for part in page.warning).replace("\\", "")
    assert "Did you mean 'mmr'?" in said
    assert "Nobody arranges what users come across by themselves" in said
    page.multiselect(key="treatments").set_value(["svd+mmr:0.4"]).run()
    assert "SVD + MMR 0.4 against Popularity" in answer(page)


def test_requests_without_stages_are_the_ones_they_were(open_page, log):
    assert policies.arm("random") == {"model": "random", "params": {}}
    told = {"svd": {"n_factors": 9, "n_epochs": 2}}
    assert policies.arm("svd(n_factors=5)+mmr:0.3", told) == {
        "model": "svd", "params": {"n_factors": 5, "n_epochs": 2}, "then": ["mmr:0.3"],
    }  # fmt: skip
    assert policies.policy(policies.arm("svd(n_factors=5)+mmr:0.3")) == "svd+mmr:0.3"
    assert policies.models_of(["svd+mmr:0.3", "svd", "oracle", "random", "ease"]) == ["svd", "ease"]
    page = open_page(log, seed="78")
    plain = request(log, seed=78)
    assert folder.key_of(outcomes.TASK, plain) != folder.key_of(
        outcomes.TASK, plain | {"treatments": [policies.arm("random+cap:2")]}
    )
    assert page.button(key="run").label == "Run the simulation"


def test_no_recommender_and_oracle_can_be_compared(open_page, log):
    page = open_page(log, control="No recommender", treatments="Oracle")
    assert "Oracle against No recommender" in answer(page)
    assert not [each for each in page.expander if each.label.endswith(": parameters")]


def test_only_what_the_data_can_do_is_offered(open_page):
    page = open_page(random_log(5, n_rows=900, feedback="implicit"))
    offered = "\n".join(page.multiselect(key="compose-then").options)
    assert "Frequency cap" in offered
    assert "categories" not in offered
    assert "In stock" not in offered
