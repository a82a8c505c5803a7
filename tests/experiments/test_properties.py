"""What must hold whatever the data: parts and wholes, scales, names, and no figure missing without a reason."""

from dataclasses import fields

import duckdb
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.analysis import analyse
from experiments.cuped import cuped
from experiments.effects import OK, TESTED, Effects, effects, stack
from experiments.log import Log
from experiments.metrics import Metric
from experiments.moments import Moments, concatenate, moments
from experiments.plan import Plan
from experiments.quantiles import quantile_effects
from experiments.tables import FIGURES, effect_table
from experiments.unit_tables import batch_moments, frame_moments, moments_of_rows, moments_query

QUANTITIES = ["revenue", "orders", "bought", "clicks", "views", "before"]
METRICS = (
    Metric(name="revenue", kind="mean", numerator="revenue"),
    Metric(name="orders", kind="count", numerator="orders"),
    Metric(name="bought", kind="proportion", numerator="bought"),
    Metric(name="click_through", kind="ratio", numerator="clicks", denominator="views"),
)
COVARIATES = {"revenue": ["before"], "click_through": ["before"]}
ABSOLUTE = ("control_value", "treatment_value", "absolute", "absolute_low", "absolute_high", "standard_error")
RELATIVE = ("relative", "relative_low", "relative_high", "relative_standard_error")
INFERENCE = ("statistic", "degrees_of_freedom", "p_value", "n_control", "n_treatment")

seeds = st.integers(0, 2**32 - 1)
several = settings(max_examples=12)


def log(seed, arms=2, units=300):
    """Return skewed units, one row each."""
    rng = np.random.default_rng(seed)
    taste = rng.lognormal(0, 0.7, units)
    views = 1 + rng.poisson(4 * taste)
    columns = [
        taste * rng.exponential(3, units),
        rng.poisson(taste),
        rng.random(units) < 0.3,
        rng.binomial(views, 0.3),
        views,
        taste + rng.exponential(0.3, units),
    ]
    return pd.DataFrame(dict(zip(QUANTITIES, columns, strict=True)), dtype=float).assign(
        variant=rng.permutation(np.arange(units) % arms)
    )


def table_of(frame, arms=2) -> Moments:
    return frame_moments(frame, QUANTITIES, variant="variant", variants=list(range(arms)))


def every(frame, arms=2, control=0) -> Effects:
    """Return the effects on every kind of metric, adjusted and not, and on a quantile."""
    table = table_of(frame, arms)
    ranked = quantile_effects(frame[["revenue"]], frame["variant"], arms, names=["p80"], levels=[0.8], control=control)
    adjusted = cuped(table, METRICS, COVARIATES, control=control).effects
    plain = effects(table, METRICS, control=control)
    order = [*plain.metrics, "p80", *(f"adjusted {name}" for name in plain.metrics)]
    renamed = Effects(**{**vars(adjusted), "metrics": tuple(f"adjusted {name}" for name in adjusted.metrics)})
    return stack([plain, ranked, renamed], order)


def same(found: Effects, expected: Effects, names=(*ABSOLUTE, *RELATIVE, *INFERENCE), tolerance=1e-7):
    for name in names:
        left, right = getattr(found, name), getattr(expected, name)
        near_zero = tolerance * np.nanmax(np.abs(right), initial=0.0) if name in ABSOLUTE else 1e-9
        np.testing.assert_allclose(left, right, rtol=tolerance, atol=near_zero, err_msg=name)


def alike(found: Moments, expected: Moments):
    np.testing.assert_array_equal(found.n, expected.n)
    spread = np.sqrt(np.einsum("...ii->...i", expected.product))
    for name, scale in (("total", np.abs(expected.total)), ("product", spread[..., None] * spread[..., None, :])):
        gap = np.abs(getattr(found, name) - getattr(expected, name))
        assert (gap <= 1e-10 * scale + 1e-300).all(), name


@several
@given(seed=seeds, parts=st.integers(2, 6), order=st.randoms(use_true_random=False))
def test_moments_add_in_any_order_and_association(seed, parts, order):
    frame = log(seed, arms=3)
    place = np.random.default_rng(seed).integers(0, parts, len(frame))
    each = [table_of(frame[place == part], 3) for part in range(parts)]
    whole = table_of(frame, 3)
    alike(concatenate([part[None] for part in each]).sum(), whole)
    order.shuffle(each)
    while len(each) > 1:  # any two neighbours first
        at = order.randrange(len(each) - 1)
        each[at : at + 2] = [each[at] + each[at + 1]]
    alike(each[0], whole)
    alike(each[0] + table_of(frame[:0], 3), whole)


@several
@given(seed=seeds, cut=st.integers(1, 299))
def test_rows_their_moments_merged_parts_and_a_group_by_say_the_same(seed, cut):
    frame = log(seed)
    rows = duckdb.sql(moments_query("frame", QUANTITIES, variant="variant")).df()
    batches = (frame[start : start + cut] for start in range(0, len(frame), cut))
    tables = [
        table_of(frame[:cut]) + table_of(frame[cut:]),
        batch_moments(batches, QUANTITIES, variant="variant", variants=[0, 1]),
        moments_of_rows(rows, QUANTITIES, variants=[0, 1]),
        moments(frame[QUANTITIES], frame["variant"], 2, quantities=QUANTITIES, cell=frame.index % 7, n_cells=7).sum(),
    ]
    whole = table_of(frame)
    for table in tables:
        alike(table, whole)
        same(effects(table, METRICS), effects(whole, METRICS))
        same(cuped(table, METRICS, COVARIATES).effects, cuped(whole, METRICS, COVARIATES).effects)


@several
@given(seed=seeds, power=st.integers(-12, 12), digits=st.floats(1, 9.9))
def test_scaling_scales_absolute_uplifts_and_nothing_else(seed, power, digits):
    frame, factor = log(seed, arms=3), digits * 10.0**power
    scaled = frame.assign(**{name: frame[name] * factor for name in ("revenue", "orders", "clicks")})
    plain, moved = every(frame, 3), every(scaled, 3)
    times = np.array([1.0 if "bought" in name else factor for name in plain.metrics])[:, None]
    grown = {name: getattr(plain, name) * times for name in ABSOLUTE}
    same(moved, Effects(**{**vars(plain), **grown}))


@several
@given(seed=seeds, factor=st.floats(1e-6, 1e6))
def test_scaling_a_denominator_or_covariate_is_a_change_of_unit(seed, factor):
    frame = log(seed)
    plain = every(frame)
    same(every(frame.assign(before=frame["before"] * factor)), plain)
    of_views = every(frame.assign(views=frame["views"] * factor))
    times = np.array([1 / factor if "click" in name else 1.0 for name in plain.metrics])[:, None]
    same(of_views, Effects(**{**vars(plain), **{name: getattr(plain, name) * times for name in ABSOLUTE}}))


@several
@given(seed=seeds)
def test_swapping_the_arms_negates(seed):
    frame = log(seed)
    forth, back = every(frame), every(frame, control=1)
    turned = {
        "control_value": back.treatment_value,
        "treatment_value": back.control_value,
        "absolute": -back.absolute,
        "absolute_low": -back.absolute_high,
        "absolute_high": -back.absolute_low,
        "statistic": -back.statistic,
        "n_control": back.n_treatment,
        "n_treatment": back.n_control,
    }
    same(Effects(**{**vars(back), **turned}), forth, (*ABSOLUTE, *INFERENCE))
    np.testing.assert_allclose((1 + forth.relative) * (1 + back.relative), 1)


@several
@given(seed=seeds, order=st.permutations([0, 1, 2]))
def test_the_order_of_units_and_the_names_of_variants_change_nothing(seed, order):
    frame = log(seed, arms=3)
    plain = every(frame, 3)
    same(every(frame.sample(frac=1, random_state=seed).reset_index(drop=True), 3), plain)
    named = every(frame.assign(variant=np.array(order)[frame["variant"]]), 3, control=order[0])
    columns = [named.treatments.index(order[treatment]) for treatment in plain.treatments]
    arrays = {each.name: getattr(named, each.name) for each in fields(named)}
    moved = {name: array[:, columns] for name, array in arrays.items() if isinstance(array, np.ndarray)}
    same(Effects(**{**vars(plain), **moved}), plain)


PATTERNS = ("nothing", "the same", "the same in each arm", "one unit", "some", "any")
SCALES = st.sampled_from([1e-12, 1e-3, 1.0, 0.1, 1e6, 1e12])


@st.composite
def degenerate(draw, units=None):
    """Return units of whom some quantities say little or nothing, and their variants, some without units."""
    n = draw(st.integers(0, 14) | st.just(120)) if units is None else units
    arms = draw(st.integers(2, 3))
    rng = np.random.default_rng(draw(seeds))
    variant = rng.integers(0, draw(st.integers(1, arms)), n)

    def quantity(binary=False):
        pattern, scale = draw(st.sampled_from(PATTERNS)), 1.0 if binary else draw(SCALES)
        say = {
            "nothing": np.zeros(n),
            "the same": np.ones(n),
            "the same in each arm": variant == 1 if binary else 1.0 + variant,
            "one unit": np.arange(n) == n // 2,
            "some": rng.random(n) < 0.3,
            "any": rng.random(n) < 0.5 if binary else draw(st.sampled_from([0.0, 1.0])) + rng.normal(size=n),
        }
        return np.asarray(say[pattern], dtype=float) * scale

    columns = [quantity(), quantity(), quantity(binary=True), quantity(), quantity(), quantity()]
    return np.stack(columns, axis=1), variant, arms


def explained(table, figures=FIGURES):
    """Every figure is finite, or the row says why not."""
    numbers = table[list(figures)].to_numpy(dtype=float)
    assert not np.isinf(numbers).any()
    silent = table["explanation"].to_numpy() == ""
    assert not np.isnan(numbers[silent]).any(), table[silent & np.isnan(numbers).any(axis=1)].to_string()


@settings(max_examples=100)
@given(degenerate())
def test_no_figure_is_missing_without_a_reason(given_):
    values, variant, arms = given_
    table = moments(values, variant, arms, quantities=QUANTITIES)
    ranked = quantile_effects(values[:, :2], variant, arms, names=["p50", "p90"], levels=[0.5, 0.9])
    names = [f"v{arm}" for arm in range(arms)]
    for found in (effects(table, METRICS), cuped(table, METRICS, COVARIATES).effects, ranked):
        explained(effect_table(found, names))
        known = np.isin(found.status, TESTED)
        for name in ("absolute_low", "absolute_high", "p_value", "standard_error"):
            np.testing.assert_array_equal(np.isnan(getattr(found, name)), ~known, err_msg=name)
        np.testing.assert_array_equal(np.isnan(found.relative_low), found.status != OK)


@st.composite
def degenerate_logs(draw):
    values, variant, arms = draw(degenerate())
    days, names = draw(st.integers(1, 3)), tuple(f"v{arm}" for arm in range(arms))
    share = np.linspace(1, 2, days)[:, None, None]
    daily = np.where(np.array(QUANTITIES) == "bought", share == share.max(), share) * values
    first = np.arange(len(values)) % days if draw(st.booleans()) else None
    return Log(
        quantities=tuple(QUANTITIES[:-1]),
        values=daily[..., :-1],
        variant=variant,
        variants=names,
        segments=pd.DataFrame({"half": pd.Categorical(np.where(np.arange(len(values)) % 2, "a", "b"), ["a", "b"])}),
        entered=first,
        covariates={"before": values[:, -1]},
        clusters=np.arange(len(values)) // 2 * arms + variant if draw(st.booleans()) else None,
    )


@settings(max_examples=40)
@given(
    degenerate_logs(),
    st.sampled_from(["fixed", "always-valid", "group-sequential", "bayesian"]),
    st.sampled_from(["none", "holm", "bh"]),
    st.integers(1, 3),
)
def test_no_table_of_an_analysis_misses_a_figure_without_a_reason(log, stopping, correction, days):
    metrics = (
        Metric(name="revenue", kind="mean", numerator="revenue", role="primary", covariates=("before",), cap=0.9),
        Metric(name="orders", kind="count", numerator="orders", role="guardrail", margin=0.1),
        Metric(name="bought", kind="proportion", numerator="bought"),
        Metric(name="click_through", kind="ratio", numerator="clicks", denominator="views"),
        Metric(name="p80", kind="quantile", quantile=0.8, numerator="revenue"),
    )
    plan = Plan(
        hypothesis="",
        variants=log.variants,
        metrics=metrics,
        split=(1,) * len(log.variants),
        days=days,
        stopping=stopping,
        correction=correction,
    )
    found = analyse(log, plan)
    explained(found.effects)
    explained(found.segments)
    # A day on which a group sequential plan may not decide yet has no interval to read but that of a single look.
    renamed = [f"fixed_{name}" if name.endswith(("_low", "_high")) else name for name in FIGURES if name != "p_value"]
    explained(found.cumulative, renamed if stopping == "group-sequential" else FIGURES)
    told = found.effects["explanation"] == ""
    for name in ("p_value_adjusted", "chance_to_win", "expected_loss", "unadjusted_absolute"):
        assert found.effects.loc[told, name].notna().all(), name
    assert all(np.isfinite(check.value) for check in found.checks if check.value is not None)
