"""Measurements against peers: ``make bench``. Not collected by pytest; holds no assertion on time."""
