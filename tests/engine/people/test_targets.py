"""Whom to address: in the order asked for, with a reason that is what the model reckons."""

import re

import numpy as np
import pandas as pd
import pytest

from engine.__main__ import main
from engine.errors import DataError
from engine.people import foretold, targets, with_predictions
from engine.people.features import DAY_SECONDS
from engine.people.grounds import GROUNDS, grounds, reasons
from engine.people.learning import learn, period
from engine.segments import segment_users
from tests.engine.people.leaving import PERIOD


@pytest.fixture(scope="module")
def reckoned(log):
    """What was learned, what is known of users, and the grounds."""
    end = int(log.interactions["time"].to_numpy("datetime64[s]").astype(np.int64).max()) + 1
    third, second = (period(log, end - back * PERIOD * DAY_SECONDS, PERIOD) for back in (3, 2))
    learned = learn(third, second, 0)
    return learned, second.known, grounds(learned, second.known)


def test_the_ground_is_that_without_which_the_prediction_falls_furthest(reckoned):
    learned, known, found = reckoned
    usual = known.median()
    for name, predict in (("risk", learned.churn_risk), ("value", learned.expected_value)):
        otherwise = {ground: predict(known.assign(**usual[list(columns)])) for ground, columns in GROUNDS.items()}
        table, now = pd.DataFrame(otherwise, index=known.index), predict(known)
        raised = table.min(axis=1) < now
        assert raised.mean() > 0.5
        assert (found.loc[raised, f"{name}_ground"].astype(str) == table.idxmin(axis=1)[raised]).all()
        np.testing.assert_allclose(found.loc[raised, f"{name}_otherwise"], table.min(axis=1)[raised])
        assert found.loc[~raised, f"{name}_ground"].isna().all()
        np.testing.assert_allclose(found.loc[~raised, f"{name}_otherwise"], now[~raised])


def test_who_has_not_come_for_long_is_at_risk_for_that(reckoned):
    _, known, found = reckoned
    long_gone = known["recency_days"] > known["recency_days"].quantile(0.9)
    assert (found.loc[long_gone, "risk_ground"] == "recency").mean() > 0.8


def test_the_first_are_those_asked_for(log, predictions):
    frame = predictions.frame
    for by in ("at_stake", "churn_risk", "expected_value"):
        found = targets(log, predictions, by=by, most=25).frame
        assert found[by].tolist() == frame[by].nlargest(25).tolist()
        codes = [log.user_code(user) for user in found["user_id"]]
        np.testing.assert_array_equal(found["churn_risk"], frame.loc[codes, "churn_risk"])
    everybody = targets(log, predictions).frame
    assert len(everybody) == frame["churn_risk"].notna().sum() < log.n_users
    assert everybody.notna().all(axis=None)


def test_what_is_at_stake_is_what_staying_away_costs(predictions):
    frame = predictions.frame.dropna()
    back = frame["expected_value"] / (1 - frame["churn_risk"])
    np.testing.assert_allclose(frame["at_stake"], frame["churn_risk"] * back)


def test_a_reason_says_what_is_so_and_what_would_be_otherwise(log, predictions):
    everybody = targets(log, predictions, by="churn_risk").frame
    one = everybody[everybody["risk_reason"].str.startswith("Last seen")].iloc[0]
    said = re.fullmatch(
        r"Last seen (\d+) days ago; if that were as usual, the risk would be (\d+)%", one["risk_reason"]
    )
    code = log.user_code(one["user_id"])
    assert int(said[1]) == round(predictions.known.loc[code, "recency_days"])
    assert int(said[2]) == round(100 * predictions.grounds.loc[code, "risk_otherwise"]) < 100 * one["churn_risk"]
    nothing = predictions.grounds.assign(risk_ground=pd.Categorical.from_codes([-1] * len(everybody), list(GROUNDS)))
    assert set(reasons(nothing, predictions.known, PERIOD)["risk_reason"]) == {"Nothing about them raises it"}
    both = pd.concat([everybody["risk_reason"], everybody["value_reason"]])
    for words in ("interactions in the last 13 days", "different items", "Known for", "of value, "):
        assert both.str.contains(words).any(), words


def test_the_sentence_says_who_they_are_and_what_it_does_not_say(log, predictions):
    found = targets(log, predictions, most=50)
    assert re.match(r"50 of \d+ users, \d+% of whom are expected to stay away for 13 days", found.sentence)
    assert "only a test can say" in found.sentence


def test_what_cannot_be_asked_is_one_sentence(log, predictions):
    with pytest.raises(DataError, match=r"Order 'risk' was not found\. Known: at_stake, churn_risk, expected_value"):
        targets(log, predictions, by="risk")
    with pytest.raises(DataError, match="A list of 0 users was asked for; it must have 1 or more"):
        targets(log, predictions, most=0)


def test_a_policy_is_told_the_highest_thirds(log, predictions):
    groups = with_predictions(segment_users(log), predictions)
    found = foretold(predictions)
    np.testing.assert_array_equal(found.at_risk, groups.column("churn_risk") == "High risk")
    np.testing.assert_array_equal(found.valuable, groups.column("expected_value") == "High expected value")
    assert 0.3 < found.at_risk.sum() / predictions.frame["churn_risk"].notna().sum() < 0.36


def test_the_command_lists_and_writes_them(log, tmp_path, capsys):
    file, out = tmp_path / "log.csv", tmp_path / "targets.parquet"
    log.interactions.drop(columns="rating").to_csv(file, index=False)
    assert main(["people", str(file), "--period", "13", "--at-risk", "7", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "Whom to address, by churn risk. 7 of " in said
    assert said.rstrip().endswith(f"7 users in {out}.")
    frame = pd.read_parquet(out)
    assert len(frame) == 7
    assert frame["churn_risk"].is_monotonic_decreasing
    assert (frame["churn_risk_group"] == "High risk").all()
    assert frame["user_id"].iloc[0] in said
    assert main(["people", str(file), "--top", "0"]) == 2
    assert "--top was 0; it must be 1 or more" in capsys.readouterr().err
