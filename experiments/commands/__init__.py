"""The commands of ``python -m experiments``: each has ``add_parser`` and ``run``."""
