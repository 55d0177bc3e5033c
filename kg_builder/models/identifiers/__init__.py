"""The shipped model for identifiers: `kg_builder.privacy.learned.model.load_model` reads it."""
