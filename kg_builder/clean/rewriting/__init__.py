"""Rewriting by a copy-editor model, accepted only if no fact was lost or added."""
