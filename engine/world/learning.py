"""What a policy may learn from: the history, and what was clicked and bought since."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.noise import normal
from engine.preferences import Preferences
from engine.world.outcomes import Consumed
from engine.world.world import World


def learned(world: World, consumed: Consumed, seed: int, units: NDArray[np.bool_] | None = None) -> Preferences:
    """Return the history of all units with what was consumed since, sorted by unit and item.

    What users did who are no units (``world.elsewhere``) comes after, under user codes of its own.

    Where feedback is explicit, what was consumed is rated: utility with ``rating_noise``, put on the log's
    own scale. Where it is implicit, a click adds its event weight and a purchase its own, as strengths.

    Args:
        world: holds the history, and how utility becomes a rating.
        consumed: pairs that are not in the history.
        seed: seed of the run; a pair's rating is the same whatever else happened.
        units: keep what these units consumed alone, boolean, shape (units,); all when None.
    """
    kept = slice(None) if units is None else np.flatnonzero(units[consumed.unit])
    unit, item = consumed.unit[kept], consumed.item[kept]
    if world.ratings is not None:
        noise = normal(seed, "rating", world.key[unit], item)
        value = world.ratings.rate(consumed.utility[kept] + world.params.rating_noise * noise)
    else:
        weight = world.click_weight + world.purchase_weight * consumed.bought[kept]
        value = np.log2(1.0 + weight)
    history = _everybody(world)
    user, items = np.concatenate([history.user, unit]), np.concatenate([history.item, item])
    order = np.argsort(user.astype(np.int64) * world.n_items + items, kind="stable")
    highest = max(history.scale[1], float(value.max(initial=history.scale[1])))
    time = history.time
    if time is not None:  # what was consumed since came after all of the history
        time = np.concatenate([time, np.full(len(unit), time.max(initial=0) + 1)])[order]
    return replace(
        history,
        time=time,
        user=user[order].astype(np.int32),
        item=items[order].astype(np.int32),
        value=np.concatenate([history.value, value])[order],
        scale=history.scale if history.explicit else (history.scale[0], highest),
    )


def _everybody(world: World) -> Preferences:
    """Return the units' history and, after it, that of users who are no units."""
    mine, others = world.history, world.elsewhere
    if others is None:
        return mine
    return replace(
        mine,
        user=np.concatenate([mine.user, others.user + np.int32(world.n_units)]),
        item=np.concatenate([mine.item, others.item]),
        value=np.concatenate([mine.value, others.value]),
        time=None if mine.time is None or others.time is None else np.concatenate([mine.time, others.time]),
        n_users=world.n_units + others.n_users,
        users=None
        if mine.users is None or others.users is None
        else pd.concat([mine.users, others.users], ignore_index=True),
        scale=(min(mine.scale[0], others.scale[0]), max(mine.scale[1], others.scale[1])),
    )
