"""``python -m sample_data`` writes the shop's three tables and its experiment's two exports next to itself."""

from pathlib import Path

from sample_data import FOLDER, experiment
from sample_data.generator import generate


def write(folder: Path) -> tuple[str, ...]:
    """Write every file into ``folder`` and return their names; the same bytes on every run."""
    shop, export = generate(), experiment.generate()
    tables = {
        "events.csv": shop.events,
        "users.csv": shop.users,
        "items.csv": shop.items,
        "experiment.csv": export,
        "experiment_broken.csv": experiment.broken(export),
    }
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, lineterminator="\n", encoding="utf-8")
    return tuple(tables)


if __name__ == "__main__":
    print(f"Wrote {', '.join(write(FOLDER))} to {FOLDER}")
