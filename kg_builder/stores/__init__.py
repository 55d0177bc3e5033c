"""Where the graph lives: one protocol, one conformance suite, several stores."""

from kg_builder.stores.opening import open_store

__all__ = ["open_store"]
