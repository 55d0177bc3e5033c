"""Extractors that ask a generative model: one prompt and answer format a file."""
