"""Doses, strengths, routes, frequencies, durations and laboratory values, as data and with what they belong to."""
