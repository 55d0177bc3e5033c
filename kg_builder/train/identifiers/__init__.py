"""Trains the model that finds identifiers, on notes into which made-up ones are put."""
