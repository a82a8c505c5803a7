"""A leaderboard on a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.commands.printing import print_table

if TYPE_CHECKING:
    from engine.evaluation import Estimate, Evaluation, Standing
    from engine.evaluation.leaderboard import Leaderboard

_ABSENT = "—"
_BEST = " *"


def print_leaderboard(board: Leaderboard) -> None:
    """Print which model is best, every metric of every model, by group and for new users, and each difference."""
    from engine.evaluation.accumulate import GROUPS

    evaluations = [row.evaluation for row in board.rows]
    first, data = evaluations[0], board.dataset
    print(f"{data['dataset']}: {data['users']:,} users, {data['items']:,} items. {board.split.sentence}")
    if board.warning:
        print(f"Warning: {board.warning}")
    print(
        f"Top {first.k} for {first.users_evaluated:,} users; {first.users_cold:,} cold and "
        f"{first.users_nothing_to_find:,} with nothing new to find are left out. 95% intervals in brackets.\n"
    )
    for model, why in board.left_out.items():
        print(f"Left out: {model}. {why}\n")
    print(f"{board.standing.sentence}\n")
    ranked = [row.evaluation for name in board.standing.order for row in board.rows if row.evaluation.model == name]
    for group, metrics in GROUPS.items():
        _print_group(group, metrics, ranked, board.standing)
    _print_calibration(ranked)
    for tuned in board.tuned.values():
        found = ", ".join(f"{name} {_plain(value)}" for name, value in tuned.params.items())
        print(f"\nTuned {tuned.sentence}\n  {found}")
    _print_versions(board)
    _print_seeds(board)
    _print_groups(board)
    _print_standing(board.standing)


def _print_group(group: str, metrics: Sequence[str], ranked: Sequence[Evaluation], standing: Standing) -> None:
    """Print one row a model that has any of ``metrics``, best first, and why others have none."""
    reasons: dict[str, list[str]] = {}
    rows = []
    for evaluation in ranked:
        found = [evaluation.metrics[metric] for metric in metrics]
        if any(each.value is not None for each in found):
            marked = evaluation.model + (_BEST if evaluation.model in standing.best else "")
            rows.append([marked, *map(_cell, found)])
        for reason in dict.fromkeys(each.reason for each in found if each.reason):
            reasons.setdefault(reason, []).append(evaluation.model)
    if rows:
        print_table([group.casefold(), *metrics], rows)
        print(f"{_BEST.strip()} best by {standing.metric}, or not told apart from it\n" if group == "Lists" else "")
    for reason, models in reasons.items():
        print(f"{_ABSENT} {', '.join(models)}: {reason}\n")


def _print_calibration(ranked: Sequence[Evaluation]) -> None:
    """Print where each model's predicted ratings are furthest from those given."""
    from engine.evaluation.answer import how_calibrated

    said = [how_calibrated(each.title, each.calibration) for each in ranked if each.calibration is not None]
    if said:
        print("\n".join(said))


def _print_versions(board: Leaderboard) -> None:
    """Print models that are there more than once against themselves: tuned and as given, for one."""
    if not board.versions:
        return
    print("\nThe same model with other parameters, on the same test rows; p-values adjusted over all pairs (Holm).\n")
    rows = [
        [
            f"{each.pair.first} - {each.pair.second}",
            _cell(each.told),
            _cell(each.beside),
            _figure(each.pair.difference, each.pair.low, each.pair.high),
            _p_value(each.pair.adjusted),
            each.pair.reading,
        ]
        for each in board.versions
    ]
    print_table(["pair", "first", "second", f"difference in {board.standing.metric}", "adjusted p", "reading"], rows)
    print("\n" + "\n".join(each.sentence for each in board.versions))


def _print_seeds(board: Leaderboard) -> None:
    """Print what the metric did from seed to seed, for models that draw."""
    if board.request.seeds == 1:
        return
    metric = board.standing.metric
    print(f"\nFigures are means over {board.request.seeds} seeds. {metric} from seed to seed:\n")
    rows = []
    for row in board.rows:
        known = [value for value in row.values[metric] if value is not None]
        spread = row.spread(metric)
        told = "the same with any seed" if len(row.seeds) == 1 else f"seeds {row.seeds[0]} to {row.seeds[-1]}"
        rows.append(
            [
                row.evaluation.model,
                f"{sum(known) / len(known):.4f}" if known else _ABSENT,
                _ABSENT if spread is None else f"{spread:.4f}",
                told,
            ]
        )
    print_table(["model", "mean", "standard deviation", "seeds"], rows)


def _print_groups(board: Leaderboard) -> None:
    """Print the metric by group of users and for users nothing was learnt of, where there are any."""
    from engine.evaluation.answer import how_served

    metric, names = board.standing.metric, board.standing.order
    columns: dict[str, list[str]] = {}
    if board.segments is not None:
        part = board.segments[board.segments["metric"] == metric]
        for segment, figures in part.groupby("segment", sort=False):
            by_model = figures.set_index("model")
            title = f"{segment} ({int(by_model['users'].max()):,})"
            cells = [_figure(*by_model.loc[name, ["value", "low", "high"]]) for name in names]
            columns[title] = [*cells, _best(board, str(segment))]
    cold = board.cold[names[0]].users
    if cold:
        columns[f"new users ({cold:,})"] = [*(_cell(board.cold[name].metrics[metric]) for name in names), ""]
        columns["who got"] = [*(board.cold[name].path for name in names), ""]
    if columns:
        grouping = board.request.by or "what is known of users"
        print(f"\n{metric} by {grouping}; the lists of new users are what each model alone would give them.\n")
        rows = [list(row) for row in zip([*names, "best"], *columns.values(), strict=True)]
        print_table(["", *columns], rows if board.segments is not None else rows[:-1])
    if cold:
        served = _cell(board.served.metrics[metric])
        print(f"\nNew users are served {how_served(board.served.by)}, whichever model serves the others: {served}.")


def _best(board: Leaderboard, segment: str) -> str:
    """Return the model told apart from every other in the segment, where there is one and enough users say so."""
    if board.best_by_segment is None:
        return ""
    found = board.best_by_segment.set_index("segment").loc[segment]
    if found["small"]:
        return "too few users"
    return str(found["best"][0]) if len(found["best"]) == 1 else "not told apart"


def _print_standing(standing: Standing) -> None:
    if not standing.pairs:
        return
    print(
        f"\nDifferences in {standing.metric} within each user, 95% intervals; p-values of paired t-tests, adjusted "
        "over all pairs (Holm).\n"
    )
    rows = [
        [
            f"{pair.first} - {pair.second}",
            _figure(pair.difference, pair.low, pair.high),
            _p_value(pair.adjusted),
            "told apart" if pair.told_apart else "not told apart",
        ]
        for pair in standing.pairs
    ]
    print_table(["pair", "difference", "adjusted p", "reading"], rows)


def _plain(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _cell(estimate: Estimate) -> str:
    return _figure(estimate.value, estimate.low, estimate.high)


def _figure(value: float | None, low: float | None, high: float | None) -> str:
    # A frame holds NaN where a figure is missing.
    if value is None or math.isnan(value):
        return _ABSENT
    if low is None or high is None:
        return f"{value:.4f}"
    return f"{value:.4f} [{low:.4f}, {high:.4f}]"


def _p_value(value: float | None) -> str:
    if value is None:
        return _ABSENT
    return "<0.001" if value < 0.001 else f"{value:.3f}"
