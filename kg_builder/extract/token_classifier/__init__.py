"""Extractor over token-classification checkpoints that users bring."""
