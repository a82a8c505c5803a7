"""Made-up worlds taken like any other data: their log and items as tables, under a name that says what they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.loading.raw import RawTable, refusals

NAME = "Made-up world"
"""What every made-up world's name begins with."""

_SOURCE = "synthetic"
_FORMAT = "made up from dials; nothing in it was measured"


@dataclass(frozen=True)
class MadeUp:
    """The tables of a made-up world.

    Attributes:
        log: one row an event: ``user_id``, ``item_id``, ``time``, ``event``.
        users: everybody, also who did nothing.
        items: the catalogue, with its categories and prices.
        name: that it is made up, and its dials, so that no two worlds share a name.
    """

    log: RawTable
    users: RawTable
    items: RawTable
    name: str


def is_made_up(source: object) -> bool:
    """Return whether ``source`` is ``synthetic`` or ``synthetic:users=500,...`` rather than a file."""
    return isinstance(source, str) and source.partition(":")[0] == _SOURCE


def made_up(source: str) -> MadeUp:
    """Return the world of ``synthetic:users=500,items=200``; the dials are ``engine.world.synthetic.Dials``.

    Raises:
        DataError: an unknown dial, a value out of range, or a world in which nobody did anything.
    """
    # Not above: who reads a file needs no simulated users.
    from engine.world.synthetic import Dials, synthetic_log

    dials = Dials.parse(source)
    dataset = synthetic_log(dials)
    rows = dataset.interactions
    log = pd.DataFrame(
        {
            "user_id": dataset.users["user_id"].to_numpy()[rows["user"]],
            "item_id": dataset.items["item_id"].to_numpy()[rows["item"]],
            "time": rows["time"],
            "event": rows["event"],
        }
    )
    return MadeUp(_raw(log), _raw(dataset.users), _raw(dataset.items), f"{NAME} ({dials.told})")


def _raw(frame: pd.DataFrame) -> RawTable:
    return RawTable(
        frame=frame.astype("str"),
        lines=np.arange(1, len(frame) + 1, dtype=np.int64),
        malformed=refusals([], ""),
        format=_FORMAT,
    )
