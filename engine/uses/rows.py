"""Product rows: the use everything else is measured against."""

from engine.uses.use import Use

ROWS = Use(
    name="rows",
    title="Product rows",
    question="Does a personal row of products convert more visitors than what is popular?",
    explanation=(
        "In every session a simulated user sees one row of items, best first, looks from the top, and takes what "
        "they like enough.",
        "Tastes, activity and prices are fitted to the log; how users click and buy is modelled.",
    ),
    source="Position-based attention (Craswell et al. 2008) and a multinomial logit with an outside option.",
    control="popularity",
    treatments=("svd",),
    primary="conversion",
)
