"""Texts of logs for the loading tests."""

from engine.loading import load

HEADER = "user,item,rating,time"


def good_rows(count=40):
    """Return well-formed rows under `HEADER`, no two alike."""
    return [f"u{n % 9},i{n % 7},{n % 5 + 1},2024-02-{n % 28 + 1:02d} 10:{n % 60:02d}:00" for n in range(count)]


def load_text(text, *, encoding="utf-8", **options):
    """Load a log given as text, the way an upload comes."""
    return load(text.encode(encoding), name="log.csv", **options)


def contents(dataset):
    """Return the interactions as tuples of user id, item id, time, event, rating."""
    log = dataset.interactions
    return list(
        zip(
            dataset.users["user_id"].iloc[log["user"]],
            dataset.items["item_id"].iloc[log["item"]],
            log["time"].astype(str),
            log["event"].astype(str),
            log["rating"].fillna(-1.0),
            strict=True,
        )
    )


def refused(report):
    """Return the refused rows as tuples of line, reason, column, value."""
    frame = report.refused.astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).to_numpy().tolist()]
