"""Relation extractors that ask a generative model."""
