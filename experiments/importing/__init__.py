"""Read the export of a real experiment into a Log, with a report of every row, and analyse it."""

from experiments.importing.analysis import analyse_export, plan_for, to_record
from experiments.importing.asked import covariates_of, metrics_of, split_of
from experiments.importing.load import load, preview
from experiments.importing.records import Columns, FileReport, Imported, Preview

__all__ = [
    "Columns",
    "FileReport",
    "Imported",
    "Preview",
    "analyse_export",
    "covariates_of",
    "load",
    "metrics_of",
    "plan_for",
    "preview",
    "split_of",
    "to_record",
]
