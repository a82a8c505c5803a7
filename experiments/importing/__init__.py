"""Read the export of a real experiment into a Log, with a report of every row."""

from experiments.importing.load import load, preview
from experiments.importing.records import Columns, FileReport, Imported, Preview

__all__ = ["Columns", "FileReport", "Imported", "Preview", "load", "preview"]
