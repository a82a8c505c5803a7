"""What a report says of a simulated result alone: fidelity, bias, other plausible worlds, whom it truly helps."""

from __future__ import annotations

from typing import Any

from experiments.bias import bias_parts, bias_sentence
from experiments.individual import EVERYBODY
from experiments.metrics import find
from experiments.results import Results
from experiments.wording import count, difference, differences, number, percent, share

_FITS = {
    "fits": ("✓ fits", "good"),
    "roughly": ("≈ roughly", "warning"),
    "does not fit": ("✖ does not fit", "bad"),
    "not measured": ("— not measured", ""),
}


def sections(results: Results) -> dict[str, Any]:
    """Return the rows of each section as text; a section without rows is left out of the report."""
    return {
        "fits": None if results.fidelity is None else _FITS[results.fidelity.verdict],
        "fidelity": results.fidelity,
        "measures": _measures(results),
        "biases": [said for variant in results.plan.variants[1:] if (said := _bias(results, variant))],
        "bias": _bias_rows(results),
        "worlds": results.worlds,
        "conclusions": _conclusions(results),
        "individual": _individual(results),
    }


def _measures(results: Results) -> list[dict[str, Any]]:
    return [
        {
            "title": measure.title,
            "simulated": number(measure.simulated),
            "held_out": number(measure.held_out),
            "earlier": number(measure.earlier),
            "unit": measure.unit,
            "distance": number(measure.distance),
            "of_earlier": number(measure.distance_of_earlier),
            "reading": _FITS[measure.verdict][0],
            "css": _FITS[measure.verdict][1],
        }
        for measure in (() if results.fidelity is None else results.fidelity.measures)
    ]


def _bias(results: Results, variant: str) -> str:
    said = bias_sentence(results, results.plan.primary.name, variant)
    return f"{results.plan.title(variant)}: {said}" if said else ""


def _bias_rows(results: Results) -> list[dict[str, str]]:
    rows = []
    for row in bias_parts(results).to_dict(orient="records"):
        metric = find(results.plan.metrics, row["metric"])
        bias, low, high = differences(metric, row["absolute"], row["absolute_low"], row["absolute_high"])
        rows.append(
            {
                "metric": metric.label,
                "variant": results.plan.title(row["variant"]),
                "truth": difference(metric, row["true_absolute"]),
                "interference": bias,
                "interval": f"{low} to {high}",
                "chance": difference(metric, row["chance_absolute"]),
                "estimate": difference(metric, row["estimate_absolute"]),
            }
        )
    return rows


def _conclusions(results: Results) -> list[dict[str, str]]:
    if results.worlds is None:
        return []
    return [
        {
            "metric": find(results.plan.metrics, each.metric).label,
            "variant": results.plan.title(each.variant),
            "better": f"{each.better} of {each.worlds}",
            "median": percent(each.median_relative),
            "range": f"{percent(each.low_relative)} to {percent(each.high_relative)}",
            "sentence": each.sentence,
        }
        for each in results.worlds.conclusions
    ]


def _individual(results: Results) -> list[dict[str, str]]:
    """Return whom the treatments help: everybody on every metric, segments on the metric that decides, or the first."""
    table = results.individual
    if table.empty:
        return []
    names = list(table["metric"].unique())
    decisive = results.plan.primary.name if results.plan.primary.name in names else names[0]
    shown = table[(table["by"] == EVERYBODY) | (table["metric"] == decisive)]
    rows = []
    for row in shown.to_dict(orient="records"):
        metric = find(results.plan.metrics, row["metric"])
        everybody = row["by"] == EVERYBODY
        rows.append(
            {
                "metric": metric.label,
                "variant": results.plan.title(row["variant"]),
                "who": "Everybody" if everybody else f"{row['by'].replace('_', ' ')}: {row['segment']}",
                "units": count(row["units"]),
                "helped": share(row["helped"]),
                "unchanged": share(row["unchanged"]),
                "harmed": share(row["harmed"]),
                "mean": difference(metric, row["mean"]),
            }
        )
    return rows
