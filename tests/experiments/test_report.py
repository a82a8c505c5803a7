"""The report: whole, self-contained, and safe whatever the data's names hold."""

import dataclasses
import json
import re

import pytest

from experiments.report import html
from experiments.simulate import simulate


@pytest.fixture(scope="module")
def results(shop):
    return simulate(shop, control="random", treatments=["oracle", "popularity"], users=400, days=4, seed=3, worlds=2)


def text_of(page):
    """The page without its scripts and styles."""
    return re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)


def test_it_says_everything(results):
    page = text_of(html(results))
    assert "Simulated" in page
    for part in (
        results.verdict.title, results.plan.hash, results.meta.fingerprint, "Conversion", "Sessions per user",
        "Sample ratio", "Method", "Seed", "scikit-surprise", "True uplift", "may lose 5%", "exploratory",
    ):  # fmt: skip
        assert part in page, part
    assert "nan" not in re.sub(r"<[^>]*>", " ", page).lower().split()


def test_what_only_a_simulation_knows_is_told(results):
    page = text_of(html(results))
    for part in (
        results.fidelity.measures[0].title, "Can these users be believed?", "In 2 plausible worlds",
        "Why the estimate is not the truth", "Whom it truly helps", "2 of 2", "▲ Helped",
    ):  # fmt: skip
        assert part in page, part
    assert results.fidelity.sentence[:40] in page.split("<h2>Effects</h2>")[0]  # right under the verdict
    bare = dataclasses.replace(
        results,
        worlds=None,
        fidelity=None,
        interference=results.interference.head(0),
        individual=results.individual.head(0),
    )
    for part in ("believed", "plausible worlds", "Why the estimate", "Whom it truly helps"):
        assert part not in text_of(html(bare)), part


def test_it_asks_the_network_for_nothing(results):
    page = html(results)
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"(src|href)=|url\(|@import", outside)
    assert page.count("plotly.js v") == 1


def test_it_follows_light_and_dark(results):
    page = html(results)
    assert "prefers-color-scheme: dark" in page
    assert '<html lang="en">' in page


def test_names_from_the_data_cannot_run(results):
    nasty = '</script><script>alert("x")</script>'
    segments = results.segments.copy()
    segments["segment"] = nasty
    changed = dataclasses.replace(
        results,
        segments=segments,
        meta=dataclasses.replace(results.meta, dataset=nasty),
        plan=dataclasses.replace(results.plan, hypothesis=nasty),
        notes=(nasty,),
    )
    page = html(changed)
    assert nasty not in page
    assert page.count("<script>") == 2
    assert "&lt;/script&gt;" in page


def test_the_charts_are_json_with_open_colours(results):
    script = html(results).split("const charts = ")[1].split(";\nconst palettes")[0]
    charts = json.loads(script)
    assert set(charts) == {"uplift", "cumulative", "segments", "worlds"}
    assert sum(len(trace["x"]) for trace in charts["worlds"]["data"]) == 2 * 2  # worlds x treatments
    names = [trace.get("name") for trace in charts["uplift"]["data"]]
    assert names == ["Oracle", "truth", "Popularity", "truth"]
    assert charts["uplift"]["data"][0]["marker"]["color"] == "@0"
    assert len(charts["cumulative"]["data"][0]["x"]) <= 4


def test_without_enough_data_it_says_so(shop):
    thin = simulate(shop, control="random", treatments=["popularity"], users=12, days=1, split=(1, 0), fidelity=None)
    page = text_of(html(thin))
    assert "Not enough data" in page
    assert "Table of segments" not in page
