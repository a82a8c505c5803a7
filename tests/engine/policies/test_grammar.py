import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelError
from engine.models import MODELS, Param
from engine.policies import STAGES, PolicySpec, StagedPolicy, make_policy, parse, parse_stage, split_specs

NAMES = st.text("Ab +:,()\"|'é", min_size=1, max_size=12).filter(lambda text: text.strip() == text)


@st.composite
def stages(draw):
    info = STAGES[draw(st.sampled_from(sorted(STAGES)))]
    if info.setting is None:
        return info.stage()
    if not isinstance(info.setting, Param):
        return info.stage(draw(NAMES))
    low, high = info.setting.low, min(info.setting.high, 1000)
    if info.setting.kind == "int":
        return info.stage(draw(st.integers(int(low), int(high))))
    return info.stage(draw(st.floats(low, high)))


@given(st.sampled_from(["svd", "random", "oracle", "popularity"]), st.lists(stages(), max_size=4))
def test_what_is_written_is_read_back(base, chain):
    spec = PolicySpec(base, {}, tuple(chain))
    assert parse(str(spec)) == spec
    assert [parse_stage(text) for text in spec.then] == chain


def test_parts_and_titles():
    spec = parse(" svd( n_factors=20, biased=false ,init_mean=0.5) + mmr:0.3+epsilon ")
    assert (spec.base, dict(spec.params)) == ("svd", {"n_factors": 20, "biased": False, "init_mean": 0.5})
    assert spec.then == ("mmr:0.3", "epsilon:0.1")
    assert str(spec) == "svd(n_factors=20,biased=false,init_mean=0.5)+mmr:0.3+epsilon:0.1"
    assert spec.title == make_policy(spec).title == "SVD + MMR 0.3 + ε-greedy 0.1"
    assert parse("knn_basic(similarity=cosine)").params == {"similarity": "cosine"}
    assert parse("svd(negatives=)").params == {"negatives": None}


def test_every_model_and_reference_is_a_policy():
    for name in (*MODELS, "none", "oracle", "random"):
        assert str(parse(name)) == name


def test_a_policy_from_parts_is_the_one_written():
    whole = make_policy("svd(n_epochs=2)+mmr:0.3+epsilon:0.2", seed=3)
    assert isinstance(whole, StagedPolicy)
    assert whole == make_policy("svd", {"n_epochs": 2}, 3, then=["mmr:0.3", "epsilon:0.2"])
    assert whole == make_policy("svd+mmr:0.3", {"n_epochs": 2}, 3, then=["epsilon:0.2"])


def test_a_list_of_policies_is_parted_at_its_own_commas():
    assert split_specs("svd(n_factors=3,n_epochs=2), svd+mmr:0.3,none,") == (
        "svd(n_factors=3,n_epochs=2)", "svd+mmr:0.3", "none",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("svd+mmrr:0.3", r"Stage 'mmrr' was not found\. Known: .*Did you mean 'mmr'\?"),
        ("popularty+mmr", r"Policy 'popularty' was not found.*Did you mean 'popularity'\?"),
        ("svd(n_factor=3)", r"Parameter of svd 'n_factor' was not found.*Did you mean 'n_factors'\?"),
        ("svd(20)", r"'20' of svd is no parameter\. Write name=value"),
        ("svd+mmr:2", r"diversity of mmr must be a number from 0 to 1; it was 2"),
        ("svd+mmr:x", r"diversity of mmr must be a number from 0 to 1; it was 'x'"),
        ("svd+mmr:nan", r"diversity of mmr must be a number from 0 to 1; it was nan"),
        ("svd+mmr:0.1_2", r"it was '0\.1_2'"),
        ("svd+mmr:0.1:0.2", r"Stage 'mmr:0.1:0.2' has 2 values"),
        ("svd++mmr", r"Policy 'svd\+\+mmr' has an empty part\. Write a policy as svd\+mmr:0\.3"),
        ("", r"has an empty part"),
        ("svd(n_factors=3", r"has a bracket that is not closed"),
        ("svd)", r"has a bracket that is not closed"),
        ('svd+mmr:"0.3', r"has a quote that is not closed"),
        ("mmr:0.3", r"Policy 'mmr:0\.3' begins with a stage"),
        ("none+mmr:0.3", r"Nobody arranges what users come across by themselves; leave mmr:0\.3 out"),
        ("oracle(k=3)", r"The oracle policy takes no parameters\. It was given: k"),
    ],
)
def test_errors_say_what_to_write(spec, sentence):
    with pytest.raises(ModelError, match=sentence):
        parse(spec)
