"""Compiles the shipped terminology from packages on PyPI: one module a source, then joining and pruning."""
