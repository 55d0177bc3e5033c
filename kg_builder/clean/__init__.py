"""Cleaning: text made readable, every character traceable to the original."""
