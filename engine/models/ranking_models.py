"""Models made for ranking: they learn from what was chosen and predict no rating."""

from __future__ import annotations

from dataclasses import replace

from engine.models.als import Als
from engine.models.bpr import Bpr
from engine.models.content import Content
from engine.models.ease import Ease
from engine.models.embeddings import CHOICES
from engine.models.fusion import Fusion
from engine.models.group_popularity import GroupPopularity
from engine.models.hybrid import Hybrid
from engine.models.info import ModelInfo
from engine.models.item_knn import ItemKnn
from engine.models.params import Param
from engine.models.sequence import Sequence
from engine.models.session_knn import SessionKnn
from engine.models.slim import Slim
from engine.models.stacked import Stacked
from engine.models.user_ease import UserEase
from engine.store import EMBEDDINGS

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
_EMBEDDINGS = (
    Param(
        "embeddings",
        "choice",
        None,
        "Sentence embeddings that tell what texts mean: minilm (all-MiniLM-L6-v2), or folder, a model of your own in "
        f"the folder that {EMBEDDINGS} names; both need requirements-embeddings.txt. Empty: none.",
        choices=CHOICES,
    ),
    Param(
        "embedding_weight",
        "float",
        None,
        "How much embeddings count against all else that is known of an item. Empty: as much (1).",
        0.0,
        100.0,
    ),
)
_HELD_SHARE = Param("share", "float", 0.2, "How much of each user's choices is held back for that.", 0.05, 0.5)
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
        name="slim",
        title="SLIM",
        family="linear",
        description="Foretells each item from few of the others a user chose, with weights that only add.",
        when_to_use="When EASE's reasons should be few and clear; slower to train.",
        on_events=_BY_CHOICE,
        predicts_ratings=False,
        params=(
            Param("l1", "float", 2.0, "Higher leaves fewer items that speak for another.", 0.0, 10_000.0),
            Param("l2", "float", 100.0, "How strongly large weights are held back.", 0.0, 100_000.0),
            Param("iterations", "int", 30, "Most passes over each item's weights.", 1, 1000),
            _WEIGHTED,
        ),
        source="Ning & Karypis 2011, ICDM, eq. 3",
        make=Slim,
    ),
    ModelInfo(
        name="content",
        title="Content",
        family="content",
        description="Shows items like those a user had, by their words, categories and other attributes.",
        when_to_use="For items nobody has chosen yet; needs an item table.",
        on_events=_BY_CHOICE,
        predicts_ratings=False,
        params=(
            _WEIGHTED,
            Param("texts", "bool", True, "Whether the words of titles and descriptions count too."),
            Param(
                "popularity_weight", "float", 0.3, "How much an item's popularity counts beside likeness.", 0.0, 10.0
            ),
            *_EMBEDDINGS,
        ),
        source="Lops, de Gemmis & Semeraro 2011, Recommender Systems Handbook; scikit-learn TfidfVectorizer; "
        "Reimers & Gurevych 2019, EMNLP (sentence embeddings)",
        make=Content,
    ),
    ModelInfo(
        name="sequence",
        title="Sequence",
        family="sequence",
        description="Shows what people chose next after what the user chose last.",
        when_to_use="When order matters, as in sessions, series and refills; needs times.",
        on_events="Reads each user's items in the order they were last touched.",
        predicts_ratings=False,
        params=(
            Param("order", "int", 2, "Whether the last item counts alone (1) or also the last two together (2).", 1, 2),
            Param("window", "int", 5, "How many steps later still counts as after.", 1, 50),
            Param("decay", "float", 0.8, "How much less each further step counts.", 0.0, 1.0),
            Param(
                "memory", "float", 0.98, "How much less each item before the last counts; 0: the last alone.", 0.0, 1.0
            ),
        ),
        source="Rendle, Freudenthaler & Schmidt-Thieme 2010, WWW; Ludewig & Jannach 2018, UMUAI 28",
        make=Sequence,
    ),
    ModelInfo(
        name="session_knn",
        title="Session neighbours",
        family="sequence",
        description="Shows what was chosen in sessions like the user's last one.",
        when_to_use="When what people want depends on the visit more than on their past; needs times.",
        on_events="Cuts each user's items into sessions by the times they were last touched.",
        predicts_ratings=False,
        params=(
            Param("k", "int", 200, "How many of the nearest sessions count.", 1, 10_000),
            Param("gap_minutes", "float", 30.0, "A break longer than this begins another session.", 0.1, 1_000_000.0),
        ),
        source="Ludewig & Jannach 2018, UMUAI 28, section 3.2",
        make=SessionKnn,
    ),
    ModelInfo(
        name="group_popularity",
        title="Popular in groups",
        family="content",
        description="Shows what people of the same country, age or other group choose more than others do.",
        when_to_use="For users without a history; needs a user table, and is plain popularity without one.",
        on_events="Counts each user-item pair once.",
        predicts_ratings=False,
        params=(
            Param(
                "smoothing",
                "float",
                20.0,
                "How many users a group needs before its own taste counts as much as everybody's.",
                0.1,
                100_000.0,
            ),
            Param("popularity_weight", "float", 1.0, "How much popularity with everybody counts beside.", 0.0, 10.0),
            Param("groups", "bool", True, "Whether groups count at all; otherwise it is popularity."),
        ),
        source="Mitchell 1997, Machine Learning, section 6.9",
        make=GroupPopularity,
    ),
    ModelInfo(
        name="hybrid",
        title="Hybrid",
        family="ensemble",
        description="Goes by what people chose together, and by what items are like where few have chosen.",
        when_to_use="When many items are new; needs an item table.",
        on_events="Counts stronger interest for more.",
        predicts_ratings=False,
        params=(
            replace(_EASE_PENALTY, default=300.0),
            Param(
                "held_share",
                "float",
                0.2,
                "How much of each user's choices is held back to learn the blend.",
                0.05,
                0.5,
            ),
            *_EMBEDDINGS,
        ),
        source="Burke 2002, User Modeling and User-Adapted Interaction 12",
        make=Hybrid,
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
            _HELD_SHARE,
            Param("constant", "float", 10.0, "Higher lets later ranks count for more.", 0.0, 1000.0),
        ),
        source="Cormack, Clarke & Buettcher 2009, SIGIR; Metzler & Croft 2007, Information Retrieval 10(3)",
        make=Fusion,
    ),
    ModelInfo(
        name="stacked",
        title="Stacked",
        family="ensemble",
        description="Adds up what other models, times and side tables say, weighted by how well each foretold choices.",
        when_to_use="When the best list matters most and side tables or times are there; it trains each member twice.",
        on_events="Counts each user-item pair once in some members, by its strength in others.",
        predicts_ratings=False,
        params=(
            Param(
                "holdout",
                "choice",
                "both",
                "Which of each user's choices teach the weights: random ones, the latest, or half of both.",
                choices=("random", "latest", "both"),
            ),
            _HELD_SHARE,
            Param(
                "penalty",
                "float",
                5.0,
                "How strongly large weights are held back, more with fewer users.",
                0.0,
                10_000.0,
            ),
        ),
        source="Wolpert 1992, Neural Networks 5(2); McFadden 1974; Cao et al. 2007, ICML",
        make=Stacked,
    ),
)
