"""Text in, knowledge graph out."""
