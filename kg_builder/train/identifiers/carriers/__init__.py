"""Sentences and notes with slots, as YAML; written for this package."""
