"""Read an interaction log and its side tables into a Dataset, with a report of every row."""

from engine.loading.load import load, preview
from engine.loading.records import DEFAULT_EVENT_WEIGHTS, NO_CONSENT, ROLES, Loaded, LoadReport, Preview

__all__ = ["DEFAULT_EVENT_WEIGHTS", "NO_CONSENT", "ROLES", "LoadReport", "Loaded", "Preview", "load", "preview"]
