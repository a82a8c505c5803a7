"""The trials of a search: a chart of what each brought, and a table of what each was told."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.tuning import Tuned
from pages.parts import charts, formats, tables

_SAID = {"done": "● to the end", "pruned": "▽ given up early", "failed": "✕ failed"}
_BEST = "★ best"
_ROWS = 7


def chart(found: Tuned) -> None:
    """Draw each trial's metric with the best so far and the defaults; shape and word say how a trial ended."""
    rows = _rows(found)
    drawn = charts.figure(x_title="Trial", y_title=found.measure, height=300)
    blue, orange, *_ = charts.colours()
    drawn.add_scatter(
        x=rows["trial"],
        y=rows["best_so_far"],
        mode="lines",
        line={"color": blue, "shape": "hv", "width": 2},
        name="Best so far",
        hoverinfo="skip",
    )
    if found.default_value is not None:
        drawn.add_scatter(
            x=[1, max(found.asked, len(rows))],
            y=[found.default_value] * 2,
            mode="lines",
            line={"color": charts.neutral(), "dash": "dot", "width": 2},
            name="Defaults",
            hoverinfo="skip",
        )
    marks = (("done", blue, "circle"), ("pruned", orange, "triangle-down-open"), ("failed", charts.neutral(), "x"))
    for state, colour, symbol in marks:
        part = rows[rows["state"] == state]
        if part.empty:
            continue
        failed = state == "failed"
        drawn.add_scatter(
            x=part["trial"],
            # What failed has no figure: it stands at the foot.
            y=[0.03] * len(part) if failed else part["value"],
            yaxis="y2" if failed else "y",
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 10, "line": {"color": colour, "width": 2}},
            name=_SAID[state].partition(" ")[2].capitalize(),
            hovertemplate="Trial %{x}: failed<extra></extra>" if failed else "Trial %{x}: %{y:.4f}<extra></extra>",
        )
    drawn.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})
    drawn.update_xaxes(range=[0.4, max(found.asked, len(rows)) + 0.6], tickformat="d", nticks=8)
    drawn.update_yaxes(nticks=6)
    charts.show(
        drawn,
        alt=f"{found.measure} on the validation rows of each of {formats.plural(len(rows), 'trial')}; the best "
        f"reached {formats.decimal(found.value, 4)}, the defaults {formats.decimal(found.default_value, 4)}.",
        data=rows,
        name="tuning-trials",
    )


def table(found: Tuned) -> None:
    """Draw what each trial was told and brought, last first; the file holds the exact numbers."""
    names = list(dict.fromkeys(name for trial in found.trials for name in trial.params))
    shown = [
        {
            "Trial": trial.number + 1,
            "Ended": _BEST if trial == found.best else _SAID[trial.state],
            found.measure: trial.value,
            **{name.replace("_", " "): value(trial.params.get(name)) for name in names},
            **({"Why": trial.reason} if any(each.reason for each in found.trials) else {}),
        }
        for trial in reversed(found.trials)
    ]
    columns = {
        "Trial": st.column_config.NumberColumn(pinned=True),
        found.measure: st.column_config.NumberColumn(
            format="%.4f", help="On the validation rows; of a trial given up early, after a quarter of its passes."
        ),
    }
    height = 280 if len(shown) > _ROWS else None
    tables.table(pd.DataFrame(shown), "tuning-table", columns=columns, data=_rows(found), height=height)


def told(found: Tuned) -> str:
    """Return the best trial's parameters as a sentence lists them."""
    return formats.listed([f"{name.replace('_', ' ')} {value(given)}" for name, given in found.params.items()])


def _rows(found: Tuned) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "trial": trial.number + 1,
                "state": trial.state,
                "value": trial.value,
                "best_so_far": best,
                **trial.params,
                "reason": trial.reason,
            }
            for trial, best in zip(found.trials, found.running_best, strict=True)
        ]
    )


def value(param: object) -> str:
    """Return a parameter's value for people."""
    if isinstance(param, bool):
        return "yes" if param else "no"
    if isinstance(param, float):
        return formats.significant(param)
    return formats.NO_VALUE if param is None else str(param)
