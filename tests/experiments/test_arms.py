"""A variant as it is written, as plain data, and as a policy."""

import pytest

from engine.errors import LabError
from experiments.arms import Arm


def test_a_policy_with_stages_comes_and_goes_as_it_is_written():
    arm = Arm.of("svd+mmr:0.3+epsilon:0.1")
    assert (arm.model, arm.then, arm.spec) == ("svd", ("mmr:0.3", "epsilon:0.1"), "svd+mmr:0.3+epsilon:0.1")
    assert Arm(**arm.to_dict()) == arm
    assert arm.policy(1) == arm.policy(1)


def test_without_stages_plain_data_is_what_it_always_was():
    assert Arm("svd", {"n_factors": 5}).to_dict() == {"model": "svd", "params": {"n_factors": 5}}


@pytest.mark.parametrize("spec", ["svdd", "svd+mmrr:0.3", "svd+", "+mmr:0.3"])
def test_what_is_no_policy_is_said(spec):
    with pytest.raises(LabError):
        Arm.of(spec).policy(0)


def test_a_value_that_holds_a_plus_is_one_value():
    arm = Arm.of('svd(n_factors=20)+only:"Health + Beauty"+mmr:0.3')
    assert (arm.model, arm.params, arm.then) == ("svd", {"n_factors": 20}, ('only:"Health + Beauty"', "mmr:0.3"))
