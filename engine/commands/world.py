"""``python -m engine world``: simulated users fitted to the data, what they are made of, and whether they fit."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.commands.data_options import add_data_options, load_from
from engine.commands.printing import print_json, print_table
from engine.commands.progress import progress
from engine.errors import ExperimentError

if TYPE_CHECKING:
    from engine.dataset import Dataset
    from engine.fidelity import Fidelity
    from engine.world import World
    from engine.world.facts import Fact

_ABSENT = "—"


def add_parser(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add the command to ``subparsers``."""
    parser = subparsers.add_parser(
        "world", help="simulated users fitted to the data: their parameters, and how far they can be believed"
    )
    add_data_options(parser)
    parser.add_argument("--users", type=int, help="simulated users (default: as many as the data has)")
    parser.add_argument("--seed", type=int, default=0, help="seed of all draws (default 0)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.epilog = (
        "The dials of a made-up world, such as synthetic:users=500,items=200: users, items, "
        "categories, taste_groups, minority_share, taste_strength, rank, popularity_skew, activity, "
        "activity_spread, session_items, weekend, revisit, weeks, seed."
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what simulated users fitted to the data are made of and how faithful they are; return the exit code.

    Raises:
        LabError: an unknown dial, a number out of range, or data that cannot be used.
    """
    import numpy as np

    from engine.fidelity import fidelity
    from engine.world import fit_world
    from engine.world.facts import facts

    if args.seed < 0:
        raise ExperimentError(f"--seed was {args.seed}; it must be 0 or more.")
    with progress() as report:
        report("Reading the data", None, None)
        dataset = load_from(args).dataset
        report("Fitting simulated users", None, None)
        world = fit_world(dataset, np.random.default_rng(args.seed), users=args.users)
        found = fidelity(dataset, seed=args.seed, report=report)
    if args.json:
        print_json(_record(dataset, world, facts(world), found))
    else:
        _print(dataset, world, facts(world), found)
    return 0


def _record(dataset: Dataset, world: World, known: tuple[Fact, ...], found: Fidelity) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "users": world.n_units,
        "items": world.n_items,
        "parameters": [asdict(fact) for fact in known],
        "behaviours": {each.name: bool(each.value) for each in world.params.describe() if isinstance(each.value, bool)},
        "notes": list(world.notes),
        "fidelity": found.to_dict(),
    }


def _print(dataset: Dataset, world: World, known: tuple[Fact, ...], found: Fidelity) -> None:
    print(f"{dataset.name}: {world.n_units:,} simulated users of {world.n_items:,} items.\n")
    print_table(
        ["parameter", "value", "unit", "switch", "origin"],
        [[fact.name, f"{fact.value:.4g}", fact.unit, _switch(fact.on), fact.origin] for fact in known],
    )
    print("\nSources")
    for fact in known:
        print(f"  {fact.name}: {fact.source}")
    if world.notes:
        print("\n" + "\n".join(world.notes))
    print(f"\nFidelity: {found.sentence}")
    if not found.measures:
        return
    print(
        f"\nHeld out: {found.first} to {found.last}, {found.choices:,} choices of {found.returning_users:,} users "
        f"known before and {found.new_users:,} new ones."
    )
    print_table(
        ["measure", "simulated", "held out", "earlier weeks", "distance", "of earlier", "verdict"],
        [
            [
                f"{each.title} ({each.unit})", _number(each.simulated), _number(each.held_out), _number(each.earlier),
                f"{each.distance:.3f}", _number(each.distance_of_earlier), each.verdict,
            ]
            for each in found.measures
        ],
    )  # fmt: skip
    foretold = found.likelihood
    if foretold is not None:
        print(
            f"\nHeld-out choices, nats per choice (lower is better): world {foretold.world:.3f}, popularity "
            f"{foretold.popularity:.3f}, uniform {foretold.uniform:.3f}. {foretold.sentence}"
        )
    print("\n" + "\n".join(found.how))


def _switch(on: bool | None) -> str:
    return _ABSENT if on is None else "on" if on else "off"


def _number(value: float | None) -> str:
    return _ABSENT if value is None else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
