"""Models as they are written on the command line: ``ease``, or with parameters ``content(embeddings=minilm)``."""

from __future__ import annotations

from engine.errors import ModelError, unknown


def named_model(text: str) -> tuple[str, dict[str, object]]:
    """Return the name and the parameters of the model ``text`` writes, as a policy's base is written.

    Raises:
        ModelError: the model or a parameter is unknown, a value cannot be, or stages follow.
    """
    from engine.models import MODELS
    from engine.policies import parse

    name = text.partition("(")[0].strip()
    if name not in MODELS:
        raise ModelError(unknown("Model", name, MODELS))
    if name == text.strip():
        return name, {}
    written = parse(text)
    if written.stages:
        raise ModelError(f"'{text}' puts stages after a model; a model alone is expected, such as {name}.")
    return name, dict(written.params)


def named_models(text: str) -> dict[str, dict[str, object]]:
    """Return the parameters of each row of a list such as ``popularity,svd(n_factors=20)``, in its order.

    A row is called as its model; where a model is named with other parameters too, these are part of its name:
    ``ease,ease(penalty=300)``.

    Raises:
        ModelError: as ``named_model``.
    """
    from engine.evaluation.versions import row_of
    from engine.policies import split_specs

    written: list[tuple[str, dict[str, object]]] = []
    for part in split_specs(text):
        if (one := named_model(part)) not in written:
            written.append(one)
    models = [name for name, _ in written]
    return {row_of(name, params) if models.count(name) > 1 else name: params for name, params in written}
