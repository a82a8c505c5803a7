"""What is expected of the users: asked for once, worked out in the background, shown with how good it is."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.errors import DataError
from engine.jobs import folder
from engine.people import TITLES, Predictions, check_predictable
from pages.parts import formats, headline, progress, tables

TASK = "engine.people:task"
_STARTED = "Foretelling the users"


def key_of(fingerprint: str) -> str:
    """Return the key of the predictions for a stored dataset."""
    return folder.key_of(TASK, {"dataset": fingerprint})


@st.cache_resource(max_entries=6, show_spinner="Opening the predictions")
def load(key: str) -> Predictions:
    """Return the finished predictions ``key``."""
    found: Predictions = jobs.result(key)
    return found


def ready(dataset: Dataset) -> bool:
    """Return whether the users of ``dataset`` are foretold; otherwise say why not, or offer to do it."""
    key = key_of(dataset.fingerprint)
    now = jobs.status(key)
    if now.state == "done":
        return True
    try:
        days = check_predictable(dataset)
    except DataError as error:
        headline.answer("Nothing can be foretold of these users.")
        headline.banner("info", str(error))
        return False
    headline.answer("What is expected of them is not foretold yet.")
    progress.watch({key: _STARTED})
    if not now.active:
        headline.empty(
            "Who will stay away, and what will they be worth?",
            f"Learned from the log's own past, tried on its last {formats.plural(days, 'day')}, and then foretold for "
            f"the {formats.plural(days, 'day')} after it. Seconds for most logs.",
            "Foretell the users",
            lambda: progress.start(TASK, {"dataset": dataset.fingerprint}),
            key="foretell",
        )
    return False


def how_good(predictions: Predictions, by: str) -> None:
    """Say how good the predictions are, and show what that rests on."""
    st.write(formats.plain(predictions.sentence if by == "churn_risk" else predictions.value_sentence))
    if by != "churn_risk":
        st.caption(f"Value here is the {predictions.value_unit}.")
    found = predictions.judgement
    with st.expander(f"How good is it? {TITLES[by]} tried on a later period"):
        if by == "churn_risk":
            _calibration(found.calibration)
            _lift(found.lift)
        else:
            headline.figures(
                [
                    ("Off by, on average", formats.significant(found.mae.value)),
                    ("Going on as before", formats.significant(found.mae_own.value)),
                    ("Same for all", formats.significant(found.mae_usual.value)),
                    ("Sum expected ÷ sum", formats.decimal(found.value_ratio, 2)),
                    ("Value in the top tenth", formats.share(found.value_in_top, 0)),
                ]
            )


def _calibration(table: pd.DataFrame) -> None:
    st.write("Does the risk come true? Users by tenths of their risk, with 95% intervals of the share who stayed away.")
    shown = pd.DataFrame(
        {
            "Users": table["users"].map(formats.count),
            "Risk foretold": table["foretold"].map(formats.share),
            "Stayed away": table["observed"].map(formats.share),
            "Interval": [
                formats.interval(formats.share(low), formats.share(high))
                for low, high in zip(table["low"], table["high"], strict=True)
            ],
        }
    )
    tables.table(shown, "churn-calibration", data=table)


def _lift(table: pd.DataFrame) -> None:
    st.write("Whom to write to first? The riskiest tenth comes first; 1.0× is as often as everybody.")
    shown = pd.DataFrame(
        {
            "Tenth": table["tenth"].map(formats.count),
            "Users": table["users"].map(formats.count),
            "Stayed away": table["observed"].map(formats.share),
            "Against everybody": table["lift"].map(lambda lift: f"{formats.decimal(lift, 2)}×"),
            "By the last visit alone": table["lift_recency"].map(lambda lift: f"{formats.decimal(lift, 2)}×"),
        }
    )
    tables.table(shown, "churn-lift", data=table)
