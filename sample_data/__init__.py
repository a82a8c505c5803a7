"""The bundled example: a made-up online shop, 90 days of it. README.md says what is true in it."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where events.csv, users.csv and items.csv lie."""
