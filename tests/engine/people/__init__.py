"""Predictions for people."""
