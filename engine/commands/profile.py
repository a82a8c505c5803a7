"""``python -m engine profile``: what a log is made of, and what was refused."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_facts, print_json

if TYPE_CHECKING:
    from engine.loading import Loaded

_REASONS_SHOWN = 5


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("profile", help="what the data is made of, and which rows were refused")
    add_data_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the profile of the data ``args`` name and return the exit code."""
    loaded = load_from(args)
    if args.json:
        print_json(_record(loaded))
    else:
        _print(loaded)
    return 0


def _record(loaded: Loaded) -> dict[str, Any]:
    from engine.profile import profile

    facts, report = profile(loaded.dataset), loaded.report
    return {
        "name": loaded.dataset.name,
        "source": report.source,
        "rows_read": report.rows_read,
        "rows_kept": report.rows_kept,
        "rows_refused": report.rows_refused,
        "refused": report.reasons,
        "sentences": list(report.sentences),
        "withheld_users": report.withheld_users,
        "withheld_rows": report.withheld_rows,
        "mapping": dict(report.mapping),
        "feedback": facts.feedback,
        "event_weights": dict(loaded.dataset.event_weights),
        "rating_scale": loaded.dataset.rating_scale,
        "users": facts.users,
        "items": facts.items,
        "interactions": facts.interactions,
        "pairs": facts.pairs,
        "density": facts.density,
        "active_users": facts.active_users,
        "touched_items": facts.touched_items,
        "events": dict(facts.events),
        "mean_rating": facts.mean_rating,
        "first": facts.first.isoformat() if facts.first else None,
        "last": facts.last.isoformat() if facts.last else None,
        "span_days": facts.span_days,
        "item_gini": facts.item_gini,
        "top_tenth_share": facts.top_tenth_share,
        "fingerprint": loaded.dataset.fingerprint,
    }


def _print(loaded: Loaded) -> None:
    record = _record(loaded)
    lines = {
        "source": record["source"],
        "columns": ", ".join(f"{role}={column}" for role, column in record["mapping"].items()),
        "rows_read": f"{record['rows_read']:,}",
        "rows_kept": f"{record['rows_kept']:,}",
        "rows_refused": f"{record['rows_refused']:,}",
    }
    reasons = list(record["refused"].items())
    for reason, count in reasons[:_REASONS_SHOWN]:
        lines[f"  {reason}"] = f"{count:,}"
    if more := sum(count for _, count in reasons[_REASONS_SHOWN:]):
        lines["  other reasons"] = f"{more:,}"
    lines |= {
        "users": f"{record['users']:,}",
        "items": f"{record['items']:,}",
        "density": f"{record['density']:.4%}",
        "first": record["first"] or "—",
        "last": record["last"] or "—",
        "events": ", ".join(f"{event} {count:,}" for event, count in record["events"].items()),
        "feedback": record["feedback"],
        "long tail": f"the most popular tenth of the items holds {record['top_tenth_share']:.1%} of the interactions",
        "fingerprint": record["fingerprint"],
    }
    for place, sentence in enumerate(loaded.report.sentences[1:], start=1):
        lines["notes" if place == 1 else f"  note {place}"] = sentence
    print_facts(lines)
