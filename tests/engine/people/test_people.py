"""Churn risk and expected value: nothing looked ahead, calibrated, judged later, and better than what is simpler."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from engine import store
from engine.__main__ import main
from engine.errors import DataError
from engine.people import predict_people, task, with_predictions
from engine.people.features import DAY_SECONDS, features, outcomes
from engine.people.judging import judge
from engine.people.learning import learn, period
from engine.segments import segment_users
from tests.engine.logs import make_log
from tests.engine.people.leaving import PERIOD, USERS


def seconds(log):
    return log.interactions["time"].to_numpy("datetime64[s]").astype(np.int64)


def test_features_by_hand():
    log = make_log(
        [(0, 0, 0.0), (0, 1, 2.0), (0, 0, 2.5), (1, 2, 9.0), (0, 2, 30.0)],
        items={"category": ["a|b", "b", "c"]},
    )
    before = int(seconds(log)[0] + 10 * DAY_SECONDS)
    found = features(log, before, 8)
    assert found.index.tolist() == [0, 1]
    one = found.loc[0]
    assert one["recency_days"] == 7.5
    assert one["tenure_days"] == 10
    assert (one["interactions"], one["active_days"], one["items"], one["categories"]) == (3, 2, 2, 2)
    assert one["gap_days"] == 2.5
    assert one["recency_in_gaps"] == pytest.approx(7.5 / 3.5)
    assert one["interactions_lately"] == 2
    assert one["trend"] == pytest.approx(np.log(3 / 2))
    active, value = outcomes(log, before, before + 30 * DAY_SECONDS)
    assert active.tolist() == [True, False]
    assert value.tolist() == [1.0, 0.0]


def test_features_look_at_nothing_later(log):
    before = int(np.median(seconds(log)))
    cut = replace(log, interactions=log.interactions[seconds(log) < before])
    pd.testing.assert_frame_equal(features(log, before, 7), features(cut, before, 7))


def test_every_user_is_foretold_but_who_did_nothing(log, predictions):
    frame = predictions.frame
    assert len(frame) == USERS + 1
    known = np.bincount(log.interactions["user"], minlength=USERS + 1) > 0
    assert (frame["churn_risk"].notna() == known).all()
    assert frame["churn_risk"].dropna().between(0, 1).all()
    assert (frame["expected_value"].dropna() >= 0).all()
    assert predictions.value_unit == "price of items bought"
    again = predict_people(log, period_days=PERIOD)
    pd.testing.assert_frame_equal(again.frame, frame)


def test_it_is_better_than_recency_and_the_base_rate_where_people_differ(predictions):
    found = predictions.judgement
    assert found.auc.value > 0.75
    assert found.auc_gain.low > 0
    assert found.brier.value < found.brier_recency.value < found.brier_base.value
    assert found.lift["lift"].iloc[0] > 1.3 > 0.7 > found.lift["lift"].iloc[-1]
    assert found.mae.value < found.mae_own.value
    assert 0.7 < found.value_ratio < 1.4
    assert "better than going by the last visit alone" in predictions.sentence


def test_what_is_foretold_is_what_happens(predictions):
    table = predictions.judgement.calibration
    assert table["users"].sum() == predictions.judgement.users
    assert table["foretold"].is_monotonic_increasing
    inside = (table["low"] <= table["foretold"]) & (table["foretold"] <= table["high"])
    assert inside.mean() >= 0.7


def test_figures_are_those_of_scikit_learn(log):
    end = int(seconds(log).max()) + 1
    length = 13 * DAY_SECONDS
    third, second, first = (period(log, end - back * length, 13) for back in (3, 2, 1))
    learned = learn(third, second, 0)
    found = judge(learned, first)
    risk = learned.churn_risk(first.known)
    assert found.auc.value == pytest.approx(roc_auc_score(first.churned, risk))
    assert found.brier.value == pytest.approx(brier_score_loss(first.churned, risk))
    # Hanley & McNeil 1982, an approximation that DeLong's interval must be near.
    a, m, n = found.auc.value, first.churned.sum(), (~first.churned).sum()
    q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
    spread = np.sqrt((a * (1 - a) + (m - 1) * (q1 - a**2) + (n - 1) * (q2 - a**2)) / (m * n))
    assert (found.auc.high - found.auc.low) / 2 / 1.96 == pytest.approx(spread, rel=0.15)


def test_trees_serve_where_there_are_many(log, monkeypatch):
    monkeypatch.setattr("engine.people.learning.MANY", 300)
    assert predict_people(log, period_days=13).judgement.auc.value > 0.75


def test_predictions_are_two_more_groupings(log, predictions):
    base = segment_users(log)
    grouped = with_predictions(base, predictions)
    assert list(grouped.frame.columns)[:2] == ["churn_risk", "expected_value"]
    assert set(base.frame.columns) < set(grouped.frame.columns)
    risk = grouped.column("churn_risk")
    assert list(risk.cat.categories) == ["High risk", "Medium risk", "Low risk", "No activity"]
    by = predictions.frame["churn_risk"].groupby(risk, observed=True).agg(["min", "max"])
    assert by["min"]["High risk"] >= by["max"]["Medium risk"] >= by["min"]["Medium risk"] >= by["max"]["Low risk"]
    assert "in the 13 days after the log" in grouped.descriptions["churn_risk"]["High risk"]
    with pytest.raises(ValueError, match="different datasets"):
        with_predictions(replace(base, fingerprint="0" * 16), predictions)


def test_what_cannot_be_foretold_is_one_sentence(log):
    with pytest.raises(DataError, match="This log has no times, so nothing can be foretold"):
        predict_people(make_log([(0, 0), (1, 1)]))
    with pytest.raises(
        DataError, match=r"This log spans 20 days; to foretell 7 days takes 35: .* Load a longer log\.$"
    ):
        predict_people(make_log([(0, 0, 0.0), (1, 1, 20.0)]))
    with pytest.raises(DataError, match=r"to foretell 28 days takes 140: .* or choose a shorter period\."):
        predict_people(log, period_days=28)
    with pytest.raises(DataError, match="it must be 1 or more"):
        predict_people(log, period_days=0)
    regular = make_log([(user, 0, float(day)) for user in range(30) for day in range(40)])
    with pytest.raises(
        DataError,
        match=r"Of 30 users known by then 30 came back and 0 stayed away in a period \(that from 19 January 2025",
    ):
        predict_people(regular)


def test_where_nothing_is_worth_anything_the_risk_is_foretold_all_the_same(log, monkeypatch):
    worthless = replace(log, items=log.items.assign(price=0.0))
    for many in (1000, 300):
        monkeypatch.setattr("engine.people.learning.MANY", many)
        found = predict_people(worthless, period_days=PERIOD)
        assert (found.frame["expected_value"].dropna() == 0).all()
        assert found.judgement.auc.value > 0.7
        assert found.value_sentence.startswith("Nobody brought anything in that time (price of items bought)")


def test_the_command_prints_it_and_writes_every_user(log, tmp_path, capsys):
    file = tmp_path / "log.csv"
    rows = log.interactions.assign(user="u" + log.interactions["user"].astype(str))
    rows.drop(columns="rating").to_csv(file, index=False)
    out = tmp_path / "people.parquet"
    assert main(["people", str(file), "--period", "13", "--json", "--out", str(out)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["period_days"] == 13
    assert len(said["judgement"]["calibration"]) == 10
    frame = pd.read_parquet(out)
    assert list(frame.columns) == [
        "user_id", "churn_risk", "expected_value", "at_stake", "risk_reason", "value_reason", "churn_risk_group",
        "expected_value_group",
    ]  # fmt: skip
    assert main(["people", str(file), "--period", "13"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Tried on the 13 days from ")
    assert "risk foretold" in printed
    assert main(["people", str(file), "--out", str(tmp_path / "no" / "folder.parquet")]) == 2
    assert "it must be a file in a folder that exists" in capsys.readouterr().err


def test_the_job_is_the_same_and_survives_being_kept(log, predictions):
    found = task({"dataset": store.put(log), "period_days": PERIOD})
    assert found.sentence == predictions.sentence
    assert json.loads(json.dumps(found.to_dict(), default=str))["users"] == len(np.unique(log.interactions["user"]))
