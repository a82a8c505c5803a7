"""What is personalised, and which variants are compared: the control, the treatments, what each model is told."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts import parameters, policies, uses

_MOST = 4


def ask(*, explain: bool = False) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ask for the use, the control and the treatments; return these as ``experiments.simulate.task`` takes them.

    Args:
        explain: whether to say what the use simulates.
    """
    use = uses.ask(explain=explain)
    place = st.container(horizontal=True, vertical_alignment="bottom")
    composed = policies.own(add_to="treatments", add_label="Add to the treatments", most=_MOST)
    composed = list(dict.fromkeys([*composed, use.control, *use.treatments, *use.also]))
    with place:
        control = policies.choose(
            "Control",
            composed,
            key="control",
            default=use.control,
            help="What users see today; what a treatment must beat. With no recommender, users come across items by "
            "themselves.",
        )
        treatments = policies.choose_many(
            "Treatments",
            composed,
            key="treatments",
            default=use.treatments,
            most=_MOST,
            help="What you think of showing. The Oracle knows every simulated user's true taste: it shows how much "
            "there is to gain. The same model as the control makes an A/A test, where the truth is zero.",
        )
    chosen = [control, *treatments]
    told = parameters.draw(policies.models_of(chosen))
    arms = [policies.arm(spec, told) for spec in chosen]
    return arms[0], arms[1:]
