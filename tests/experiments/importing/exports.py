"""Exports of experiments, as bytes of a file."""

from __future__ import annotations

import json

import pandas as pd

from experiments.metrics import Metric

CONVERTED = Metric(name="converted", kind="proportion", numerator="converted", role="primary")
REVENUE = Metric(name="revenue", kind="mean", numerator="revenue")
ORDERS = Metric(name="orders/sessions", kind="ratio", numerator="orders", denominator="sessions")


def csv(rows: list[dict] | pd.DataFrame, sep: str = ",") -> bytes:
    return pd.DataFrame(rows).to_csv(index=False, sep=sep).encode()


def json_lines(rows: list[dict]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def units(control: list[float], treatment: list[float], column: str = "revenue") -> pd.DataFrame:
    """One row a unit: the values of both variants."""
    variant = ["control"] * len(control) + ["new"] * len(treatment)
    return pd.DataFrame(
        {"user_id": [f"u{i}" for i in range(len(variant))], "variant": variant, column: [*control, *treatment]}
    )
