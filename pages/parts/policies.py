"""Policies as widgets: choosing among them, and composing them of a base and stages, kept in the URL as written.

``own()`` draws the fold that composes and returns what was composed; ``choose`` offers these beside every model and
reference; ``arm`` turns a choice into what requests carry. ``ask`` does all three, for a page that wants a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from engine.categories import named_categories
from engine.errors import ModelError
from engine.models import MODELS, Param
from engine.policies import BASES, STAGES, StageInfo, base_title, parse
from engine.policies.stage import written
from engine.policies.stages import possible
from pages.parts import formats, state

COMPOSED = "policies"
"""The query parameter that keeps what was composed."""

_GROUPS = {"rerank": "Re-rank", "explore": "Explore", "guardrail": "Rule", "offer": "Offer"}


def ask(
    label: str,
    *,
    key: str,
    default: Sequence[str],
    help: str,
    add_label: str = "Add it",
    most: int | None = None,
    width: int = 420,
) -> list[dict[str, Any]]:
    """Ask for any number of policies and let the reader compose their own, in a fold below.

    Args:
        label: of the list.
        key: of the list's widget; the query parameter that keeps what is chosen.
        default: policies chosen at first, as they are written, each a base alone.
        help: of the list.
        add_label: of the button that takes what was composed into the list.
        most: how many may be chosen.
        width: of the list in pixels.

    Returns:
        The chosen policies in order, each ``{"model": name, "params": {...}}``, and ``"then": ["mmr:0.3"]`` where
        stages follow.
    """
    place = st.container()
    composed = own(add_to=key, add_label=add_label, most=most)
    with place:
        chosen = choose_many(label, composed, key=key, default=default, help=help, most=most, width=width)
    return [arm(spec) for spec in chosen]


def choose(label: str, composed: Sequence[str], *, key: str, default: str, help: str, width: int = 230) -> str:
    """Ask for one policy: a model, a reference, or one of ``composed``; return it as it is written."""
    options = _options(composed)
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]  # it was composed, and is no longer
    chosen = st.selectbox(
        label,
        options,
        index=options.index(default),
        format_func=title,
        key=key,
        bind="query-params",
        help=help,
        width=width,
    )
    return str(chosen or default)


def choose_many(
    label: str,
    composed: Sequence[str],
    *,
    key: str,
    default: Sequence[str],
    help: str,
    most: int | None = None,
    width: int = 420,
) -> list[str]:
    """Ask for any number of policies: models, references, and ``composed`` ones; return them as they are written."""
    options = _options(composed)
    gone = [spec for spec in st.session_state.get(key, []) if spec not in options]
    if gone:  # they were composed, and are no longer
        st.session_state[key] = [spec for spec in st.session_state[key] if spec not in gone]
    return list(
        st.multiselect(
            label,
            options,
            default=list(default),
            format_func=title,
            key=key,
            bind="query-params",
            max_selections=most,
            placeholder="Choose at least one",
            help=help,
            width=width,
        )
    )


def own(*, add_to: str, add_label: str, most: int | None = None) -> list[str]:
    """Draw the fold that composes policies; return those that were composed, as they are written.

    Args:
        add_to: key of the list that a composed policy is added to, too.
        add_label: of the button.
        most: how many that list holds.
    """
    with st.expander("Compose a policy: re-rank, explore, set rules"):
        st.caption(
            "A policy begins with something that ranks items; stages then change what is shown, in the order you "
            "choose them. What you add can be chosen above like any other."
        )
        spec = _composer()
        st.button(add_label, icon=":material/add:", key="compose-add", on_click=_add, args=(spec, add_to, most))
        return _composed()


def title(spec: str) -> str:
    """Return what a reader calls the policy ``spec`` writes, the parameters it names included."""
    read = parse(spec)
    told = ", ".join(f"{name} {value}" for name, value in read.params.items())
    stages = [stage.title for stage in read.stages]
    return " + ".join([f"{base_title(read.base)} ({told})" if told else base_title(read.base), *stages])


def arm(spec: str, told: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Return the policy as requests carry it; ``then`` is left out where there are no stages.

    Args:
        spec: the policy as it is written.
        told: parameters by model; what ``spec`` names itself counts more.
    """
    read = parse(spec)
    params = {**(told or {}).get(read.base, {}), **read.params}
    return {"model": read.base, "params": params} | ({"then": list(read.then)} if read.stages else {})


def policy(arm: Mapping[str, Any]) -> str:
    """Return the policy of what requests carry as it is written, without its parameters."""
    return "+".join((arm["model"], *arm.get("then", ())))


def models_of(specs: Sequence[str]) -> list[str]:
    """Return the models that ``specs`` begin with, each once; references have no parameters."""
    return [base for base in dict.fromkeys(parse(spec).base for spec in specs) if base not in BASES]


def _options(composed: Sequence[str]) -> list[str]:
    """Return the bases, models first, and then what was composed."""
    references = [name for name in BASES if name not in MODELS]
    return list(dict.fromkeys([*MODELS, *references, *composed]))


def _composed() -> list[str]:
    """Draw what was composed, as it is written; it can be typed and removed there, too."""
    written_down = st.multiselect(
        "Composed so far",
        [],
        key=COMPOSED,
        bind="query-params",
        accept_new_options=True,
        placeholder="Nothing yet; you may also write one, such as svd+mmr:0.3",
        help="Each as it is written, in code and on the command line too: a base, then stages, each with its value.",
    )
    found: dict[str, None] = {}
    for text in written_down:
        try:
            found[str(parse(text))] = None
        except ModelError as error:
            st.warning(formats.plain(str(error)), icon=":material/info:")
    return list(found)


def _composer() -> str:
    """Ask for a base, stages and their values; return the policy as it is written."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bases = [name for name in _options(()) if name not in BASES or BASES[name].arranges]
        base = st.selectbox(
            "Begin with",
            bases,
            index=bases.index("svd"),
            format_func=base_title,
            key="compose-base",
            help="What ranks the items: a model, or a reference.",
            width=230,
        )
        stages = st.multiselect(
            "Then",
            _possible(state.current().fingerprint),
            default=["mmr"],
            format_func=lambda name: f"{_GROUPS[STAGES[name].group]}: {STAGES[name].title}",
            key="compose-then",
            placeholder="Choose stages, in their order",
            help="Stages are passed in this order. Rules hold for what is explored later, too.",
            width=420,
        )
    values = [_stage(STAGES[name]) for name in stages]
    spec = "+".join((base, *values))
    st.markdown(f"**{formats.plain(title(spec))}**, written `{spec}`")
    return spec


def _stage(info: StageInfo) -> str:
    """Draw one stage's value and what it means; return the stage as it is written."""
    setting = info.setting
    with st.container(horizontal=True, vertical_alignment="center"):
        value: Any = None
        if isinstance(setting, Param):
            kind = int if setting.kind == "int" else float
            value = st.number_input(
                f"{info.title}: {setting.name}",
                kind(setting.low),
                kind(setting.high),
                kind(str(setting.default)),
                1 if setting.kind == "int" else 0.1,
                format="%d" if setting.kind == "int" else "%g",
                key=f"compose-{info.name}",
                help=f"{setting.help}\n\n`{info.name}`: {setting.expected}.",
                width=260,
            )
        elif setting is not None:
            names = _categories(state.current().fingerprint)
            value = "|".join(
                st.multiselect(
                    f"{info.title}: {setting.name}",
                    names,
                    default=names[:1],
                    key=f"compose-{info.name}",
                    help=setting.help,
                    width=320,
                )
            )
            value = value or names[0]
        st.caption(f"{info.description} Source: {info.source}.", width=420)
    return written(info.stage(value)) if setting is not None else info.name


@st.cache_resource(max_entries=12, show_spinner=False)
def _possible(fingerprint: str) -> tuple[str, ...]:
    return possible(state.dataset(fingerprint).items)


@st.cache_resource(max_entries=12, show_spinner=False)
def _categories(fingerprint: str) -> tuple[str, ...]:
    found = named_categories(state.dataset(fingerprint).items)
    return found.names if found else ()


def _add(spec: str, key: str, most: int | None) -> None:
    """Keep a composed policy, and choose it in the list called ``key`` where that has room."""
    kept = list(st.session_state.get(COMPOSED, []))
    st.session_state[COMPOSED] = list(dict.fromkeys([*kept, spec]))
    chosen = list(st.session_state.get(key, []))
    if spec not in chosen and (most is None or len(chosen) < most):
        st.session_state[key] = [*chosen, spec]
