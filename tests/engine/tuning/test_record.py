"""What a search found, in figures and words."""

from dataclasses import asdict, replace

import pytest

from engine.tuning import Trial, Tuned

DONE, BETTER = Trial(0, {"a": 1}, 0.5, "done"), Trial(1, {"a": 2}, 0.6, "done")
PRUNED, FAILED = Trial(2, {"a": 3}, 0.9, "pruned", 0.9), Trial(3, {"a": 4}, None, "failed", reason="It cannot.")


def found(*trials, metric="ndcg", ended="not yet"):
    return Tuned(
        model="svd",
        title="SVD",
        metric=metric,
        k=5,
        trials=trials,
        asked=9,
        ended=ended,
        validation_rows=1200,
        seed=0,
        fingerprint="f",
    )


def test_the_best_was_made_to_its_end():
    search = found(DONE, BETTER, PRUNED, FAILED)
    assert search.best == BETTER
    assert (search.params, search.value, search.default_value) == ({"a": 2}, 0.6, 0.5)
    assert search.running_best == (0.5, 0.6, 0.6, 0.6)
    assert found(FAILED, PRUNED).best is None
    assert found(FAILED, DONE).running_best == (None, 0.5)
    assert found(DONE, replace(DONE, number=1)).best == DONE


def test_an_error_is_best_when_least():
    search = found(BETTER, DONE, metric="rmse")
    assert search.best == DONE
    assert search.running_best == (0.6, 0.5)


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (found(DONE, BETTER), "SVD: 0.6000 nDCG@5 on 1,200 validation rows after 2 trials; 0.5000 with the defaults."),
        (found(DONE), "SVD: 0.5000 nDCG@5 on 1,200 validation rows with the defaults, the only trial."),
        (
            found(DONE, PRUNED),
            "SVD: none of 2 trials was better than the defaults, 0.5000 nDCG@5 on 1,200 validation rows. 1 trial was "
            "given up after a quarter of the passes.",
        ),
        (found(FAILED), "SVD: no trial could be measured. 1 trial failed."),
        (
            found(FAILED, DONE, PRUNED),
            "SVD: 0.5000 nDCG@5 on 1,200 validation rows after 3 trials; the defaults failed. 1 trial was given up "
            "after a quarter of the passes. 1 trial failed.",
        ),
        (
            found(DONE, BETTER, PRUNED, FAILED, ended="early"),
            "SVD: 0.6000 nDCG@5 on 1,200 validation rows after 4 trials; 0.5000 with the defaults. 1 trial was given "
            "up after a quarter of the passes. 1 trial failed. The search ended before the 9 trials asked for, as the "
            "last 2 brought nothing better.",
        ),
        (
            found(BETTER, DONE, metric="rmse"),
            "SVD: 0.5000 RMSE on 1,200 validation rows after 2 trials; 0.6000 with the defaults.",
        ),
    ],
)
def test_it_is_told_in_plain_words(search, sentence):
    assert search.sentence == sentence


def test_it_is_kept_as_plain_data():
    search = found(DONE, BETTER, PRUNED, FAILED)
    assert Tuned.from_dict(asdict(search)) == Tuned.from_dict(search.to_dict()) == search
    assert search.to_dict()["params"] == {"a": 2}
