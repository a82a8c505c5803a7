"""Logs at the edge are measured, or refused in a clear sentence; what cannot be measured says why."""

import json

import numpy as np
import pytest

from engine.errors import LabError
from engine.evaluation import METRICS, evaluate
from engine.splitting import split
from engine.tuning import tune
from tests.engine.edges import EDGES, vast_catalogue

SENTENCES = (
    "leaves nothing to",
    "needs the time of every row",
    "The catalogue has one item",
    "Nothing is known of the items but their ids",
    "the log has no times",
)


@pytest.mark.parametrize("how", ["temporal", "random", "leave-last"])
@pytest.mark.parametrize("edge", [edge for edge in EDGES if edge != "a vast rating scale"])
def test_every_figure_is_a_number_or_says_why_it_is_none(edge, how):
    log = EDGES[edge]()
    try:
        parts = split(log, how, test_share=0.2)
    except LabError as error:
        said = str(error)
    else:
        said = ""
        for name in ("knn_basic", "content", "sequence"):
            try:
                found = evaluate(log, parts, name, k=3)
            except LabError as error:
                said = str(error)
                continue
            json.dumps(found.to_dict(), allow_nan=False)
            for metric in METRICS:
                assert (found.metrics[metric].value is None) == bool(found.metrics[metric].reason), metric
    assert not said or any(sentence in said for sentence in SENTENCES), said


def test_a_million_items_and_ten_events_are_measured():
    log = vast_catalogue()
    found = evaluate(log, split(log, "leave-last"), "ease", k=5)
    assert found.users_evaluated == 5
    assert found.metrics["coverage"].value == pytest.approx(len(np.unique(found.ranking.items)) / log.n_items)
    assert found.metrics["ndcg"].value is not None


def test_nothing_to_tune_on_is_one_sentence():
    log = EDGES["one item"]()
    with pytest.raises(LabError, match="No user has both rows to learn from and something new to find"):
        tune(log, split(log, "random", test_share=0.2), "ease", trials=2)
