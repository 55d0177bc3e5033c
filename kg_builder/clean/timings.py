"""Durations, intervals and ages in clinical shorthand: ``3/7``, ``2/52``, ``q6h``, ``45yo``.

Only the letters and the denominators 7, 52 and 12 are written out, and those only where the words
around say that it is a duration: dates, doses, scores, visual acuity and proportions stay.
"""

from __future__ import annotations

import re

from kg_builder.clean.alignment import Edit

_UNITS = {"7": "day", "52": "week", "12": "month"}
_FRACTION = re.compile(
    r"(?=\d)(?<![\d/.,:-])(\d{1,2})((?:\s?-\s?\d{1,2})?)\s?(/\s?(7|52|12))(?![\d/%]|[.,-]\d|\s?/\s?\d)"
)
_DENOMINATOR = re.compile(r"/\s?(?:7|52|12)(?!\d)")
_HISTORY = re.compile(r"[\s-]*(?:hx|history|h/o)\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:for|x|since|last|past|over|in|within|every|after|about|approx|approximately|around|hx|history|h/o|"
    r"f/u|review|rv|duration|next|first|previous|another|further|course|off|started|lasting)"
    r"\s*[:=]?\s*[~><]?\s*(?:the\s+)?(?:last\s+|past\s+|next\s+)?\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:hx|history|h/o|ago|later|duration|post|course|supply|time|pregnant|gestation|old|follow|f/u|review|"
    r"prior|previously|of\s+(?!patients|cases|the|which|these|women|men|subjects|samples)[a-z])",
    re.IGNORECASE,
)
_LINE_START = re.compile(r"(?:^|\n)\s*(?:-\s*)?\Z")
_PLAIN_WORD = re.compile(r"\s+(?!patients|cases|of\b|were|was|had|were|showed|samples|days|on|at|he|she|pt)[a-z]{3}")
_NOT_DURATION = re.compile(
    r"\b(?:dated?|score[ds]?|scale|grade|power|strength|va|acuity|vision|eyes?|od|os|ou|snellen|seen on|dob|murmur|"
    r"apgars?|pain|gcs|bp|on|until|before|from|by)\s*[:=]?\s*(?:of|is|was)?\s*\Z",
    re.IGNORECASE,
)
_ABBREVIATING_DOT = re.compile(r"\.(?=\s+[a-z]|[,;])")
_INTERVAL = re.compile(
    r"([qQ])(?<!\w[qQ])\.?\s?\d{1,2}(?:(?:\s?-\s?\d{1,2})?\s?([hH]|[hH]rs?|HRS?|[hH]ours?|HOURS?)\b\.?(?!\w)"
    r"|\s?(?=days?|weeks?|months?|wks?))"
)
_AGE = re.compile(r"[yY](?:/[oO]|\.[oO]\.?|[oO])(?![\w/])")


def timings(text: str) -> list[Edit]:
    """Durations, intervals and ages written out."""
    edits: list[Edit] = []
    if _DENOMINATOR.search(text):
        edits += _durations(text)
    edits += _intervals(text)
    edits += _ages(text)
    return sorted(edits)


def _durations(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for match in _FRACTION.finditer(text):
        start, end = match.span()
        if not _is_duration(text, start, end, match[4]):
            continue
        unit = _UNITS[match[4]]
        several = match[1] not in {"1", "01"} or match[2]
        plural = several and not _HISTORY.match(text, end)
        edits.append(Edit(match.end(2), end, f" {unit}s" if plural else f" {unit}"))
    return edits


def _is_duration(text: str, start: int, end: int, denominator: str) -> bool:
    before = text[max(0, start - 40) : start]
    if _NOT_DURATION.search(before):
        return False
    if denominator == "52":
        return True
    if _BEFORE.search(before) or _AFTER.match(text, end):
        return True
    return _LINE_START.search(before) is not None and _PLAIN_WORD.match(text, end) is not None


def _intervals(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for match in _INTERVAL.finditer(text):
        letter = match.span(1)
        glue = "" if text[letter[1] : letter[1] + 1].isspace() else " "
        dot = text[letter[1] : letter[1] + 1] == "."
        edits.append(Edit(letter[0], letter[1] + dot, f"every{glue}"))
        if match[2] and match[2].lower() in {"h", "hr", "hrs"}:
            space = "" if text[match.start(2) - 1].isspace() else " "
            dotted = _ABBREVIATING_DOT.match(text, match.end(2)) is not None
            edits.append(Edit(match.start(2), match.end(2) + dotted, f"{space}hours"))
    return edits


def _ages(text: str) -> list[Edit]:
    edits: list[Edit] = []
    for match in _AGE.finditer(text):
        start = match.start()
        start -= text[max(0, start - 1) : start] in {" ", "-", "\t"}
        if not text[max(0, start - 1) : start].isdigit():
            continue
        edits.append(Edit(start, match.end(), " year old"))
        sex = re.match(r"\s?([MF])(?![\w/.'-])|\s?([MF])(?=\s)", text[match.end() : match.end() + 4])
        if sex:
            word = {"M": "male", "F": "female"}[sex[1] or sex[2]]
            edits.append(Edit(match.end(), match.end() + sex.end(), f" {word}"))
    return edits
