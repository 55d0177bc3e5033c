"""Vietnamese spelling variants as edits of a text: where the tone mark stands, and words joined by a segmenter."""

from __future__ import annotations

from kg_builder.clean.alignment import Edit
from kg_builder.text.vietnamese_spelling import joined_syllables, traditional_tones


def tone_placement(text: str) -> list[Edit]:
    """Tone marks moved to the traditional place. Expects composed text (NFC); lengths stay."""
    return [Edit(*change) for change in traditional_tones(text)]


def segmented_words(text: str) -> list[Edit]:
    """Underscores that a word segmenter put between syllables become blanks."""
    return [Edit(*change) for change in joined_syllables(text)]
