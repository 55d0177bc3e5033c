"""Whether a text is written in clinical shorthand, so that risky abbreviations may be read as such."""

from __future__ import annotations

import re

from kg_builder.text.sections import find_sections, section_group

_SHORTHAND = re.compile(
    r"(?<![\w/.])(?=[hcosrykfdwtpenbia\d])(?:[hcos]/[oe]|s/p|r/o|w/o|y/o|k/c/o|f/u|d/c|w/|[hdrts]x|pmhx?|psh|fhx|shx|pts?|etoh|nkda|nil|"
    r"p/c|prn|tds|qds|nocte|abdo?|c/w|d/w|b/l|\d{1,2}/52|\d{1,3}\s?(?:y\.?o\.?|y/o))(?![\w/-])",
    re.IGNORECASE,
)
_CASED_NOISE = {"RX", "PT", "PTS", "SX", "TX", "HX", "DX"}
_PROSE_KINDS = ("abstract", "article", "paper", "journal", "guideline", "literature")
_LOOKED_AT = 200_000
_SHORT_TEXT = 360


def is_shorthand(text: str, kind: str | None) -> bool:
    """Clinical shorthand by its own signs, or a note by its headings. Abstracts never are."""
    if kind and any(word in kind.lower() for word in _PROSE_KINDS):
        return False
    signs: set[str] = set()
    for match in _SHORTHAND.finditer(text, 0, _LOOKED_AT):
        if match.group() not in _CASED_NOISE:
            signs.add(match.group().lower())
            if len(signs) > 1:
                return True
    return (bool(signs) and len(text) < _SHORT_TEXT) or _headings_of_a_note(text) > 1


def _headings_of_a_note(text: str) -> int:
    """Sections that journal text doesn't have."""
    return sum(section_group(section.heading) is not None for section in find_sections(text))
