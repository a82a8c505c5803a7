import numpy as np
import pytest

from engine.world import fit_world
from tests.engine.world.logs import small_log


@pytest.fixture(scope="session")
def ratings_log():
    return small_log()


@pytest.fixture(scope="session")
def events_log():
    return small_log(feedback="implicit")


@pytest.fixture(scope="session")
def world(ratings_log):
    return fit_world(ratings_log, np.random.default_rng(1), users=90)
