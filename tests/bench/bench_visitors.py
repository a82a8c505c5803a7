"""Another visitor's page while a model trains, against the same page when nothing else runs."""

import os
import tempfile
from statistics import median
from time import perf_counter

import pandas as pd
from streamlit.testing.v1 import AppTest

from engine import jobs, store
from engine.dataset import Dataset
from tests.bench.comparison import Comparison, Measured
from tests.bench.synthetic import ratings
from tests.conftest import ROOT

ROWS, USERS, ITEMS = 1_000_000, 6000, 4000
VISITS = 20


def while_training() -> Measured:
    """Time reruns of the Data page while KNNBaseline learns from a million ratings in a child."""
    page = _page()
    key = jobs.submit("engine.evaluation:fit_task", _request(), "trainer")
    while jobs.status(key).state == "queued" or "Fitting" not in jobs.status(key).stage:
        if not jobs.status(key).active:
            raise RuntimeError(f"the training did not run: {jobs.status(key)}")
    times = []
    while len(times) < VISITS and jobs.status(key).active:
        times.append(_visit(page))
    during = jobs.status(key)
    jobs.cancel(key, "trainer")
    jobs.shutdown()
    return Measured(median(times), f"{len(times)} visits, slowest {max(times):.2f} s; training was at {during.stage!r}")


def idle() -> Measured:
    """Time the same reruns with nothing else running."""
    page = _page()
    times = [_visit(page) for _ in range(VISITS)]
    return Measured(median(times), f"{VISITS} visits, slowest {max(times):.2f} s")


def _page() -> AppTest:
    os.environ["LAB_HOME"] = tempfile.mkdtemp(prefix="lab-bench-")
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    page.run()
    page.run()
    return page


def _visit(page: AppTest) -> float:
    start = perf_counter()
    page.run()
    return perf_counter() - start


def _request() -> dict[str, object]:
    pairs = ratings(ROWS, USERS, ITEMS)
    log = pd.DataFrame(
        {
            "user": pairs.user,
            "item": pairs.item,
            "time": pd.Series(pd.NaT, index=range(len(pairs)), dtype="datetime64[s]"),
            "event": pd.Categorical(["rating"] * len(pairs)),
            "rating": pairs.value,
        }
    )
    users = pd.DataFrame({"user_id": [f"u{code}" for code in range(USERS)]})
    items = pd.DataFrame({"item_id": [f"i{code}" for code in range(ITEMS)]})
    dataset = Dataset("synthetic", log, users, items, "explicit", {"rating": 1.0}, pairs.scale)
    return {"dataset": store.put(dataset), "model": "knn_baseline", "params": {}, "k": 10, "seed": 0}


COMPARISONS = (Comparison("a visitor's page while a model trains, vs idle", "while_training", "idle"),)
