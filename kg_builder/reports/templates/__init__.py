"""Jinja templates of the reports, and their style."""
