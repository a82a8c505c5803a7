"""``python -m experiments register``: write a plan down before anybody looks."""

from __future__ import annotations

import argparse
from typing import Any

from engine.commands.printing import print_facts, print_json
from experiments.plan import Plan
from experiments.wording import listed, share


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("register", help="write a plan down before anybody looks")
    parser.add_argument("plan", metavar="PLAN", help="YAML or JSON: hypothesis, variants, metrics, days, and the rest")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Register the plan, print its hash and since when it stands, and return the exit code.

    Raises:
        ExperimentError: where the file holds no plan.
    """
    from experiments import database
    from experiments.plan_file import read_plan

    found = database.register(read_plan(args.plan))
    when = found.registered.isoformat(timespec="seconds")
    if args.json:
        print_json({"hash": found.hash, "registered": when, "plan": found.plan.to_dict()})
        return 0
    print(f"Plan {found.hash} is registered since {when}.\n")
    print_facts(_facts(found.plan))
    print(f"\nAnalyse under it: python -m experiments analyze FILE --plan {args.plan}")
    return 0


def _facts(plan: Plan) -> dict[str, str]:
    control, *treatments = map(plan.title, plan.variants)
    guards = [f"{metric.label} (may lose {share(metric.margin, 0)})" for metric in plan.guardrails]
    others = [metric.label for metric in plan.metrics if metric.role == "secondary"]
    return {
        "Hypothesis": plan.hypothesis,
        "Variants": f"{listed(treatments)} against {control}",
        "Split": " : ".join(share(part) for part in plan.shares),
        "Decides": plan.primary.label,
        "Informs": listed(others) or "nothing",
        "Guards": listed(guards) or "nothing",
        "Days": str(plan.days),
        "Stopping": plan.stopping,
        "Correction": plan.correction,
        "Level": f"alpha {plan.alpha:g}, power {plan.power:g}",
    }
