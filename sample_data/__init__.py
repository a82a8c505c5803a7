"""The bundled example: a made-up online shop, 90 days of it, and a test it ran. README.md says what is true in it."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where events.csv, users.csv, items.csv, experiment.csv and experiment_broken.csv lie."""
