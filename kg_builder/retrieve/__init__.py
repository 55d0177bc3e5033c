"""From a question to the facts of a graph that bear on it, each with its sources."""
