"""How well each model serves every segment, as the Segments and Models pages show it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.dataset import Dataset
from engine.evaluation.versions import title_of
from engine.models import MODELS
from engine.segments.quality import SMALL
from pages.parts import evaluations, formats, glossary, groupings, headline, segment_charts, tables

_MODELS = ("popularity", "svd", "knn_baseline")
_METRICS = ("ndcg", "precision", "recall", "hit_rate", "map", "mrr", "rmse", "mae", "novelty", "intra_list_diversity")


def draw(dataset: Dataset, by: str, segments: list[str]) -> None:
    """Ask which models and which metric; offer to evaluate what is missing; draw what is there.

    Args:
        dataset: the dataset on the page.
        by: the grouping.
        segments: its segments in the order to show them.
    """
    st.subheader("Are the models as good for every segment?", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        models = st.multiselect(
            "Models",
            list(MODELS),
            default=[model for model in _MODELS if model in MODELS],
            format_func=lambda model: MODELS[model].title,
            key="segments_models",
            bind="query-params",
            width=420,
        )
        metric = st.selectbox(
            "Metric",
            _METRICS,
            format_func=glossary.title,
            key="segments_metric",
            bind="query-params",
            width=220,
        )
    keys = evaluations.keys(dataset, models)
    ready = evaluations.done(keys)
    evaluations.watch(keys)
    missing = evaluations.startable(keys)
    if missing:
        headline.empty(
            "Not evaluated yet" if not ready else "Some models are not evaluated yet",
            f"{', '.join(MODELS[model].title for model in missing)}: trained on {_parts(dataset)}, shared with the "
            "Models page.",
            f"Evaluate {formats.plural(len(missing), 'model')}",
            lambda: evaluations.start(dataset, missing),
            key="segments-evaluate",
        )
    if ready:
        figures(
            pd.concat([groupings.quality(keys[model], by) for model in ready], ignore_index=True),
            metric,
            segments,
            by,
        )


def _parts(dataset: Dataset) -> str:
    if dataset.has_time:
        return "the earlier part of the log, measured on the last 15% of it"
    return "a random part of the log, measured on the rest of it"


def figures(table: pd.DataFrame, metric: str, segments: list[str], by: str) -> None:
    """Draw one metric of every model by segment, as a chart and as a table.

    Args:
        table: rows of ``quality_by_segment``, all models together.
        metric: the metric.
        segments: the segments in the order to show them.
        by: the grouping they are of.
    """
    rows = table[table["metric"] == metric]
    st.markdown(f"**{glossary.title(metric)}** with 95% intervals", help=glossary.tip(metric))
    if rows["value"].isna().all():
        st.info("None of these models can be measured this way on this log.", icon=":material/info:")
        return
    present = [segment for segment in segments if segment in set(rows.loc[rows["value"].notna(), "segment"])]
    segment_charts.quality(rows, metric, present, name=f"segment-quality-{by}-{metric}")
    if (rows["small"] & rows["value"].notna()).any():
        st.caption(f"Hollow marks: fewer than {SMALL} users, too few to act on.")
    absent = [segment for segment in segments if segment not in present]
    if absent:
        st.caption(f"Nobody to measure in {', '.join(absent)}: no model saw them early and found them again later.")
    tables.table(
        pd.DataFrame(
            {
                "Model": rows["model"].map(title_of),
                "Segment": rows["segment"],
                glossary.title(metric): rows["value"].map(formats.decimal),
                "95% interval": [
                    formats.interval(formats.decimal(low), formats.decimal(high))
                    for low, high in zip(rows["low"], rows["high"], strict=True)
                ],
                "Users measured": rows["users"].map(formats.count),
                "Note": [
                    "nobody to measure" if not users else "few users: do not act on it" if small else ""
                    for users, small in zip(rows["users"], rows["small"], strict=True)
                ],
            }
        ),
        f"segment-quality-table-{by}-{metric}",
        data=rows,
    )
