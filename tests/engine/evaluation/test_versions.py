"""One model told two things: what its rows are called, and what each is held against."""

import numpy as np
import pytest

from engine.errors import ModelError
from engine.evaluation.pairwise import all_pairs
from engine.evaluation.request import Request
from engine.evaluation.versions import model_of, row_of, title_of, untuned, versions
from tests.engine.evaluation.records import measured


def test_a_row_says_what_its_model_was_told():
    assert row_of("ease", {"penalty": 300, "weighted": True}) == "ease(penalty=300, weighted=true)"
    assert row_of("ease", {}) == model_of("ease(penalty=300)") == "ease"
    assert title_of("svd(n_factors=5, biased=false)") == "SVD (n factors 5, biased false)"
    assert title_of("ease(defaults)") == "EASE (defaults)"
    assert untuned("ease", {}) == "ease(defaults)"
    assert untuned("ease", {"penalty": 3}) == "ease(untuned)"
    assert untuned("ease(penalty=3)", {"penalty": 3}) == "ease(penalty=3, untuned)"


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        (["ease", "svd"], []),
        (["ease", "ease(defaults)", "svd"], [("ease", "ease(defaults)")]),
        (["ease(a=1)", "ease", "ease(b=2)"], [("ease", "ease(a=1)"), ("ease(b=2)", "ease(a=1)")]),
        (
            ["ease", "ease(defaults)", "ease(a=1)", "ease(a=1, untuned)"],
            [("ease", "ease(defaults)"), ("ease(a=1)", "ease(a=1, untuned)")],
        ),
    ],
)
def test_each_version_is_held_against_the_one_without_what_it_was_told(rows, pairs):
    rng = np.random.default_rng(0)
    evaluations = [measured(row, rng.random(40)) for row in rows]
    found = versions(all_pairs(evaluations, "ndcg"), evaluations)
    assert [(each.pair.first, each.pair.second) for each in found] == pairs


@pytest.mark.parametrize(
    ("gain", "reading"), [(0.2, "is better than"), (-0.2, "is worse than"), (0.0, "is not told apart from")]
)
def test_what_it_gained_is_said(gain, reading):
    noise = np.random.default_rng(0).normal(0, 0.1, 200)
    evaluations = [measured("ease", 0.5 + gain + noise), measured("ease(defaults)", 0.5 + noise[::-1])]
    [found] = versions(all_pairs(evaluations, "ndcg"), evaluations)
    assert found.pair.difference == pytest.approx(gain)
    assert f"Ease {reading} Ease(Defaults) on the test rows: {gain:+.4f} nDCG@10 (95%".replace("-", "−") in (
        found.sentence
    )
    assert found.to_dict()["reading"] == reading.removeprefix("is ").removesuffix(" than").removesuffix(" from")


def test_a_request_says_what_its_rows_were_told():
    with pytest.raises(ModelError, match="params say nothing of it"):
        Request(("ease", "ease(penalty=3)"))
    with pytest.raises(ModelError, match="named twice"):
        Request(("ease", "ease"))
    with pytest.raises(ModelError, match="Did you mean 'ease'"):
        Request(("eas(penalty=3)",), params={"eas(penalty=3)": {}})
