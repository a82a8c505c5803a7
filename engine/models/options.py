"""The parameters of every model, in Surprise's own terms and with Surprise 1.1.5's own defaults."""

from __future__ import annotations

from engine.models.params import Param

NEGATIVES = Param(
    "negatives",
    "int",
    None,
    "Sampled items a user did not choose, added for each chosen one and taught as the lowest value. "
    "Empty: 1 for events, 0 for ratings.",
    0,
    20,
)


def _rate(name: str, of: str) -> Param:
    return Param(name, "float", None, f"Learning rate of {of}; empty means the overall learning rate.", 0.0, 1.0)


def _penalty(name: str, of: str) -> Param:
    return Param(name, "float", None, f"Regularisation of {of}; empty means the overall one.", 0.0, 100.0)


_EPOCHS = "How often training passes over all ratings."
_FACTORS = "How many hidden traits describe each user and item."
_OVERALL_RATE = "How far each training step goes; too high runs away."
_OVERALL_PENALTY = "How strongly large numbers are held back; higher fits the training data less closely."

_GAUSSIAN_START = (
    Param("init_mean", "float", 0.0, "Mean of the random starting factors.", -10.0, 10.0),
    Param("init_std_dev", "float", 0.1, "Standard deviation of the random starting factors.", 0.0, 10.0),
)

SVD = (
    Param("n_factors", "int", 100, _FACTORS, 1, 1000),
    Param("n_epochs", "int", 20, _EPOCHS, 1, 1000),
    Param("biased", "bool", True, "Whether users and items also have a general tendency of their own."),
    *_GAUSSIAN_START,
    Param("lr_all", "float", 0.005, _OVERALL_RATE, 0.0, 1.0),
    Param("reg_all", "float", 0.02, _OVERALL_PENALTY, 0.0, 100.0),
    _rate("lr_bu", "the user biases"),
    _rate("lr_bi", "the item biases"),
    _rate("lr_pu", "the user factors"),
    _rate("lr_qi", "the item factors"),
    _penalty("reg_bu", "the user biases"),
    _penalty("reg_bi", "the item biases"),
    _penalty("reg_pu", "the user factors"),
    _penalty("reg_qi", "the item factors"),
    NEGATIVES,
)

SVD_PP = (
    Param("n_factors", "int", 20, _FACTORS, 1, 1000),
    Param("n_epochs", "int", 20, _EPOCHS, 1, 1000),
    *_GAUSSIAN_START,
    Param("lr_all", "float", 0.007, _OVERALL_RATE, 0.0, 1.0),
    Param("reg_all", "float", 0.02, _OVERALL_PENALTY, 0.0, 100.0),
    _rate("lr_bu", "the user biases"),
    _rate("lr_bi", "the item biases"),
    _rate("lr_pu", "the user factors"),
    _rate("lr_qi", "the item factors"),
    _rate("lr_yj", "the implicit item factors"),
    _penalty("reg_bu", "the user biases"),
    _penalty("reg_bi", "the item biases"),
    _penalty("reg_pu", "the user factors"),
    _penalty("reg_qi", "the item factors"),
    _penalty("reg_yj", "the implicit item factors"),
    Param("cache_ratings", "bool", False, "Whether training keeps a copy of the ratings: faster, more memory."),
    NEGATIVES,
)

NMF = (
    Param("n_factors", "int", 15, _FACTORS, 1, 1000),
    Param("n_epochs", "int", 50, _EPOCHS, 1, 1000),
    Param("biased", "bool", False, "Whether users and items also have a general tendency of their own."),
    Param("reg_pu", "float", 0.06, "Regularisation of the user factors.", 0.0, 100.0),
    Param("reg_qi", "float", 0.06, "Regularisation of the item factors.", 0.0, 100.0),
    Param("reg_bu", "float", 0.02, "Regularisation of the user biases, where biased.", 0.0, 100.0),
    Param("reg_bi", "float", 0.02, "Regularisation of the item biases, where biased.", 0.0, 100.0),
    Param("lr_bu", "float", 0.005, "Learning rate of the user biases, where biased.", 0.0, 1.0),
    Param("lr_bi", "float", 0.005, "Learning rate of the item biases, where biased.", 0.0, 1.0),
    Param("init_low", "float", 0.0, "Lowest random starting factor.", 0.0, 10.0),
    Param("init_high", "float", 1.0, "Highest random starting factor.", 0.0, 10.0),
    NEGATIVES,
)


def _baseline(prefix: str) -> tuple[Param, ...]:
    """The options of the baseline estimates; neighbour models name them with a prefix."""
    return (
        Param(
            f"{prefix}method",
            "choice",
            "als",
            "How user and item tendencies are estimated: als (alternating least squares) or sgd "
            "(stochastic gradient descent).",
            choices=("als", "sgd"),
        ),
        Param(
            f"{prefix}n_epochs",
            "int",
            None,
            "Passes over all ratings to estimate tendencies; empty means 10 for als and 20 for sgd.",
            1,
            1000,
        ),
        Param(f"{prefix}reg_u", "float", 15.0, "Regularisation of users' tendencies, for als.", 0.0, 1000.0),
        Param(f"{prefix}reg_i", "float", 10.0, "Regularisation of items' tendencies, for als.", 0.0, 1000.0),
        Param(f"{prefix}reg", "float", 0.02, "Regularisation of all tendencies, for sgd.", 0.0, 100.0),
        Param(f"{prefix}learning_rate", "float", 0.005, "Learning rate of tendencies, for sgd.", 0.0, 1.0),
    )


BASELINE_ONLY = (*_baseline(""), NEGATIVES)

NEIGHBOURS = (
    Param("k", "int", 40, "How many nearest neighbours count at most.", 1, 1000),
    Param("min_k", "int", 1, "With fewer neighbours than this, neighbours are not used.", 1, 1000),
    Param(
        "similarity",
        "choice",
        "msd",
        "How alike two users (or items) are: cosine, msd (mean squared difference), pearson (correlation) or "
        "pearson_baseline (shrunk correlation around the baseline).",
        choices=("cosine", "msd", "pearson", "pearson_baseline"),
    ),
    Param("user_based", "bool", True, "Compare users (true) or items (false)."),
    Param("min_support", "int", 1, "With fewer common ratings than this, similarity is zero.", 1, 1000),
    Param("shrinkage", "float", 100.0, "How much pearson_baseline distrusts few common ratings.", 0.0, 10_000.0),
    *_baseline("baseline_"),
    NEGATIVES,
)

_STEPS = Param(
    "steps",
    "int",
    None,
    "Surprise reads whole numbers only here, so values are multiplied by this, trained, and divided again; 2 "
    "suits half stars. Empty: 1 for ratings, 1000 for events.",
    1,
    100_000,
)

SLOPE_ONE = (_STEPS, NEGATIVES)

CO_CLUSTERING = (
    Param("n_cltr_u", "int", 3, "How many groups of users.", 1, 1000),
    Param("n_cltr_i", "int", 3, "How many groups of items.", 1, 1000),
    Param("n_epochs", "int", 20, _EPOCHS, 1, 1000),
    _STEPS,
    NEGATIVES,
)

NORMAL_PREDICTOR = (NEGATIVES,)
