"""The shipped relation model: `kg_builder.relate.pair_model.read_pair_model` reads it."""
