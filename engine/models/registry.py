"""Every model by name: what it is, what it can be told, and how to make one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.errors import ModelError, unknown
from engine.models import options
from engine.models.base import Recommender
from engine.models.baselines import Popularity, Random
from engine.models.factors import FactorModel
from engine.models.params import Param, Value, complete

Make = Callable[[Mapping[str, Value], int], Recommender]


@dataclass(frozen=True)
class ModelInfo:
    """What the reader needs to know of a model before training it.

    Attributes:
        name: its name in requests and on the command line.
        title: its name on a page.
        family: ``baseline``, ``factors``, ``neighbours``, ``slope`` or ``clusters``.
        description: one plain sentence.
        when_to_use: one plain sentence.
        predicts_ratings: whether its scores are on the rating scale, so that RMSE and MAE mean something.
        params: what it can be told.
        source: the paper or the program it comes from.
        make: builds an untrained one from complete parameters and a seed; call ``make_model`` instead.
    """

    name: str
    title: str
    family: str
    description: str
    when_to_use: str
    predicts_ratings: bool
    params: tuple[Param, ...]
    source: str
    make: Make


def check_params(name: str, params: Mapping[str, object] | None) -> dict[str, Value]:
    """Return every parameter of the model ``name``: the given ones checked, the others at their defaults.

    Raises:
        ModelError: for an unknown model, an unknown parameter or a value out of range, with what is allowed.
    """
    return complete(name, _info(name).params, params or {})


def make_model(name: str, params: Mapping[str, object] | None = None, seed: int = 0) -> Recommender:
    """Return an untrained model; the same name, parameters and seed learn the same from the same data.

    Raises:
        ModelError: as ``check_params``.
    """
    return _info(name).make(check_params(name, params), seed)


def _info(name: str) -> ModelInfo:
    if name not in MODELS:
        raise ModelError(unknown("Model", name, MODELS))
    return MODELS[name]


def _factors(algorithm: str, title: str) -> Make:
    return lambda params, seed: FactorModel(algorithm, title, params, seed)


_ALL = (
    ModelInfo(
        name="random",
        title="Random",
        family="baseline",
        description="Shows everybody items drawn by chance.",
        when_to_use="As the floor: a model that does not beat it has learned nothing.",
        predicts_ratings=False,
        params=(),
        source="own",
        make=lambda _, seed: Random(seed),
    ),
    ModelInfo(
        name="popularity",
        title="Popularity",
        family="baseline",
        description="Shows everybody the items that most users chose.",
        when_to_use="As the yardstick: personalisation must beat it to be worth its cost.",
        predicts_ratings=False,
        params=(),
        source="own",
        make=lambda *_: Popularity(),
    ),
    ModelInfo(
        name="svd",
        title="SVD",
        family="factors",
        description="Describes users and items by hidden traits and predicts how well they match.",
        when_to_use="A strong default for ratings: accurate, and quick to train and to serve.",
        predicts_ratings=True,
        params=options.SVD,
        source="Koren, Bell & Volinsky 2009, Computer 42(8), eq. 5; scikit-surprise SVD",
        make=_factors("SVD", "SVD"),
    ),
    ModelInfo(
        name="svd_pp",
        title="SVD++",
        family="factors",
        description="SVD that also learns from which items a user has, whatever they thought of them.",
        when_to_use="When accuracy matters more than training time, which grows with users' histories.",
        predicts_ratings=True,
        params=options.SVD_PP,
        source="Koren 2008, KDD, eq. 15; scikit-surprise SVDpp",
        make=_factors("SVDpp", "SVD++"),
    ),
    ModelInfo(
        name="nmf",
        title="NMF",
        family="factors",
        description="Describes users and items by hidden traits that only add up, never cancel out.",
        when_to_use="When the traits should read as themes a user has more or less of.",
        predicts_ratings=True,
        params=options.NMF,
        source="Luo et al. 2014, IEEE Transactions on Industrial Informatics 10(2); scikit-surprise NMF",
        make=_factors("NMF", "NMF"),
    ),
)

MODELS: Mapping[str, ModelInfo] = MappingProxyType({info.name: info for info in _ALL})
