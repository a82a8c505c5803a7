"""What the reader plans: the variants, what decides, and how it runs. Design and Simulate ask the same questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.dataset import Dataset
from engine.models import MODELS
from experiments.drafting import draft, names_of, split_for
from experiments.metrics import SIMULATED
from experiments.plan import Plan
from pages.parts import formats, glossary, parameters

ORACLE = "oracle"
_STOPPING = {"fixed": "One look, at the end", "always-valid": "A look every day"}
_STOPPING_HELP = (
    "**One look, at the end**: nothing is decided before the last day; the narrowest interval. **A look every day**: "
    "may stop early, whenever the always-valid interval settles it; needs more users. Looking daily at a plan made "
    "for one look finds uplifts that are not there."
)
# A select box takes None for "nothing chosen", so zero stands for an even split and for no retraining.
_CONTROL_SHARES = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95)
_RETRAIN = (1, 3, 7, 14, 0)


@dataclass(frozen=True)
class Choice:
    """Everything a simulated experiment is asked with.

    Attributes:
        control: the control's model and parameters, as ``experiments.simulate.task`` takes them.
        treatments: the treatments', one or more.
        rules: arguments of ``experiments.drafting.draft`` other than the variants and users.
        run: ``users``, ``seed`` and ``retrain_every``.
    """

    control: dict[str, Any]
    treatments: list[dict[str, Any]]
    rules: dict[str, Any]
    run: dict[str, Any]

    @property
    def plan(self) -> Plan:
        """The plan, with the simulated users it asks for."""
        names = names_of([arm["model"] for arm in (self.control, *self.treatments)])
        return draft(names, users=self.run["users"], **self.rules)

    def request(self, dataset: Dataset) -> dict[str, Any]:
        """Return the request for ``experiments.simulate:task``."""
        arms = {"control": self.control, "treatments": self.treatments}
        return {"dataset": dataset.fingerprint, **arms, **self.rules, **self.run}


def title(model: str) -> str:
    """Return what pages call a policy or the variant named after it, such as ``svd_2``."""
    if model == ORACLE:
        return "Oracle"
    if model in MODELS:
        return MODELS[model].title
    base, _, number = model.rpartition("_")
    return f"{title(base)} {number}" if number.isdigit() and base else model


def variants() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ask for the control and the treatments, and what each model is told."""
    models = [*MODELS, ORACLE]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        control = st.selectbox(
            "Control",
            models,
            index=models.index("popularity"),
            format_func=title,
            key="control",
            bind="query-params",
            help="What users see today; what a treatment must beat.",
            width=230,
        )
        treatments = st.multiselect(
            "Treatments",
            models,
            default=["svd"],
            format_func=title,
            key="treatments",
            bind="query-params",
            max_selections=4,
            placeholder="Choose at least one",
            help="What you think of showing. The Oracle knows every simulated user's true taste: it shows how much "
            "there is to gain. The same model as the control makes an A/A test, where the truth is zero.",
            width=420,
        )
    chosen = [control or "popularity", *treatments]
    told = parameters.draw(model for model in dict.fromkeys(chosen) if model != ORACLE)
    arms = [{"model": model, "params": told.get(model, {})} for model in chosen]
    return arms[0], arms[1:]


def decision() -> dict[str, Any]:
    """Ask what is believed, which metric decides, and which must not get worse."""
    hypothesis = st.text_input(
        "Hypothesis",
        key="hypothesis",
        bind="query-params",
        max_chars=300,
        placeholder="What you believe and why; written for you if you leave it empty",
    )
    names = [metric.name for metric in SIMULATED]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        primary = st.selectbox(
            "Primary metric",
            names,
            index=names.index("conversion"),
            format_func=glossary.title,
            key="primary",
            bind="query-params",
            help="The one metric that decides.\n\n" + "\n\n".join(f"**{glossary.title(n)}**: {_tip(n)}" for n in names),
            width=200,
        )
        mde = st.slider(
            "Smallest uplift worth finding",
            0.01,
            0.5,
            0.05,
            0.01,
            format="percent",
            key="mde",
            bind="query-params",
            help=f"Relative to the control. {glossary.tip('mde')}",
            width=240,
        )
        guardrails = st.multiselect(
            "Guardrails",
            names,
            default=[metric.name for metric in SIMULATED if metric.role == "guardrail"],
            format_func=glossary.title,
            key="guardrails",
            bind="query-params",
            placeholder="None",
            help=f"{glossary.tip('guardrail')}\n\nThe primary metric is none, even where it is chosen here.",
            width=330,
        )
    guarded = [name for name in guardrails if name != primary]
    margins = _margins(guarded)
    return {"hypothesis": hypothesis, "primary": primary, "mde": round(mde, 3), "guardrails": margins}


def rigour() -> dict[str, Any]:
    """Ask how sure the test must be: alpha, power and stopping."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        alpha = st.selectbox(
            "Significance level",
            (0.01, 0.05, 0.1),
            index=1,
            format_func=lambda level: formats.share(level, 0),
            key="alpha",
            bind="query-params",
            help=glossary.tip("alpha"),
            width=160,
        )
        power = st.selectbox(
            "Power",
            (0.7, 0.8, 0.9, 0.95),
            index=1,
            format_func=lambda chance: formats.share(chance, 0),
            key="power",
            bind="query-params",
            help=glossary.tip("power"),
            width=120,
        )
        stopping = st.selectbox(
            "Stopping",
            list(_STOPPING),
            format_func=_STOPPING.__getitem__,
            key="stopping",
            bind="query-params",
            help=_STOPPING_HELP,
            width=220,
        )
    return {"alpha": alpha, "power": power, "stopping": stopping}


def conduct(treatments: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask how it runs; return split and days, which are the plan's, and what only a simulation needs."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        users = st.number_input(
            "Simulated users",
            100,
            100_000,
            5_000,
            500,
            key="users",
            bind="query-params",
            help="Drawn from the data's users; beyond their number, clones that share most of an original's taste.",
            width=170,
        )
        days = st.number_input(
            "Days", 1, 60, 14, key="days", bind="query-params", help="Whole weeks are best.", width=130
        )
        share = st.selectbox(
            "Split",
            _CONTROL_SHARES,
            format_func=lambda part: f"{formats.share(part, 0)} control" if part else "Even",
            key="split",
            bind="query-params",
            help="An even split needs the fewest users; a large control risks less.",
            width=150,
        )
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            1,
            key="seed",
            bind="query-params",
            help="The same seed gives the same numbers. Choose it before you look, and keep it.",
            width=130,
        )
        retrain = st.selectbox(
            "Retrain every",
            _RETRAIN,
            index=_RETRAIN.index(7),
            format_func=lambda days: formats.plural(days, "day") if days else "Never",
            key="retrain",
            bind="query-params",
            help="How often the models learn from what happened since.",
            width=150,
        )
    split = list(split_for(max(treatments, 1), share or None))
    run = {"users": int(users), "seed": int(seed), "retrain_every": retrain or None}
    return {"split": split, "days": int(days)}, run


def summary(plan: Plan) -> str:
    """Return the plan in a line: what decides, what guards, how long, how sure."""
    guards = ", ".join(
        f"{glossary.title(metric.name)} may lose {formats.share(metric.margin, 0)}" for metric in plan.guardrails
    )
    return (
        f"**{glossary.title(plan.primary.name)}** decides · {guards or 'no guardrail'} · "
        f"{formats.plural(plan.days, 'day')} · split {' : '.join(formats.share(part, 0) for part in plan.shares)} · "
        f"significance level {formats.share(plan.alpha, 0)} · {_STOPPING[plan.stopping].lower()}"
    )


def _margins(guarded: list[str]) -> dict[str, float]:
    if not guarded:
        return {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return {
            name: round(
                st.slider(
                    f"{glossary.title(name)} may lose",
                    0.01,
                    0.3,
                    0.05,
                    0.01,
                    format="percent",
                    key=f"margin_{name}",
                    bind="query-params",
                    help="The largest relative loss that is still acceptable.",
                    width=240,
                ),
                3,
            )
            for name in guarded
        }


def _tip(name: str) -> str:
    return glossary.TERMS[name].meaning
