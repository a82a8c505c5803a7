"""What the reader wants measured: which models, told what, on which split, with lists how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.dataset import Dataset
from engine.evaluation.request import Request
from engine.evaluation.versions import model_of, title_of, untuned
from engine.jobs import folder
from engine.models import MODELS, PRESETS
from pages.parts import evaluations, formats, model_guide, parameters, progress

REFERENCES = ("popularity", "random")
"""Always measured beside whatever was chosen."""

OWN = "My own choice"
_SPLITS = {"temporal": "By time", "random": "At random", "leave-last": "Each user's last"}
_SPLIT_HELP = (
    "**By time**: learn from the past, test on what came after, as it would be live. **At random**: rows of each "
    "user drawn by chance, as many papers do. **Each user's last**: one row a user is the test."
)
_TEST_SHARE = 0.15


@dataclass(frozen=True)
class Choice:
    """What is to be measured.

    Attributes:
        params: parameters that differ from the defaults, by row (`engine.evaluation.versions`), in the order chosen.
        split: arguments of ``engine.splitting.split``.
        k: length of the lists.
        seed: seed of models, bootstrap and random split.
        seeds: with how many seeds, from ``seed`` on, a model that draws is measured.
    """

    params: Mapping[str, Mapping[str, Any]]
    split: Mapping[str, Any]
    k: int
    seed: int
    seeds: int = 1

    def asked(self, models: Sequence[str], *, metric: str, by: str | None) -> Request:
        """Return the leaderboard of ``models`` that is asked for, as the command line would be asked for it.

        Args:
            models: which of the chosen ones.
            metric: the ranking metric that says which is best.
            by: a grouping of users; None for none.
        """
        how = self.split["how"]
        return Request(
            models=tuple(models),
            params={model: dict(self.params[model]) for model in models if self.params[model]},
            k=self.k,
            split=how,
            test_share=None if how == "leave-last" else self.split.get("test_share", _TEST_SHARE),
            seed=self.seed,
            seeds=self.seeds,
            metric=metric,
            by=by,
        )

    def requests(self, dataset: Dataset) -> dict[str, dict[str, Any]]:
        """Return one request a model, so that adding a model trains only that model."""
        # With one seed nothing is said of seeds, so that pages which ask for one seed join.
        seeds = {} if self.seeds == 1 else {"seeds": self.seeds}
        told: dict[str, Any] = {"split": self.split, "k": self.k, "seed": self.seed}
        return {
            row: evaluations.request(dataset, model_of(row), params=params, **told) | seeds
            for row, params in self.params.items()
        }

    def keys(self, dataset: Dataset) -> dict[str, str]:
        """Return each model's job key, whether or not the job was ever started."""
        return {model: folder.key_of(self._task, request) for model, request in self.requests(dataset).items()}

    def start(self, dataset: Dataset) -> None:
        """Evaluate what is not evaluated yet, each model in a child process."""
        for request in self.requests(dataset).values():
            progress.start(self._task, request)

    @property
    def _task(self) -> str:
        return evaluations.TASK if self.seeds == 1 else evaluations.REPEAT_TASK


def choose(dataset: Dataset) -> Choice:
    """Draw the choice of models, split, k and seed; everything is kept in the URL."""
    st.subheader("What is compared", anchor=False)
    with st.container(border=True, key="training"):
        models = _models()
        model_guide.draw()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            ways = list(_SPLITS) if dataset.has_time else ["random"]
            how = st.selectbox(
                "Split",
                ways,
                format_func=_SPLITS.__getitem__,
                key="models_split",
                bind="query-params",
                help=_SPLIT_HELP,
                width=180,
            )
            test_share = st.slider(
                "Test share",
                0.05,
                0.5,
                _TEST_SHARE,
                0.05,
                format="percent",
                key="models_test",
                bind="query-params",
                disabled=how == "leave-last",
                help="The share of rows models are tested on; they learn from the rest. Each user's last row "
                "is a test of its own size.",
                width=180,
            )
            k = st.number_input(
                "Items in a list (k)",
                1,
                100,
                10,
                key="models_k",
                bind="query-params",
                help="How many items a user is shown. Precision, recall, nDCG and the rest are all at this k.",
                width=150,
            )
            seed = st.number_input(
                "Seed",
                0,
                2**31 - 1,
                0,
                key="models_seed",
                bind="query-params",
                help="The same seed gives the same models, intervals and random split.",
                width=130,
            )
            seeds = st.number_input(
                "Repeat with seeds",
                1,
                5,
                1,
                key="models_seeds",
                bind="query-params",
                help="Models that draw at random are measured with this many seeds: their figures are means, and how "
                "far they spread from seed to seed is shown. A model that a second seed does not change is measured "
                "once.",
                width=150,
            )
    wanted: dict[str, dict[str, Any]] = {name: {} for name in REFERENCES}
    parts = _split(str(how), round(float(test_share), 2), int(seed))
    return Choice(wanted | models, parts, int(k), int(seed), int(seeds))


def choose_own(models: Mapping[str, Mapping[str, Any]], *, beside: str) -> None:
    """Make ``models``, each with its parameters, the reader's own choice; to be called before the widgets are drawn.

    Args:
        models: their parameters that differ from the defaults.
        beside: one of them that is to be measured with the defaults too.
    """
    st.session_state["models_preset"] = OWN
    st.session_state["models_own"] = [model for model in models if model not in REFERENCES]
    st.session_state["models_defaults"] = list({*st.session_state.get("models_defaults", []), beside})
    for model, params in models.items():
        parameters.put(model, params)


def _models() -> dict[str, dict[str, Any]]:
    """Return the chosen models, and for each the parameters that differ from its defaults."""
    preset = st.segmented_control(
        "Which models",
        [*PRESETS, OWN],
        default=next(iter(PRESETS)),
        required=True,
        key="models_preset",
        bind="query-params",
        help="Popularity and Random are always measured beside them: a model that does not beat Popularity is "
        "not worth its cost.",
    )
    if preset != OWN:
        chosen = PRESETS[str(preset)]
        st.caption(f"{chosen.description} Here: {titles(chosen.models)}, beside {titles(REFERENCES)}.")
        return {model: dict(params) for model, params in chosen.models.items()}
    models = st.multiselect(
        "Models",
        [name for name in MODELS if name not in REFERENCES],
        default=["svd"],
        format_func=lambda name: MODELS[name].title,
        key="models_own",
        bind="query-params",
        placeholder="Only Popularity and Random",
        help="Each is trained as a job of its own; what was trained before with the same settings is reused.",
    )
    return _beside_defaults(parameters.draw(models))


def _beside_defaults(models: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Offer to measure models that have parameters of their own with their defaults too, each right after itself."""
    told = [model for model, params in models.items() if params]
    if not told:
        return dict(models)
    _settle(told)
    beside = st.multiselect(
        "Measure with default parameters too",
        told,
        format_func=title_of,
        key="models_defaults",
        bind="query-params",
        placeholder="Only with their own parameters",
        help="Trains the model once more, with the defaults, and measures it on the same test rows: what the own "
        "parameters gain is then tested like any difference between models.",
    )
    rows: dict[str, dict[str, Any]] = {}
    for model, params in models.items():
        rows[model] = params
        if model in beside:
            rows[untuned(model, {})] = {}
    return rows


def _settle(told: Sequence[str]) -> None:
    """Drop models that have no parameters of their own any more."""
    kept = st.session_state.get("models_defaults", [])
    if not set(kept) <= set(told):
        st.session_state["models_defaults"] = [model for model in kept if model in told]


def titles(models: Iterable[str]) -> str:
    """Return the models' names for people, as a list in a sentence."""
    return formats.listed([title_of(name) for name in models])


def _split(how: str, test_share: float, seed: int) -> dict[str, Any]:
    """Return only what differs from the engine's defaults, so that pages which ask for the usual split join."""
    asked: dict[str, Any] = {"how": how}
    if how != "leave-last" and test_share != _TEST_SHARE:
        asked["test_share"] = test_share
    if how == "random" and seed:
        asked["seed"] = seed
    return asked
