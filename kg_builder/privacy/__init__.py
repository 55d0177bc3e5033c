"""Identifiers of persons in texts: found, masked, mapped back; the gate before any model that runs elsewhere."""
