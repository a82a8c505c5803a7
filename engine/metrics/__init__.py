"""Metrics, one a file: each measures one list a row, and ``intervals`` accumulates many users."""
