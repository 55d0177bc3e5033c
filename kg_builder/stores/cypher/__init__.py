"""Read-only Cypher over any store: what may be asked, what is asked, and the answer."""
