"""Recipes that made the shipped models (needs the extra ``train``)."""
