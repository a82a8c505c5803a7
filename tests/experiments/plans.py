"""Plans for tests: one that can be changed, and any."""

from hypothesis import strategies as st

from experiments.metrics import SIMULATED, Metric, with_primary
from experiments.plan import Plan


def a_plan(**changes):
    asked = {
        "hypothesis": "Tea sells better than cups.",
        "variants": ("old", "new"),
        "metrics": with_primary(SIMULATED, "conversion"),
        "split": (1, 1),
        "days": 14,
    }
    return Plan(**(asked | changes))


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
PLANS = st.builds(
    a_plan,
    hypothesis=st.text(st.characters(codec="utf-8"), max_size=40),
    variants=st.lists(NAMES, min_size=2, max_size=2, unique=True).map(tuple),
    split=st.tuples(st.floats(0, 100), st.integers(1, 9)),
    days=st.integers(1, 60),
    units=st.none() | st.integers(2, 10**9),
    mde=st.none() | st.floats(0.001, 1),
    alpha=st.floats(0.001, 0.5),
    stopping=st.sampled_from(["fixed", "always-valid", "group-sequential", "bayesian"]),
    metrics=st.sampled_from(
        [
            with_primary(SIMULATED, "revenue_per_user"),
            (
                Metric(name="wait", kind="mean", numerator="wait", role="primary", direction="lower"),
                Metric(name="p", kind="ratio", numerator="a", denominator="b", role="guardrail", margin=1 / 3),
            ),
        ]
    ),
)
