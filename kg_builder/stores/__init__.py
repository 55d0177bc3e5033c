"""Where the graph lives: one protocol, one conformance suite, several stores."""
