"""Evaluations of which only what a comparison of models reads is filled in."""

import numpy as np
import pandas as pd

from engine.evaluation import Estimate, Evaluation
from engine.models.ranking import Ranking
from engine.splitting import Split


def measured(model, ndcg, *, k=10, test=(False, True)):
    """Return a model whose users have the values ``ndcg``."""
    test = np.array(test)
    value = float(np.nanmean(ndcg)) if np.isfinite(ndcg).any() else None
    return Evaluation(
        model=model,
        title=model.title(),
        params={},
        k=k,
        metrics={"ndcg": Estimate(value)},
        per_user=pd.DataFrame({"user": np.arange(len(ndcg), dtype=np.int32), "ndcg": ndcg}),
        ranking=Ranking(np.zeros((0, k), np.int32), np.zeros((0, k))),
        split=Split(~test, np.zeros_like(test), test, "random", 0.0, 0.5, 0),
        users_evaluated=len(ndcg),
        users_cold=0,
        users_nothing_to_find=0,
        seed=0,
        fingerprint="0" * 16,
    )
