"""``python -m experiments size``: units, MDE, power and days, as a notebook calls it."""

import pytest
from statsmodels.stats.power import TTestIndPower

RATE = ("--metric", "proportion", "--baseline", "0.20")


@pytest.fixture
def sized(command):
    return lambda *arguments: command("size", *arguments, "--json")


def test_size(command, sized):
    found = sized(*RATE, "--mde", "0.05")
    assert found["units_per_arm"] == pytest.approx(1030.219, abs=5e-4)
    assert found["total"] == pytest.approx(2060.439, abs=5e-4)
    assert (found["mde"], found["power"]) == (0.05, 0.8)
    text = command("size", *RATE, "--mde", "0.05")
    assert "1,030 units in each of 2 arms" in text
    assert sized(*RATE, "--mde", "0.25", "--relative") == found


def test_size_of_a_mean_is_the_t_tests(sized):
    found = sized("--metric", "mean", "--baseline", "10", "--variance", "3910", "--mde", "0.05", "--relative")
    assert found["units_per_arm"] == pytest.approx(TTestIndPower().solve_power(0.5 / 3910**0.5, power=0.8, alpha=0.05))


def test_size_from_units_gives_the_mde_and_with_both_the_power(sized):
    assert sized(*RATE, "--units", "2060.4386")["mde"] == pytest.approx(0.05, rel=1e-6)
    both = sized(*RATE, "--units", "2060.4386", "--mde", "0.05")
    assert both["power"] == pytest.approx(0.8, rel=1e-6)


def test_size_with_arms_looks_covariates_and_clusters(command, sized):
    given = ("--metric", "mean", "--baseline", "10", "--variance", "9", "--mde", "0.5")
    plain = sized(*given)
    uneven = sized(*given, "--split", "1,1,2", "--correction", "none")
    assert uneven["units"] == pytest.approx([plain["units_per_arm"]] * 2 + [2 * plain["units_per_arm"]])
    assert sized(*given, "--arms", "3")["alpha_per_comparison"] == 0.025
    assert sized(*given, "--arms", "3", "--comparisons", "6")["alpha_per_comparison"] == pytest.approx(0.05 / 6)
    less = sized(*given, "--correlation", "0.6")
    assert less["total"] == pytest.approx(0.64 * plain["total"])
    assert sized(*given, "--explained", "0.36")["total"] == pytest.approx(less["total"])
    more = sized(*given, "--cluster-size", "11", "--intra-cluster-correlation", "0.1")
    assert more["total"] == pytest.approx(2 * plain["total"])
    assert sized(*given, "--design-effect", "2")["total"] == pytest.approx(more["total"])
    looked = sized(*given, "--stopping", "group-sequential", "--looks", "5")
    assert looked["expected_total"] < plain["total"] < looked["total"]
    text = command("size", *given, "--stopping", "always-valid", "--split", "1,2")
    assert "Looking 14 times (always-valid): 1.7" in text
    assert "on average it stops after" in text


def test_size_of_a_guardrail_and_of_a_quantile(sized):
    guard = sized("--metric", "mean", "--baseline", "10", "--variance", "9", "--margin", "0.05")
    assert guard["units_per_arm"] == pytest.approx(2 * (1.959963985 + 0.841621234) ** 2 * 9 / 0.25)
    given = ("--metric", "quantile", "--baseline", "100", "--mde", "5")
    dense = sized(*given, "--quantile", "0.9", "--density", "0.01")
    assert dense["variance"] == pytest.approx(900)
    assert dense["total"] == pytest.approx(sized(*given, "--variance", "900")["total"])


def test_size_on_a_log_gives_days(command, sized, small_file):
    found = sized("--metric", "sessions", "--data", small_file, "--mde", "0.3", "--relative", "--cuped")
    assert found["users_by_day"][found["days"] - 1] >= found["total"]
    assert found["explained"] == found["explained_by_history"]
    assert sized("--metric", "sessions:count", "--data", small_file, "--days", "7")["mde"] > 0
    text = command("size", "--metric", "conversion", "--data", small_file, "--mde", "0.01", "--relative")
    assert "never has that many users" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--metric", "mean", "--baseline", "10", "--mde", "1"], "needs the variance"),
        (["--metric", "median", "--baseline", "10", "--mde", "1"], "Metric kind 'median' was not found"),
        (["--metric", "quantile", "--baseline", "10", "--mde", "1"], "needs the density"),
        (["--metric", "quantile", "--baseline", "10", "--mde", "1", "--quantile", "0.9"], "belong together"),
        ([*RATE], "Neither an MDE nor units"),
        ([*RATE, "--mde", "0.05", "--margin", "0.1"], "Both --mde and --margin"),
        ([*RATE, "--mde", "0.05", "--split", "1,x"], "Split '1,x'"),
        ([*RATE, "--mde", "0.05", "--split", "1,1,1", "--arms", "2"], "give one of both"),
        ([*RATE, "--mde", "0.05", "--arms", "1"], "at least 2"),
        ([*RATE, "--mde", "0.05", "--correlation", "1"], "between -1 and 1"),
        ([*RATE, "--mde", "0.05", "--correlation", "0.5", "--explained", "0.2"], "say the same"),
        ([*RATE, "--mde", "0.05", "--cluster-size", "5"], "belong together"),
        ([*RATE, "--mde", "0.05", "--cuped"], "without --data"),
        ([*RATE, "--mde", "0.05", "--days", "0"], "without --data"),
        ([*RATE, "--mde", "0.05", "--comparisons", "0"], "0 comparisons"),
        ([*RATE, "--mde", "0.05", "--gain", "0.01"], "without --margin"),
        ([*RATE, "--units", "-5"], "-5 units"),
        (["--metric", "sessions", "--data", "sample", "--mde", "1", "--days", "0"], "0 days were given"),
        ([*RATE, "--mde", "0.05", "--looks", "3"], "3 looks were given for stopping 'fixed'"),
        ([*RATE, "--mde", "0.05", "--power", "nan"], "Power nan"),
        (["--metric", "proportion", "--mde", "0.05"], "No baseline was given"),
        (["--metric", "proportion", "--mde", "0.05", "--data", "sample"], "is a kind"),
    ],
)
def test_size_of_what_cannot_be_is_one_line(command, arguments, sentence):
    assert sentence in command("size", *arguments, code=2)
