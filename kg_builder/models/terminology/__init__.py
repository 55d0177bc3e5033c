"""The shipped terminology: data files, read by `kg_builder.terminology`."""
