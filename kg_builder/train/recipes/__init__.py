"""The recipes that come with the package: ``kg-builder train ner --config NAME``."""
