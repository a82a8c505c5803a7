"""Experiments simulated before a page is opened, small and quick, as the Simulate page would ask for them."""

from engine import store
from pages.parts import outcomes
from tests.pages.trained import do


def request(dataset, **changes):
    """What the Simulate page asks for: popularity against random unless changed."""
    asked = {
        "dataset": store.put(dataset),
        "control": {"model": "popularity", "params": {}},
        "treatments": [{"model": "random", "params": {}}],
        "hypothesis": "",
        "primary": "conversion",
        "mde": 0.05,
        "guardrails": {"sessions": 0.05},
        "split": [1.0, 1.0],
        "days": 3,
        "alpha": 0.05,
        "power": 0.8,
        "correction": "holm",
        "covariates": [],
        "stopping": "fixed",
        "looks": None,
        "spending": "obrien-fleming",
        "prior": None,
        "users": 300,
        "seed": 1,
        "retrain_every": 7,
        "shared_training": True,
        "interference": True,
        "worlds": 0,
    }
    return asked | changes


def simulated(dataset, **changes):
    """Leave behind what a finished simulation would, and return its key."""
    return do(outcomes.TASK, request(dataset, **changes))


def frames(page):
    """The tables of a result's page, without the one that says how well its users fit."""
    return [frame.value for frame in page.dataframe if "Held out" not in frame.value]
