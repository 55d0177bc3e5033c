"""Graphs and documents as HTML that runs nothing: stretches of text, highlighting, rich display in notebooks."""
