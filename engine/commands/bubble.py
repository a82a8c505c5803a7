"""``python -m engine bubble``: what policies do to users over rounds of recommend, choose and retrain."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import ExperimentError

if TYPE_CHECKING:
    from engine.discovery.bands import Band
    from engine.discovery.mitigation import Mitigation
    from engine.discovery.study import BubbleStudy


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser("bubble", help="what policies do to simulated users, round after round")
    add_data_options(parser)
    parser.add_argument(
        "--policies",
        required=True,
        metavar="POLICY,...",
        help="for instance svd,svd+mmr:0.3; random, oracle and none (no recommender) are always beside them",
    )
    parser.add_argument("--rounds", type=int, default=20, help="rounds of recommend, choose and retrain (default 20)")
    parser.add_argument("--users", type=int, help="simulated users in each draw (default 200, at most the data's)")
    parser.add_argument("--seeds", type=int, default=5, help="draws of users and luck; bands are over them (default 5)")
    parser.add_argument("--seed", type=int, default=0, help="seed of all draws (default 0)")
    parser.add_argument("--round-days", type=int, default=7, metavar="DAYS", help="how long a round lasts (default 7)")
    parser.add_argument(
        "--retrain-every", type=int, default=1, metavar="ROUNDS", help="rounds between trainings (default 1; 0: never)"
    )
    parser.add_argument("--segment", metavar="COLUMN", help="look at the segments of this column too")
    parser.add_argument(
        "--without", metavar="BEHAVIOUR,...", help="switch behaviours of the users off, for instance boredom,drift"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what the policies ``args`` name do to users and return the exit code.

    Raises:
        LabError: an unknown policy, segmentation or behaviour, a number out of range, or data that cannot be used.
    """
    from engine.discovery.bubble import bubble
    from engine.discovery.mitigation import mitigation
    from engine.policies import split_specs

    if args.seed < 0:
        raise ExperimentError(f"--seed was {args.seed}; it must be 0 or more.")
    if args.retrain_every < 0:
        raise ExperimentError(f"--retrain-every was {args.retrain_every}; it must be 0 or more.")
    policies = split_specs(args.policies)
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        study = bubble(
            dataset,
            policies,
            rounds=args.rounds,
            users=args.users,
            seeds=args.seeds,
            seed=args.seed,
            round_days=args.round_days,
            retrain_every=args.retrain_every or None,
            segment=args.segment,
            without=[name.strip() for name in (args.without or "").split(",") if name.strip()],
            report=report,
        )
    trades = mitigation(study) if sum(arm.role == "policy" for arm in study.arms) > 1 else None
    if args.json:
        print_json(_record(study, trades))
    else:
        _print(study, trades)
    return 0


def _record(study: BubbleStudy, trades: Mitigation | None) -> dict[str, Any]:
    from engine.discovery.measures import BY_BLOCK, BY_ROUND
    from engine.discovery.readings import answer, readings

    read = {each.arm.name: each for each in readings(study)}
    against = ("none", "random", "oracle")
    arms = []
    for place, arm in enumerate(study.arms):
        one = read.get(arm.name)
        arms.append(
            {
                "name": arm.name,
                "title": arm.title,
                "role": arm.role,
                "verdict": one.verdict if one else None,
                "for_whom": one.for_whom if one else [],
                "homogenised": one.homogenised if one else None,
                "amplified": one.amplified if one else None,
                "sentence": one.sentence if one else None,
                "by_round": {measure.name: _groups(study, study.by_round(measure.name), place) for measure in BY_ROUND},
                "by_block": {
                    name: {
                        "value": _groups(study, study.by_block(name), place),
                        **{f"against_{other}": _groups(study, study.by_block(name, other), place) for other in against},
                    }
                    for name in BY_BLOCK
                },
                "last_block": {
                    measure.name: {
                        "value": _groups(study, study.last(measure.name), place),
                        **{
                            f"against_{other}": _groups(study, study.last(measure.name, other), place)
                            for other in against
                        },
                    }
                    for measure in BY_ROUND
                },
            }
        )
    return {
        "dataset": study.dataset,
        "fingerprint": study.fingerprint,
        "simulated": True,
        "users": study.users,
        "rounds": study.rules.rounds,
        "round_days": study.rules.round_days,
        "slate_size": study.rules.slate_size,
        "choices": study.rules.choices,
        "retrain_every": study.rules.retrain_every,
        "drift": study.drift,
        "switched_off": study.switched_off,
        "fidelity": study.fidelity and study.fidelity.to_dict(),
        "seeds": study.seeds,
        "blocks": [
            {"first_round": first + 1, "last_round": until}
            for first, until in zip(study.blocks, study.blocks[1:], strict=False)
        ],
        "groups": [
            {"name": group.name, "title": group.title, "users": size}
            for group, size in zip(study.groups, study.sizes, strict=True)
        ],
        "measures": {measure.name: {"title": measure.title, "meaning": measure.meaning} for measure in BY_ROUND},
        "answer": answer(study),
        "arms": arms,
        "mitigation": trades.to_dict() if trades else None,
    }


def _groups(study: BubbleStudy, found: Band, place: int) -> dict[str, Any]:
    """Return one arm's values with their bands, by group; the groups are the last axis."""
    return {
        group.name: {end: getattr(found, end)[place, ..., at] for end in ("value", "low", "high")}
        for at, group in enumerate(study.groups)
    }


def _print(study: BubbleStudy, trades: Mitigation | None) -> None:
    from engine.discovery.measures import BY_ROUND
    from engine.discovery.readings import answer, readings

    rules = study.rules
    print(
        f"{study.dataset}: {rules.rounds} rounds of {rules.round_days} days, {study.users:,} simulated users in each "
        f"of {len(study.seeds)} draws. Simulated.\n{answer(study)}\n"
    )
    if study.fidelity:
        print(f"Can these users be believed? {study.fidelity.sentence}\n")
    print(f"Rounds {study.blocks[-2] + 1} to {study.blocks[-1]}, everybody; half a 95% band over the draws after ±.\n")
    rows = []
    for measure in BY_ROUND:
        found = study.last(measure.name)
        cells = [
            f"{value:.3f} ±{high - value:.3f}" for value, high in zip(found.value[:, 0], found.high[:, 0], strict=True)
        ]
        rows.append([measure.title, *(cell.replace("nan ±nan", "—") for cell in cells)])
    print_table(["measure", *(arm.name for arm in study.arms)], rows)
    print("".join(f"\n{each.sentence}" for each in readings(study)))
    if trades:
        print("".join(f"\n{sentence}" for sentence in trades.sentences))
