"""One glossary for every tooltip: what a metric means, which way is good, and its formula."""

from __future__ import annotations

from pages.parts import glossary_discovery
from pages.parts.terms import Term

TERMS: dict[str, Term] = {
    # Accuracy of predicted values
    "rmse": Term(
        "RMSE",
        "How far predicted ratings (or strengths) are from the real ones; large misses weigh more.",
        "lower",
        "square root of the mean squared error over test pairs",
    ),
    "mae": Term("MAE", "The average miss of a prediction.", "lower", "mean absolute error over test pairs"),
    # Ranking
    "precision": Term(
        "Precision",
        "Of the k items shown, the share the user went on to choose.",
        "higher",
        "relevant items in the top k ÷ k",
    ),
    "recall": Term(
        "Recall",
        "Of the items the user went on to choose, the share that was in the top k.",
        "higher",
        "relevant items in the top k ÷ all relevant items",
    ),
    "ndcg": Term(
        "nDCG",
        "How well the list is ordered: what the user chose counts more near the top; 1 is a perfect list.",
        "higher",
        "Σ 1/log₂(1 + position) over relevant items ÷ the same for the best possible list",
    ),
    "map": Term(
        "MAP",
        "Average precision at each relevant item, averaged over users.",
        "higher",
        "Σ precision at each relevant position ÷ all relevant items",
    ),
    "mrr": Term(
        "MRR",
        "How early the first good item comes.",
        "higher",
        "mean of 1 ÷ position of the first relevant item",
    ),
    "hit_rate": Term(
        "Hit rate",
        "The share of users with at least one good item in their top k.",
        "higher",
        "users with a relevant item in the top k ÷ users",
    ),
    "calibration_error": Term(
        "Calibration error",
        "How far predicted ratings are from those given, on average over groups of alike predictions.",
        "lower",
        "mean of |mean predicted − mean given| over ten groups by prediction, in rating points",
    ),
    **glossary_discovery.TERMS,
    # Cost
    "fit_seconds": Term("Fit time", "How long training took on this machine.", "lower", "seconds"),
    "latency_p50_ms": Term(
        "Latency p50",
        "How long half of all requests for one user's list take at most.",
        "lower",
        "milliseconds",
    ),
    "latency_p99_ms": Term(
        "Latency p99",
        "How long 99 of 100 requests for one user's list take at most.",
        "lower",
        "milliseconds",
    ),
    # Experiment
    "click_through": Term(
        "Click-through rate",
        "The share of shown items that are clicked.",
        "higher",
        "clicks ÷ impressions, all users",
    ),
    "conversion": Term(
        "Conversion", "The share of users who buy at least once.", "higher", "users with a purchase ÷ users"
    ),
    "revenue_per_user": Term(
        "Revenue per user", "What a user spends on average, buyers or not.", "higher", "revenue ÷ users"
    ),
    "sessions": Term("Sessions per user", "How often users come back.", "higher", "sessions ÷ users"),
    "purchases_per_user": Term(
        "Purchases per user", "How many purchases a user makes, buyers or not.", "higher", "purchases ÷ users"
    ),
    "session_success": Term(
        "Session success rate",
        "The share of sessions, or searches, in which at least one thing shown was clicked.",
        "higher",
        "sessions with a click ÷ sessions",
    ),
    "activation": Term(
        "Activation",
        "The share of users who have clicked at least once since the test began.",
        "higher",
        "users with a click ÷ users",
    ),
    "revenue_p90": Term(
        "90th percentile of revenue",
        "What the biggest spenders begin at: one user in ten spends more.",
        "higher",
        "the revenue that 90% of the users stay below",
    ),
    "uplift": Term(
        "Uplift",
        "How much better the treatment does than the control.",
        "higher",
        "absolute: treatment − control; relative: treatment ÷ control − 1",
    ),
    "confidence_interval": Term(
        "95% interval",
        "The uplifts that the data do not rule out; of 100 such intervals about 95 hold the truth.",
        "context",
        "estimate ± critical value × standard error",
    ),
    "p_value": Term(
        "p-value",
        "How surprising such a difference would be if the variants were equal.",
        "context",
        "two-sided; below 0.05 is called significant unless the plan says otherwise",
    ),
    "chance_to_win": Term(
        "Chance to win",
        "How likely the treatment is truly better than the control, after this test and what was believed before it.",
        "higher",
        "posterior probability that the uplift goes the good way",
    ),
    "expected_loss": Term(
        "Expected loss",
        "What shipping the treatment would cost on average if it is worse after all, counting 0 where it is better.",
        "lower",
        "posterior mean of the loss, in the metric's own unit",
    ),
    "non_inferiority": Term(
        "Loss ruled out",
        "How surely a loss as large as the guardrail's margin is ruled out.",
        "lower",
        "one-sided p-value of a relative loss of the margin or more, to be read against half the significance level",
    ),
    "cuped": Term(
        "CUPED",
        "The uplift adjusted by what was known of the units before the test, which takes noise away. Beside it stands "
        "the uplift without adjustment.",
        "context",
        "metric − θ · (what was known before − its mean)",
    ),
    "true_uplift": Term(
        "True uplift",
        "What moving everybody would really do; only a simulation knows it.",
        "higher",
        "every user run under each policy with the same luck",
    ),
    "interference": Term(
        "Interference",
        "What the test would show on average, less the truth: variants that learn from shared, or split, data are not "
        "what they would be if everybody saw them.",
        "context",
        "mean over the experiment and its mirror images − every user run under each policy",
    ),
    "chance": Term(
        "Chance",
        "What is left of the estimate: who happened to be assigned where. More users make it smaller.",
        "context",
        "this test's estimate − what such a test would show on average",
    ),
    "plausible_worlds": Term(
        "Plausible worlds",
        "Worlds that might as well have made the log. An uplift found in most of them does not rest on one fit.",
        "context",
        "users of the log drawn with replacement, assumptions drawn from their plausible ranges, everybody run under "
        "each policy",
    ),
    "individual_effect": Term(
        "Individual effect",
        "What the treatment does to one user: no experiment can see it, a simulation can.",
        "higher",
        "the same user with the same luck, under the treatment − under the control",
    ),
    "fidelity": Term(
        "Distance",
        "How far simulated weeks are from held-out weeks; beside it, how far the log's own earlier weeks are.",
        "lower",
        "the measure's own distance between two distributions; 0 for alike",
    ),
    "srm": Term(
        "Sample ratio mismatch",
        "Whether users were split as planned. If not, something broke and no uplift can be trusted.",
        "context",
        "chi-square test of the counts against the planned split",
    ),
    "mde": Term(
        "Minimum detectable effect",
        "The smallest true uplift that this test would find with the planned power.",
        "lower",
        "from the baseline's variance, users per arm, alpha and power",
    ),
    "always_valid": Term(
        "Always-valid interval",
        "An interval that may be looked at every day: it is wider, and the chance that it ever misses is bounded.",
        "context",
        "asymptotic confidence sequence (Waudby-Smith et al. 2024)",
    ),
    "guardrail": Term(
        "Guardrail",
        "A metric that must not get worse: safe when its interval excludes a loss as large as the margin.",
        "context",
        "lower end of the relative interval > −margin",
    ),
    "alpha": Term(
        "Significance level",
        "How often a test with no true uplift would call one significant.",
        "lower",
        "two-sided alpha; 5% is usual",
    ),
    "correction": Term(
        "Correction",
        "What keeps many metrics and treatments from finding uplifts by luck: they share the significance level.",
        "context",
        "Holm and Bonferroni bound the chance of any false find, Benjamini–Hochberg the share of false ones",
    ),
    "power": Term("Power", "The chance to find an effect of the planned size, if it is there.", "higher", "1 − β"),
    # Calibration
    "false_alarms": Term(
        "False alarms",
        "How often an A/A test, where nothing differs, would have found a difference.",
        "lower",
        "share of re-randomised A/A tests with a difference at any look; it should not exceed alpha",
    ),
    "finds": Term(
        "Finds it",
        "How often a true uplift of the given size would have been found by the last look.",
        "higher",
        "share of re-randomised tests, the uplift put in, that found a difference",
    ),
    "interval_coverage": Term(
        "Intervals hold it",
        "How often the interval, where the test stopped, held the true uplift.",
        "higher",
        "share of re-randomised tests; it should be at least 1 − alpha",
    ),
    "type_s": Term(
        "Wrong sign",
        "Of the differences found, the share that points the wrong way (type S error).",
        "lower",
        "Gelman & Carlin 2014: found with the wrong sign ÷ found",
    ),
    "type_m": Term(
        "Exaggeration",
        "How many times too large a found uplift looks on average (type M error).",
        "lower",
        "Gelman & Carlin 2014: mean of |estimate ÷ truth| among those found",
    ),
    "stopping_share": Term(
        "Stops at",
        "How much of the planned test had been run when it stopped, on average.",
        "lower",
        "mean share of the planned units or days, with the uplift put in",
    ),
    # Data
    "density": Term(
        "Density",
        "The share of all user–item pairs that were ever touched.",
        "context",
        "distinct pairs ÷ (users × items)",
    ),
}


def title(name: str) -> str:
    """Return what pages call the metric ``name``."""
    return TERMS[name].title


def tip(name: str) -> str:
    """Return the tooltip of the metric ``name``."""
    return TERMS[name].help
