"""The two yardsticks and every prediction algorithm of scikit-surprise, as the registry lists them."""

from __future__ import annotations

from engine.models import options
from engine.models.baselines import Popularity, Random
from engine.models.bias import BaselineOnly, NormalPredictor
from engine.models.co_clustering import CoClustering
from engine.models.factors import FactorModel
from engine.models.info import Make, ModelInfo
from engine.models.neighbours import NeighbourModel
from engine.models.slope_one import SlopeOne


def _factors(algorithm: str, title: str) -> Make:
    return lambda params, seed: FactorModel(algorithm, title, params, seed)


def _neighbours(algorithm: str, title: str) -> Make:
    return lambda params, seed: NeighbourModel(algorithm, title, params, seed)


_ON_EVENTS = (
    "Learns how strong each interest is, and beside each one an item the user did not choose, drawn by chance "
    "and taught as zero."
)

RATING_MODELS = (
    ModelInfo(
        name="random",
        title="Random",
        family="baseline",
        description="Shows everybody items drawn by chance.",
        when_to_use="As the floor: a model that does not beat it has learned nothing.",
        on_events="Learns nothing.",
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
        on_events="Counts users, however strong their interest.",
        predicts_ratings=False,
        params=(),
        source="own",
        make=lambda *_: Popularity(),
    ),
    ModelInfo(
        name="normal_predictor",
        title="Normal predictor",
        family="baseline",
        description="Draws ratings by chance, as high and as spread as the training ratings.",
        when_to_use="As the floor for rating accuracy.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.NORMAL_PREDICTOR,
        source="scikit-surprise NormalPredictor",
        make=NormalPredictor,
    ),
    ModelInfo(
        name="baseline_only",
        title="Baseline",
        family="baseline",
        description="Predicts from how high a user rates and how high an item is rated, without any taste.",
        when_to_use="To see what taste adds; everybody gets nearly the same list.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.BASELINE_ONLY,
        source="Koren 2010, ACM TKDD 4(1), section 2.1; scikit-surprise BaselineOnly",
        make=BaselineOnly,
    ),
    ModelInfo(
        name="knn_basic",
        title="KNN basic",
        family="neighbours",
        description="Predicts what similar users (or similar items) were rated, as it stands.",
        when_to_use="As the plainest neighbour model, easy to explain.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.NEIGHBOURS,
        source="scikit-surprise KNNBasic",
        make=_neighbours("KNNBasic", "KNN basic"),
    ),
    ModelInfo(
        name="knn_with_means",
        title="KNN with means",
        family="neighbours",
        description="Neighbours' ratings relative to their own mean, so that strict and mild raters compare.",
        when_to_use="When users differ in how high they rate.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.NEIGHBOURS,
        source="scikit-surprise KNNWithMeans",
        make=_neighbours("KNNWithMeans", "KNN with means"),
    ),
    ModelInfo(
        name="knn_with_zscore",
        title="KNN with z-score",
        family="neighbours",
        description="Neighbours' ratings relative to their own mean and spread.",
        when_to_use="When users differ in how high and in how widely they rate.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.NEIGHBOURS,
        source="scikit-surprise KNNWithZScore",
        make=_neighbours("KNNWithZScore", "KNN with z-score"),
    ),
    ModelInfo(
        name="knn_baseline",
        title="KNN baseline",
        family="neighbours",
        description="Neighbours' ratings relative to what users' and items' general tendencies foretell.",
        when_to_use="The most accurate neighbour model; its reasons are people or items one can name.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.NEIGHBOURS,
        source="Koren 2010, ACM TKDD 4(1), eq. 3; scikit-surprise KNNBaseline",
        make=_neighbours("KNNBaseline", "KNN baseline"),
    ),
    ModelInfo(
        name="svd",
        title="SVD",
        family="factors",
        description="Describes users and items by hidden traits and predicts how well they match.",
        when_to_use="A strong default for ratings: accurate, and quick to train and to serve.",
        on_events=_ON_EVENTS,
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
        on_events=_ON_EVENTS,
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
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.NMF,
        source="Luo et al. 2014, IEEE Transactions on Industrial Informatics 10(2); scikit-surprise NMF",
        make=_factors("NMF", "NMF"),
    ),
    ModelInfo(
        name="slope_one",
        title="Slope One",
        family="slope",
        description="Predicts from how much better people rate one item than another, on average.",
        when_to_use="When nothing should be tuned and the catalogue is small: it compares every two items.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.SLOPE_ONE,
        source="Lemire & Maclachlan 2005, SDM; scikit-surprise SlopeOne",
        make=SlopeOne,
    ),
    ModelInfo(
        name="co_clustering",
        title="Co-clustering",
        family="clusters",
        description="Groups users and items, and predicts from what a group of users thinks of a group of items.",
        when_to_use="When a few broad groups of users and items are expected.",
        on_events=_ON_EVENTS,
        predicts_ratings=True,
        params=options.CO_CLUSTERING,
        source="George & Merugu 2005, ICDM; scikit-surprise CoClustering",
        make=CoClustering,
    ),
)
