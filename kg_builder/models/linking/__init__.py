"""Weights and priors of the linker; the card is README.md."""
