"""Read the export of a real experiment into a Log, with a report of every row, and analyse it."""

from experiments.importing.analysis import analyse_export, to_record
from experiments.importing.asked import metrics_of, pairs_of, split_of, with_caps, with_covariates
from experiments.importing.guessing import guess_covariates
from experiments.importing.load import load, preview, variants_of
from experiments.importing.planned import names_needed, plan_for, without
from experiments.importing.proposing import propose_metric, propose_metrics, propose_ratios
from experiments.importing.records import Columns, FileReport, Imported, Preview
from experiments.importing.request import Request, digest_of, request_from

__all__ = [
    "Columns",
    "FileReport",
    "Imported",
    "Preview",
    "Request",
    "analyse_export",
    "digest_of",
    "guess_covariates",
    "load",
    "metrics_of",
    "names_needed",
    "pairs_of",
    "plan_for",
    "preview",
    "propose_metric",
    "propose_metrics",
    "propose_ratios",
    "request_from",
    "split_of",
    "to_record",
    "variants_of",
    "with_caps",
    "with_covariates",
    "without",
]
