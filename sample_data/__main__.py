"""``python -m sample_data`` writes events.csv, users.csv and items.csv next to itself."""

from pathlib import Path

from sample_data import FOLDER
from sample_data.generator import generate


def write(folder: Path) -> None:
    """Write the three tables into ``folder``; the same bytes on every run."""
    shop = generate()
    for name, table in (("events", shop.events), ("users", shop.users), ("items", shop.items)):
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
    print(f"Wrote events.csv, users.csv and items.csv to {FOLDER}")
