"""What a simulation may be asked for, said before anything is computed."""

from __future__ import annotations

from engine.dataset import Dataset
from engine.errors import ExperimentError
from experiments.worlds import MOST_WORLDS

_MOST_UNIT_DAYS = 20_000_000
_SEEDS = 2**32  # what Surprise's generator takes


def check_request(
    dataset: Dataset,
    *,
    users: int | None,
    days: int,
    retrain_every: int | None,
    slate_size: int,
    seed: int,
    worlds: int,
) -> None:
    """Raise where a simulation cannot be what is asked; the arguments are those of ``experiments.simulate``.

    Raises:
        ExperimentError: naming the first argument that is out of range.
    """
    if users is not None and users < 2:
        raise ExperimentError(f"{users} users were given; an experiment needs at least 2.")
    if days < 1:
        raise ExperimentError(f"{days} days were given; an experiment runs at least 1.")
    if (users or dataset.n_users) * days > _MOST_UNIT_DAYS:
        raise ExperimentError(
            f"{users or dataset.n_users:,} users for {days:,} days were given; users times days may be up to "
            f"{_MOST_UNIT_DAYS:,}, which fills several GB. Take fewer users or days."
        )
    if retrain_every is not None and retrain_every < 1:
        raise ExperimentError(f"Retraining every {retrain_every} days was given; expected 1 day or more.")
    if slate_size < 1:
        raise ExperimentError(f"Slates of {slate_size} items were given; expected 1 or more.")
    if not 0 <= seed < _SEEDS:
        raise ExperimentError(f"Seed {seed} was given; expected a whole number from 0 to {_SEEDS - 1}.")
    if not 0 <= worlds <= MOST_WORLDS:
        raise ExperimentError(f"{worlds} plausible worlds were given; expected 0 to {MOST_WORLDS}.")
