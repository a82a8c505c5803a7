"""``python -m tests.bench.bench_agreement FOLDER``: offline nDCG@10 of eight models against their simulated uplift."""

import sys
from time import perf_counter

from engine.fidelity.agreement import agreement
from engine.loading import load

MODELS = ("item_knn", "user_ease", "svd", "als", "bpr", "ease", "slim", "content")
COMPARISONS = ()


def main(source: str) -> None:
    """Print a table, the rank correlations and the time they took."""
    began = perf_counter()
    found = agreement(load(source).dataset, MODELS)
    print(f"{'model':<12}{'nDCG@10':>9}{'uplift':>9}")
    for model, ndcg, uplift in zip(found.models, found.ndcg, found.uplift, strict=True):
        print(f"{model:<12}{ndcg:>9.4f}{uplift:>+9.1%}")
    print(f"Spearman {found.spearman:.2f} [{found.spearman_low:.2f}, {found.spearman_high:.2f}], ", end="")
    print(f"Kendall {found.kendall:.2f} [{found.kendall_low:.2f}, {found.kendall_high:.2f}]. {found.sentence}")
    print(f"{found.users:,} users, {found.days} days, {perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:2])
