"""Deterministic checks between what was extracted and what is written."""
