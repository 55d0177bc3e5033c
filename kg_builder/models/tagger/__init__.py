"""The shipped tagger: `kg_builder.extract.tagger.model.load_tagger` reads it."""
