import numpy as np
import pytest

from engine.errors import ModelError
from engine.policies import ModelPolicy, OraclePolicy, RandomPolicy, make_policy
from engine.world import fit_world
from engine.world.policy import opening
from tests.engine.world.logs import small_log


@pytest.fixture(scope="module")
def state():
    return opening(fit_world(small_log(), np.random.default_rng(1)), seed=1)


def test_refit_returns_a_trained_policy_and_leaves_the_first_as_it_was(state):
    untrained = make_policy("svd", {"n_epochs": 2}, seed=3)
    trained = untrained.refit(state.world.history)
    assert trained == untrained
    with pytest.raises(ModelError, match="SVD has not been trained"):
        untrained.slates(state, np.arange(2), 3)
    ranking = trained.slates(state, np.arange(5), 7)
    assert ranking.items.shape == (5, 7)
    seen = state.seen.toarray() > 0
    assert not seen[np.arange(5)[:, None], ranking.items].any()


def test_names():
    assert make_policy("oracle") == OraclePolicy()
    assert make_policy("random", seed=4) == RandomPolicy(4)
    assert make_policy("popularity", {}, 2) == ModelPolicy("popularity", {}, 2)
    with pytest.raises(ModelError, match=r"Policy 'popularty' was not found.*Did you mean 'popularity'"):
        make_policy("popularty")
    with pytest.raises(ModelError, match=r"oracle policy takes no parameters. It was given: k"):
        make_policy("oracle", {"k": 3})
    with pytest.raises(ModelError, match="n_epoch"):
        make_policy("svd", {"n_epoch": 3})
