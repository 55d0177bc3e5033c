"""Mentions in Vietnamese text: conditional random fields over the syllables of a sentence, and the dictionary."""
