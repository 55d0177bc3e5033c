"""Which language a document is in, and which schema and extractors serve it."""
