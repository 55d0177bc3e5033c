"""A small diffusion language model of our own, whose code travels with its checkpoints (`kg_builder.testing`)."""
