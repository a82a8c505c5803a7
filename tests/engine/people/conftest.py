import pytest

from engine.people import predict_people
from tests.engine.people.leaving import PERIOD, leaving_log


@pytest.fixture(scope="package")
def log():
    return leaving_log()


@pytest.fixture(scope="package")
def predictions(log):
    return predict_people(log, period_days=PERIOD)
