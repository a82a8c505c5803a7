"""Models made for ranking: they learn from what was chosen and predict no rating."""

from __future__ import annotations

from engine.models.als import Als
from engine.models.bpr import Bpr
from engine.models.ease import Ease
from engine.models.fusion import Fusion
from engine.models.info import ModelInfo
from engine.models.item_knn import ItemKnn
from engine.models.params import Param
from engine.models.user_ease import UserEase

_WEIGHTED = Param(
    "weighted",
    "bool",
    False,
    "Whether a higher rating or more events count for more; otherwise every choice counts as one.",
)
_FACTORS = "How many hidden traits describe each user and item."
_ITERATIONS = "How often training passes over all choices."
_EASE_PENALTY = Param(
    "penalty",
    "float",
    250.0,
    "How strongly large weights are held back; a co-occurrence counts once in it, so more data bears more.",
    0.1,
    100_000.0,
)
_BY_CHOICE = "Counts each user-item pair once; with weighted, by its strength."

RANKING_MODELS = (
    ModelInfo(
        name="ease",
        title="EASE",
        family="linear",
        description="Foretells each item from all the others a user chose, by one exact formula.",
        when_to_use="First of all for top lists: strong, quick, nothing left to chance; up to 15,000 items.",
        on_events=_BY_CHOICE,
        predicts_ratings=False,
        params=(
            _EASE_PENALTY,
            _WEIGHTED,
            Param(
                "attribute_weight",
                "float",
                0.0,
                "How much items are related by a shared category, brand or other attribute; 0 not at all.",
                0.0,
                100.0,
            ),
        ),
        source="Steck 2019, WWW, eq. 8",
        make=Ease,
    ),
    ModelInfo(
        name="user_ease",
        title="User-side EASE",
        family="linear",
        description="Foretells each user from all the others who chose the same items, by one exact formula.",
        when_to_use="When there are more items than users, or beside EASE in a fusion; up to 15,000 users.",
        on_events=_BY_CHOICE,
        predicts_ratings=False,
        params=(_EASE_PENALTY, _WEIGHTED),
        source="Steck 2019, WWW, eq. 8, on the transposed matrix",
        make=UserEase,
    ),
    ModelInfo(
        name="als",
        title="ALS",
        family="factors",
        description="Describes users and items by hidden traits, so that what was chosen stands out from the rest.",
        when_to_use="When the catalogue is too large to compare every two items.",
        on_events=_BY_CHOICE,
        predicts_ratings=False,
        params=(
            Param("factors", "int", 32, _FACTORS, 1, 512),
            Param("regularization", "float", 5.0, "How strongly large traits are held back.", 0.0001, 10_000.0),
            Param("alpha", "float", 2.0, "How much more a choice is trusted than its absence.", 0.01, 1000.0),
            Param("iterations", "int", 15, _ITERATIONS, 1, 500),
            _WEIGHTED,
        ),
        source="Hu, Koren & Volinsky 2008, ICDM; implicit AlternatingLeastSquares",
        make=Als,
    ),
    ModelInfo(
        name="item_knn",
        title="Item neighbours",
        family="neighbours",
        description="Adds up how often an item is chosen by the same people as each item the user had.",
        when_to_use="When every reason must be an item one can name, on a catalogue of any size.",
        on_events=_BY_CHOICE,
        predicts_ratings=False,
        params=(
            Param("k", "int", 100, "How many of an item's nearest items count.", 1, 5000),
            Param(
                "similarity",
                "choice",
                "cosine",
                "How alike two items are by their users: cosine, or tfidf, where users of few items count for more.",
                choices=("cosine", "tfidf"),
            ),
            _WEIGHTED,
        ),
        source="Sarwar et al. 2001, WWW; implicit CosineRecommender",
        make=ItemKnn,
    ),
    ModelInfo(
        name="bpr",
        title="BPR",
        family="factors",
        description="Learns hidden traits by putting what a user chose above what the user did not.",
        when_to_use="To compare with ALS: it learns the order of items, not how strong an interest is.",
        on_events="Counts each user-item pair once.",
        predicts_ratings=False,
        params=(
            Param("factors", "int", 64, _FACTORS, 1, 512),
            Param("iterations", "int", 100, _ITERATIONS, 1, 2000),
            Param("learning_rate", "float", 0.02, "How far each training step goes.", 0.000001, 1.0),
            Param("regularization", "float", 0.03, "How strongly large traits are held back.", 0.0, 10.0),
            Param(
                "correction",
                "float",
                1.0,
                "How much of an item's popularity is put back after training against popular items.",
                0.0,
                2.0,
            ),
        ),
        source="Rendle et al. 2009, UAI; implicit BayesianPersonalizedRanking",
        make=Bpr,
    ),
    ModelInfo(
        name="fusion",
        title="Fusion",
        family="ensemble",
        description="Lets EASE, ALS, BPR and item neighbours vote by rank, weighted by how well each foretold choices.",
        when_to_use="When the best list matters more than training time: it trains each member twice.",
        on_events="Counts each user-item pair once in some members, by its strength in others.",
        predicts_ratings=False,
        params=(
            Param(
                "holdout",
                "choice",
                "random",
                "Which of each user's choices teach the weights: random ones, or the latest.",
                choices=("random", "latest"),
            ),
            Param("share", "float", 0.2, "How much of each user's choices is held back for that.", 0.05, 0.5),
            Param("constant", "float", 10.0, "Higher lets later ranks count for more.", 0.0, 1000.0),
        ),
        source="Cormack, Clarke & Buettcher 2009, SIGIR; Metzler & Croft 2007, Information Retrieval 10(3)",
        make=Fusion,
    ),
)
