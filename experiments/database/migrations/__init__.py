"""The schema's history. ``experiments.database.migrating`` runs what a database lacks."""
