"""A model's parameters as widgets, each bound to the URL, so that a link carries what a model was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

from engine.models import MODELS, Param

_WIDTH = 190


def draw(models: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Offer the parameters of ``models``, each model's in a fold of its own.

    Returns:
        By model, the parameters that differ from their defaults: a request that asks for a default by name
        would be another request for the same work.
    """
    return {model: _fold(model) for model in models}


def put(model: str, params: Mapping[str, Any]) -> None:
    """Set the widgets of ``model`` to ``params``, the others to their defaults; to be called before they are drawn."""
    for param in MODELS[model].params:
        value = params.get(param.name, param.default)
        is_number = param.kind == "float" and value is not None
        st.session_state[_key(model, param)] = float(value) if is_number else value


def _fold(model: str) -> dict[str, Any]:
    info = MODELS[model]
    if not info.params:
        return {}
    with st.expander(f"{info.title}: parameters"):
        st.caption(f"{info.description} {info.when_to_use} Source: {info.source}.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            given = {param.name: _widget(model, param) for param in info.params}
    return {param.name: given[param.name] for param in info.params if given[param.name] != param.default}


def _widget(model: str, param: Param) -> Any:
    label = param.name.replace("_", " ")
    shared: dict[str, Any] = {
        "key": _key(model, param),
        "help": f"{param.help}\n\n`{param.name}`: {param.expected}.",
        "bind": "query-params",
        "width": _WIDTH,
    }
    if param.kind == "bool":
        return st.toggle(label, value=bool(param.default), **shared)
    if param.kind == "choice":
        index = None if param.default is None else param.choices.index(str(param.default))
        return st.selectbox(label, param.choices, index=index, placeholder="as described", **shared)
    kind: Callable[[Any], Any] = int if param.kind == "int" else float
    bounds: dict[str, Any] = {
        "min_value": kind(param.low),
        "max_value": kind(param.high),
        "value": None if param.default is None else kind(param.default),
        "step": 1 if param.kind == "int" else 0.001,
        "format": "%d" if param.kind == "int" else "%g",
    }
    return st.number_input(label, placeholder="as described", **bounds, **shared)


def _key(model: str, param: Param) -> str:
    return f"{model}.{param.name}"
