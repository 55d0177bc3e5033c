"""The page on which people look at a graph and check it: its answers, its server, its self-contained file."""
