"""The options every command shares to say which data it works on."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.loading.records import Loaded


OPTIONS = (
    "map",
    "user_table",
    "item_table",
    "feedback",
    "weights",
    "rating_scale",
    "include_withheld",
    "drop_duplicates",
)
"""Names, in the parsed arguments, of the options beside the data itself."""


def add_data_options(
    parser: argparse.ArgumentParser, *, required: bool = True, nargs: Literal["?"] | None = None
) -> None:
    """Add DATA, ``--map`` and the other options of `engine.loading.load` to ``parser``.

    Args:
        parser: of a command.
        required: whether the command always works on data; otherwise it is an option, ``--data DATA``.
        nargs: "?" where DATA may be left out, for it can come from elsewhere.
    """
    options = parser.add_argument_group("reading the data")
    what = "sample, a file, a MovieLens folder, or synthetic:users=500,items=200, a made-up world"
    if required:
        parser.add_argument("data", nargs=nargs, metavar="DATA", help=what)
    else:
        options.add_argument("--data", metavar="DATA", help=what)
    options.add_argument(
        "--map",
        type=_mapping,
        default={},
        metavar="ROLE=COL,...",
        help="columns of the roles user, item, rating, time, event, count; ROLE= takes a role away",
    )
    options.add_argument("--user-table", metavar="FILE", help="a table of users")
    options.add_argument("--item-table", metavar="FILE", help="a table of items")
    options.add_argument(
        "--feedback",
        choices=("auto", "explicit", "implicit"),
        default="auto",
        help="learn from ratings (explicit) or weighted events (implicit); auto goes by the data",
    )
    options.add_argument(
        "--weights", type=_weights, default={}, metavar="EVENT=W,...", help="what an event is worth, view=1,purchase=5"
    )
    options.add_argument(
        "--rating-scale", type=_scale, metavar="LOW,HIGH", help="lowest and highest rating; guessed unless given"
    )
    options.add_argument(
        "--include-withheld", action="store_true", help="keep users who did not consent (left out by default)"
    )
    options.add_argument("--drop-duplicates", action="store_true", help="refuse rows that repeat an earlier row")


def load_from(args: argparse.Namespace) -> Loaded:
    """Load the data ``args`` name.

    Raises:
        DataError: as `engine.loading.load`.
    """
    from engine.loading import load

    return load(
        args.data,
        mapping=args.map,
        feedback=args.feedback,
        event_weights=args.weights,
        rating_scale=args.rating_scale,
        drop_duplicates=args.drop_duplicates,
        include_withheld=args.include_withheld,
        users=args.user_table,
        items=args.item_table,
    )


def _mapping(text: str) -> dict[str, str]:
    pairs = [_pair(part, "user=COL,item=COL") for part in text.split(",") if part.strip()]
    return dict(pairs)


def _weights(text: str) -> dict[str, float]:
    weights = {}
    for part in text.split(","):
        event, weight = _pair(part, "view=1,purchase=5")
        weights[event] = _number(weight)
    return weights


def _scale(text: str) -> tuple[float, float]:
    parts = text.split(",")
    if len(parts) != 2:
        raise argparse.ArgumentTypeError(f"'{text}' is no scale; expected two numbers such as 1,5")
    return _number(parts[0]), _number(parts[1])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number") from None


def _pair(part: str, example: str) -> tuple[str, str]:
    name, sign, value = part.partition("=")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"'{part}' has no '='; expected for instance {example}")
    return name.strip(), value.strip()
