"""What many worlds say together: in how many there is uplift, how much, and what the others have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import factorial
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu, spearmanr

from experiments.judging import sign
from experiments.metrics import find
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.wording import difference, percent
from experiments.worlds.record import Conclusion, DrawnParameter, WorldTruth

#: A parameter separates worlds plainly where chance would do so this rarely, over all parameters (Bonferroni).
_PLAIN = 0.05
_FEWEST = 4  # fewer worlds show no pattern


def concluded(
    truths: Sequence[WorldTruth], parameters: Sequence[DrawnParameter], plan: Plan, number: int
) -> tuple[Conclusion, ...]:
    """Return a conclusion for each metric and treatment, in the order of ``plan``.

    Whether a parameter tells the worlds where it fails from the others is asked by the exact Mann-Whitney test,
    whether the size of the uplift goes with a parameter by Spearman's rank correlation; both corrected for the
    number of parameters.
    """
    found = []
    for metric in plan.metrics:
        for variant in plan.variants[1:]:
            mine = [each for each in truths if (each.metric, each.variant) == (metric.name, variant)]
            known = [each for each in mine if each.absolute is not None]
            absolute = np.array([each.absolute for each in known], dtype=np.float64)
            relative = np.array([each.relative for each in known if each.relative is not None], dtype=np.float64)
            better = np.array([bool(each.better) for each in known])
            conclusion = Conclusion(
                metric=metric.name,
                variant=variant,
                better=int(better.sum()),
                worlds=len(known),
                failing=tuple(each.world for each, well in zip(known, better, strict=True) if not well),
                **_spread("absolute", absolute),
                **_spread("relative", relative),
            )
            drawn = {each.name: np.array(each.values)[[one.world - 1 for one in known]] for each in parameters}
            conclusion = _moved(_separated(conclusion, drawn, better), drawn, absolute)
            found.append(replace(conclusion, sentence=_sentence(conclusion, parameters, plan, number)))
    return tuple(found)


def _spread(name: str, values: Floats) -> dict[str, Any]:
    if not len(values):
        return {}
    return {
        f"median_{name}": float(np.median(values)),
        f"low_{name}": float(values.min()),
        f"high_{name}": float(values.max()),
    }


def _separated(conclusion: Conclusion, drawn: dict[str, Floats], better: np.ndarray) -> Conclusion:
    """Return the conclusion with the parameter that tells failing worlds from the others, if one plainly does."""
    if better.all() or not better.any() or not drawn or len(better) < _FEWEST:
        return conclusion
    p_values = {
        name: float(mannwhitneyu(values[better], values[~better], method="exact").pvalue)
        for name, values in drawn.items()
    }
    name = min(p_values, key=p_values.__getitem__)
    if p_values[name] * len(drawn) >= _PLAIN:
        return conclusion
    return replace(
        conclusion,
        separated_by=name,
        where_failing=float(drawn[name][~better].mean()),
        where_better=float(drawn[name][better].mean()),
    )


def _moved(conclusion: Conclusion, drawn: dict[str, Floats], absolute: Floats) -> Conclusion:
    """Return the conclusion with the parameter that the uplift's size goes with, if one plainly does."""
    if len(absolute) < _FEWEST or np.ptp(absolute) == 0:
        return conclusion
    found = {name: spearmanr(values, absolute) for name, values in drawn.items() if np.ptp(values) > 0}
    if not found:
        return conclusion
    name = min(found, key=lambda each: float(found[each].pvalue))
    # Of few worlds the usual p-value of a perfect order is 0; chance makes one in 2 of so many orders.
    rarest = 2 / factorial(len(absolute))
    if max(float(found[name].pvalue), rarest) * len(found) >= _PLAIN:
        return conclusion
    return replace(conclusion, moved_by=name, correlation=float(found[name].statistic))


def _sentence(conclusion: Conclusion, parameters: Sequence[DrawnParameter], plan: Plan, number: int) -> str:
    metric = find(plan.metrics, conclusion.metric)
    better, worlds = conclusion.better, conclusion.worlds
    if not worlds:
        return f"{metric.label} has no value in any of {number} worlds."
    said = f"Uplift in {better} of {worlds} plausible worlds"
    if sign(metric) < 0:
        said = f"{metric.label} is lower, which is better, in {better} of {worlds} plausible worlds"
    kind = "absolute" if conclusion.median_relative is None else "relative"
    ends = [getattr(conclusion, f"{end}_{kind}") for end in ("median", "low", "high")]
    spread = [difference(metric, each) if kind == "absolute" else percent(each) for each in ends]
    said += f": {spread[0]} in the middle one, from {spread[1]} to {spread[2]}."
    if conclusion.separated_by is not None:
        high = (conclusion.where_failing or 0) > (conclusion.where_better or 0)
        said += (
            f" It fails where {_words(conclusion.separated_by)} is {'high' if high else 'low'}: "
            f"{conclusion.where_failing:.3g} on average there, {conclusion.where_better:.3g} in the others."
        )
    elif conclusion.moved_by is not None:
        larger = (conclusion.correlation or 0) * sign(metric) > 0
        said += f" It is largest where {_words(conclusion.moved_by)} is {'high' if larger else 'low'}."
    elif conclusion.failing and better:
        said += " No single assumption tells the worlds where it fails from the others."
    named = conclusion.separated_by or conclusion.moved_by
    meaning = next((each.meaning for each in parameters if each.name == named), "")
    return f"{said} ({_words(named or '').capitalize()}: {meaning[:1].lower()}{meaning[1:]})" if meaning else said


def _words(name: str) -> str:
    return name.replace("_", " ")
