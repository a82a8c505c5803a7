"""Does the comparison tell a world that fits from one that does not, in words?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine import store
from engine.fidelity import Fidelity, fidelity, fidelity_task
from engine.fidelity.distances import kolmogorov, variation, verdict
from engine.fidelity.fidelity import _overall
from engine.fidelity.likelihood import likelihood
from engine.fidelity.measures import Catalogue, Weeks, measures
from engine.world import WorldParameters
from engine.world.life import live
from engine.world.sessions import lived_of, within
from engine.world.synthetic import Dials, synthetic_log, synthetic_world
from tests.engine.world.logs import small_log

PARAMS = WorldParameters(rank=4)
NAMES = [
    "active_users", "user_activity", "item_popularity", "category_mix", "repeat_rate", "inter_session_time",
    "session_length", "diversity", "weekly_rhythm",
]  # fmt: skip


@pytest.fixture(scope="module")
def log():
    return synthetic_log(Dials(users=300, items=80, rank=4, weeks=10, seed=2))


@pytest.fixture(scope="module")
def found(log):
    return fidelity(log, params=PARAMS)


def test_a_world_fitted_to_its_own_kind_fits(found):
    assert [each.name for each in found.measures] == NAMES
    verdicts = [each.verdict for each in found.measures]
    assert verdicts.count("does not fit") <= 1
    assert verdicts.count("fits") >= 6
    assert found.verdict in ("fits", "roughly")
    assert found.sentence.startswith("The simulated users behave")
    assert f"of 10 measures {verdicts.count('fits') + (found.likelihood.verdict == 'fits')} fit, " in found.sentence
    assert found.weeks == 2
    assert found.choices > 500


def test_held_out_choices_are_foretold_better_than_by_popularity(found):
    foretold = found.likelihood
    assert foretold.verdict == "fits"
    assert foretold.world < foretold.popularity < foretold.uniform
    assert foretold.low < foretold.gain < foretold.high
    assert "better than popularity does" in foretold.sentence


def test_every_measure_says_what_it_is(found):
    for each in found.measures:
        assert each.source.endswith(".")
        assert each.distance >= 0
        assert each.distance_of_earlier >= 0
        assert each.sentence.endswith(".")
        for parts in (each.simulated_parts, each.held_out_parts, each.earlier_parts):
            assert len(parts) == len(each.parts)
            assert sum(parts) <= 1 + 1e-9


def test_a_world_that_does_not_fit_is_told_apart(log):
    """The same users, but coming a third as often, for longer, and going back to what they know."""
    whole = lived_of(log, 30)
    held_out, earlier = within(whole, 56, 70), within(whole, 42, 56)
    made_up = synthetic_world(Dials(users=300, items=80, rank=4, seed=2, weeks=8))
    other = replace(made_up, activity=made_up.activity / 3, revisit=20.0, items_per_session=np.full(300, 9.0))
    weeks = Weeks(live(other, 14, 1), held_out, earlier, 0)
    found = {each.name: each for each in measures(weeks, Catalogue(80, made_up.vectors, None))}
    assert "category_mix" not in found
    for name, words in (
        ("active_users", "Fewer simulated users come than real ones"),
        ("repeat_rate", "Simulated users go back to known items more than real ones"),
        ("session_length", "Simulated sessions are longer than real ones: "),
    ):
        assert found[name].verdict == "does not fit"
        assert found[name].sentence.startswith(words)
    overall, sentence = _overall(tuple(found.values()), None)
    assert overall == "does not fit"
    assert "do not behave like the log's own" in sentence
    assert found["repeat_rate"].sentence in sentence


def test_a_log_against_itself_fits_without_distance(log):
    held_out = within(lived_of(log, 30), 56, 70)
    same = measures(Weeks(held_out, held_out, None, 0), Catalogue(80, np.eye(80), None))
    assert {each.distance for each in same} == {0.0}
    assert {each.verdict for each in same} == {"fits"}
    assert all(each.earlier is None and each.distance_of_earlier is None for each in same)


@pytest.mark.parametrize(
    ("dataset", "why"),
    [
        (small_log(times=False), "the log has no times"),
        (small_log(users=30, per_user=2), "days; holding weeks out takes at least 14"),
    ],
)
def test_logs_that_cannot_be_held_out_say_why_in_one_sentence(dataset, why):
    if "days" in why:
        rows = dataset.interactions
        rows = rows[rows["time"] < rows["time"].min() + pd.Timedelta(days=7)].reset_index(drop=True)
        dataset = replace(dataset, interactions=rows)
    found = fidelity(dataset)
    assert found.verdict == "not measured"
    assert found.measures == ()
    assert found.likelihood is None
    assert why in found.sentence
    assert found.sentence.count(". ") == 0


def test_nobody_in_both_parts_leaves_choices_unforetold():
    dataset = small_log(users=80)
    rows = dataset.interactions
    late = (rows["time"] - rows["time"].min()).dt.days >= 14
    kept = np.where(late, rows["user"] >= 40, rows["user"] < 40)
    found = fidelity(replace(dataset, interactions=rows[kept].reset_index(drop=True)))
    assert found.likelihood is None
    assert found.returning_users == 0
    assert "No user made a new choice in both parts of the log" in found.sentence


def test_the_likelihood_of_a_world_without_liking_is_that_of_its_exposure():
    world = synthetic_world(Dials(users=20, items=10, weeks=0))
    flat = replace(world, taste=world.taste * 0, quality=world.quality * 0, exposure=np.full(10, 0.1))
    found = likelihood((flat, flat), np.array([0, 0, 3]), np.array([1, 2, 5]))
    assert found.world == pytest.approx(np.log(10))
    assert found.popularity == pytest.approx(np.log(10))
    assert found.uniform == pytest.approx(np.log(10))
    assert found.verdict != "fits"
    assert likelihood((flat,), np.zeros(0, int), np.zeros(0, int)) is None


def test_distances_by_hand():
    assert kolmogorov(np.array([1.0, 2.0]), np.array([1.0, 3.0])) == 0.5
    assert kolmogorov(np.array([1.0]), np.array([2.0])) == 1.0
    assert variation(np.array([1.0, 1.0]), np.array([3.0, 1.0])) == 0.25
    assert [verdict(distance, 0.1, 0.05) for distance in (0.1, 0.2, 0.21)] == ["fits", "roughly", "does not fit"]
    assert verdict(0.05, None, 0.05) == "fits"
    assert verdict(float("nan"), 0.1, 0.05) == "not measured"


def test_as_a_job_and_twice_the_same(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    told = []
    request = {"dataset": store.put(small_log()), "users": 50, "seed": 4}
    found = fidelity_task(request, lambda *step: told.append(step[0]))
    assert isinstance(found, Fidelity)
    assert fidelity_task(request) == found
    assert found.known_users <= 50
    assert "Living through the held-out weeks" in told
