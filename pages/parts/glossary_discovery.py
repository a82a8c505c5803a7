"""The glossary of discovery: what lists are like, and what rounds of recommending do to them."""

from __future__ import annotations

from pages.parts.terms import Term

TERMS: dict[str, Term] = {
    # Discovery
    "coverage": Term(
        "Coverage",
        "The share of the catalogue that is recommended to anybody.",
        "higher",
        "distinct items recommended ÷ all items of the catalogue",
    ),
    "catalogue_coverage": Term(
        "Catalogue coverage",
        "The share of the catalogue that is recommended to anybody.",
        "higher",
        "distinct items recommended ÷ all items of the catalogue",
    ),
    "user_coverage": Term(
        "User coverage", "The share of users who get a full list.", "higher", "users with k items ÷ users"
    ),
    "gini": Term(
        "Gini",
        "How unequally exposure is spread over the catalogue: 0 is equal, 1 is everything on one item.",
        "lower",
        "Gini coefficient of recommendations per item; items never shown count",
    ),
    "entropy": Term(
        "Entropy",
        "How varied the recommendations are over all users; one bit more is twice the variety.",
        "higher",
        "−Σ share × log₂(share) over items, in bits",
    ),
    "novelty": Term(
        "Novelty",
        "How far from the mainstream the shown items are.",
        "context",
        "mean of −log₂(share of users who have the item), in bits",
    ),
    "intra_list_diversity": Term(
        "Intra-list diversity",
        "How different the items within one list are from each other.",
        "context",
        "1 − mean similarity over the pairs of a list",
    ),
    "category_diversity": Term(
        "Category diversity",
        "How different the items within one list are by category alone.",
        "context",
        "1 − mean cosine of the categories over the pairs of a list",
    ),
    "serendipity": Term(
        "Serendipity",
        "Good items that are unlike what the user had before.",
        "higher",
        "relevance × (1 − similarity to the user's history), averaged",
    ),
    "personalisation": Term(
        "Personalisation",
        "How different the lists of two users are: 0 means that everybody sees the same.",
        "context",
        "1 − mean overlap of two users' lists",
    ),
    "average_recommendation_popularity": Term(
        "Average popularity",
        "How popular the shown items are.",
        "context",
        "mean number of users who have a recommended item",
    ),
    "popularity_lift": Term(
        "Popularity lift",
        "How much more popular the shown items are than what the users choose themselves; 0 is no lift.",
        "lower",
        "mean popularity of the lists ÷ mean popularity of the histories − 1",
    ),
    "miscalibration": Term(
        "Miscalibration",
        "How far the categories of a list stray from the categories in the user's history; 0 is a true mirror.",
        "lower",
        "Kullback–Leibler divergence of list from history, α = 0.01, in nats (Steck 2018)",
    ),
    # Rounds of simulated recommending
    "consumed_diversity": Term(
        "Spread within a user",
        "How different the items are that one user takes; falling means that a bubble closes around each person.",
        "context",
        "1 − mean cosine over the pairs of items one user took, mean over users (Nguyen et al. 2014)",
    ),
    "consumed_category_diversity": Term(
        "Category spread within a user",
        "How often two items that one user takes in a round are of different categories.",
        "context",
        "share of a user's pairs of items that differ in category, mean over users",
    ),
    "distance_between_users": Term(
        "Distance between users",
        "How different two users' consumption is; falling means that everybody ends up with the same.",
        "context",
        "1 − mean cosine between what two users took, over all pairs of users (Anwar et al. 2024)",
    ),
    "similar_overlap": Term(
        "Overlap of similar users",
        "How much of all they took two users of nearest taste have in common. Above the Oracle's it is "
        "homogenisation: more alike than their tastes.",
        "context",
        "items both took ÷ items either took, so far, mean over users (Chaney et al. 2018)",
    ),
    "taste_drift": Term(
        "Drift from the starting taste",
        "How far users' taste has moved from where it began.",
        "context",
        "1 − mean cosine between taste now and at the start (Jiang et al. 2019)",
    ),
    "shown_popularity_lift": Term(
        "Popularity lift of what is shown",
        "How much more popular the shown items are than what the users had chosen before; rising means that "
        "popularity is amplified.",
        "lower",
        "mean popularity shown ÷ mean popularity had − 1, popularity as at the start (Mansoury et al. 2020)",
    ),
    "consumed_gini": Term(
        "Gini of what is consumed",
        "How unequally consumption is spread over the catalogue: 0 is equal, 1 is everything on one item.",
        "lower",
        "Gini coefficient of items taken in a round; items nobody took count",
    ),
    "consumed_coverage": Term(
        "Coverage of what is consumed",
        "The share of the catalogue that anybody takes in a round.",
        "higher",
        "distinct items taken ÷ all items of the catalogue",
    ),
    "welfare": Term(
        "True liking of what is consumed",
        "How much users truly like what they take; only a simulation knows it.",
        "higher",
        "mean true utility of the items taken, in standard deviations",
    ),
    "clicks_a_session": Term(
        "Clicks a session",
        "How many items of a list users click when they are free to click none.",
        "higher",
        "clicks ÷ sessions, on the same lists from which they must take some items",
    ),
    "retention": Term(
        "Retention",
        "The share of the users who come back in a round; who is satisfied comes more often, who is not may leave.",
        "higher",
        "users who came ÷ users; chance 1 − exp(−days × rate × (1 + strength × satisfaction))",
    ),
}
