"""A study of a log by request, as the job runner and the command line ask for it."""

import numpy as np
import pytest

from engine import store
from engine.discovery.bubble import bubble, spec_of, task
from engine.errors import LabError
from tests.engine.world.logs import small_log


@pytest.fixture(scope="module")
def log():
    return small_log(feedback="implicit")


def test_a_request_is_run_for_the_job_runner(log):
    told = []
    request = {
        "dataset": store.put(log),
        "policies": [{"model": "popularity"}, {"model": "popularity", "params": {}, "then": ["mmr:0.3"]}],
        "rounds": 2,
        "users": 40,
        "seeds": 2,
        "seed": 1,
        "segment": "recency_frequency_value",
        "without": ["boredom"],
    }
    found = task(request, lambda *step: told.append(step))
    assert [arm.name for arm in found.arms] == ["popularity", "popularity+mmr:0.3", "random", "oracle", "none"]
    assert (found.users, found.fingerprint, found.dataset) == (40, log.fingerprint, "small")
    assert "boredom" in found.switched_off
    assert told[0] == ("Fitting simulated users", None, None)
    assert ("No recommender, draw 2 of 2: rounds", 20, 20) in told
    assert found.fidelity.sentence  # held against the log after the rounds
    assert np.isfinite(found.rounds[..., 0, :]).all()


def test_references_may_be_named_and_are_not_doubled(log):
    found = bubble(log, ["none", "popularity", "random"], rounds=2, users=20, seeds=2)
    assert [arm.name for arm in found.arms] == ["none", "popularity", "random", "oracle"]


def test_a_policy_has_one_name_however_it_is_given():
    assert str(spec_of({"model": "svd", "params": {"n_factors": 5}, "then": ["mmr:0.3"]})) == "svd(n_factors=5)+mmr:0.3"
    assert str(spec_of("svd + mmr:0.3")) == str(spec_of({"model": "svd", "params": {}, "then": ["mmr:0.3"]}))


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"policies": ["popularty"]}, "popularty"),
        ({"policies": []}, "No policy was given"),
        ({"policies": ["popularity"], "without": ["bordom"]}, "bordom"),
        ({"policies": ["popularity"], "segment": "shoe size"}, "shoe size"),
        ({"policies": ["popularity"], "users": 5000}, "5000 simulated users"),
    ],
)
def test_what_cannot_be_is_told(log, asked, word):
    with pytest.raises(LabError, match=word):
        bubble(log, **asked)
