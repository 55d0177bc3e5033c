"""What the form of the words says of a find: how far it goes, of which kind it can be, and what none can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from kg_builder.privacy.identifiers import Kind
from kg_builder.privacy.name_evidence import clinical_part, eponym, plain, shouted
from kg_builder.privacy.name_refusals import in_a_hospital_name
from kg_builder.privacy.name_runs import Run, run_at, stand_in
from kg_builder.privacy.patterns import no_town, vietnamese_land
from kg_builder.privacy.placeholders import MEANT
from kg_builder.privacy.words import cues, words

_DIGIT = re.compile(r"\d")
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|tháng)", re.IGNORECASE)
_DATE = re.compile(
    r"(?<![\d./])(?:\d{1,2}([/.\-])\d{1,2}\1(?:\d{4}|\d{2})|(?:0?[1-9]|1[0-2])/(?:0\d|[12]\d{3})|\d{4}-\d\d-\d\d)"
    r"(?![\d/]|[.]\d)"
)
_PRODUCT = re.compile(r"\b(?:product|model|catalogue?|part)(?:[ ](?:no\.?|numbers?))?[ :#]*$", re.IGNORECASE)
_SIZE = re.compile(r"\d+(?:[.,]\d+)?(?:[ ]?[x×*][ ]?\d+(?:[.,]\d+)?)+(?:[ ]?[mc]m\b|(?![\w\-]))", re.IGNORECASE)
_FIRM = re.compile(r"[ ](?:corporation|company|hospital|university|clinic)\b")
_CAPITALS = re.compile(r"(?:[ ](?:[A-Z][\w'’&\-]*|of|and|for|the|St\.)(?!\w)){1,4}")
_SUBSTANCE = re.compile(r"[A-Z][A-Za-z]{0,3}[- ]?(?:\d{2}[- ])?\d{3,5}")
"""``SM-5887``, ``Ro15-1788``."""
_CODE = re.compile(r"[^\W_]+(?:[\-/.][^\W_]+)*")
_PLACEHOLDER = 16
"""Characters of one, at most."""
_EPONYM = re.compile(
    r"['’]s?[ ](?:tests?|signs?|release|maneuver|disease|syndrome|tenosynovitis|fascia"
    r"|(?:(?:is|was)[ ])?(?:normal|negative|positive))\b"
    r"|[ ](?:cannula|catheter|instrument|retractor|forceps|prosthesis|protocol|syndrome)\b",
    re.IGNORECASE,
)
"""Behind what is called after somebody: ``DE QUERVAIN'S RELEASE``, ``Scott cannula``."""
_BEGINNING = re.compile(r"(?:^|[.:;!?*•)\-–\]\n])[\"'“‘ \t]*$")
"""Before the first word of a sentence, a line or an entry of a list."""
_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?", re.IGNORECASE)
_NO_ADDRESS = re.compile(r"(?:(?:city|state|street|town|zip|country)\b[ ,]*)+", re.IGNORECASE)
_GLUED = re.compile(r":\w")
_NO_AGE = re.compile(
    r"(?:\d[ ]?[-–]|\b(?:cases?|subjects?|beds?|rooms?|wards?|days?|weeks?|visits?|doses?|figures?|tables?|pages?"
    r"|no\.|numbers?)[ ]?#?)[ ]?$",
    re.IGNORECASE,
)
"""Before a number that is no age: ``18-100``, ``Case 95``."""
_NO_AGE_BEHIND = re.compile(r"[ ]?(?:°|%|percent|degrees?|temperature|fever|mg|ml|mm|cm|kg|bpm|beats)", re.IGNORECASE)
NUMBERS = frozenset({Kind.RECORD, Kind.LICENCE, Kind.DEVICE, Kind.PHONE})
_WITH_DIGITS = NUMBERS | {Kind.DATE, Kind.AGE, Kind.IP}
_DOTS = 3
_YOUNGEST_OLD = 90
_SEVERAL = 2
"""Words of a name that are no accident."""
_LEAST_NUMBER = 4
"""Characters of a number of a record or the like."""


def shaped(text: str, start: int, end: int, kind: Kind) -> tuple[int, int, Kind] | None:
    """Numbers as far as they go (``UV-773348``); another kind where the words can't be of this one; None: of none."""
    said = text[start:end]
    digits = _DIGIT.search(said) is not None
    if kind in {Kind.NAME, *NUMBERS} and digits:
        for code in _CODE.finditer(text, text.rfind(" ", 0, start) + 1):
            if code.start() >= end:
                break
            if code.end() > start:
                start, end = min(start, code.start()), max(end, code.end())
        return start, end, Kind.RECORD if kind is Kind.NAME else kind
    if kind in _WITH_DIGITS and not digits and not (kind is Kind.DATE and _MONTH.search(said)):
        return (start, end, Kind.ADDRESS) if said[0].isupper() else None
    return start, end, kind


def holds(text: str, start: int, end: int, kind: Kind, clinical: Sequence[tuple[int, int]]) -> bool:
    """Whether ``text[start:end]`` may be an identifier of that kind."""
    if any(first <= start and end <= last for first, last in clinical) or _ours(text, start, end):
        return False
    if kind is Kind.NAME and text[start:end].isupper() and (run := _run(text, start, end)) is not None:
        said = Run(tuple(word for word in run.words if word.end <= end))
        if said.words and clinical_part(said, (span for span in clinical if span[0] < end and start < span[1])):
            return False  # ``INJ FUROSEMIDE``
    return _HOLDS.get(kind, _number)(text, start, end)


def _ours(text: str, start: int, end: int) -> bool:
    """Whether it is part of an id or a placeholder: ``MESH:D014859``, ``(:Concept)``, ``[SOURCE-1:0-31]``."""
    glued = text[start - 1 : start] == ":" or _GLUED.match(text, end) is not None
    near = MEANT.finditer(text, max(0, start - _PLACEHOLDER), end + _PLACEHOLDER)
    return glued or any(match.start() < end and start < match.end() for match in near)


def _name(text: str, start: int, end: int) -> bool:
    run = _run(text, start, end)
    other = _EPONYM.match(text, end) is not None or _WEEKDAY.fullmatch(text, start, end) is not None
    place = vietnamese_land(text[start:end]) or _institution(text, start, end)
    return run is not None and not (other or place or stand_in(run) or in_a_hospital_name(text, run))


def _address(text: str, start: int, end: int) -> bool:
    said = text[start:end]
    if _DIGIT.search(said):
        return True
    none = no_town(said) or _WEEKDAY.fullmatch(said) or _NO_ADDRESS.fullmatch(said)
    return not (none or _EPONYM.match(text, end) or _institution(text, start, end))


def _age(text: str, start: int, end: int) -> bool:
    said = text[start:end]
    if not said.isdigit():
        return True
    other = _NO_AGE.search(text[max(0, start - 12) : start]) or _NO_AGE_BEHIND.match(text, end)
    return int(said) >= _YOUNGEST_OLD and not other


def _date(text: str, start: int, end: int) -> bool:
    """A year alone is none."""
    return _MONTH.search(text[start:end]) is not None or _DATE.search(text, max(0, start - 1), end + 2) is not None


def _ip(text: str, start: int, end: int) -> bool:
    return text.count(".", start, end) >= _DOTS or ":" in text[start:end]


def _number(text: str, start: int, end: int) -> bool:
    said = text[start:end]
    enough = _DIGIT.search(said) is not None and sum(map(str.isalnum, said)) >= _LEAST_NUMBER
    return enough and not (_PRODUCT.search(text[max(0, start - 24) : start]) or _SIZE.match(text, start))


def _record(text: str, start: int, end: int) -> bool:
    """Fewer digits have names of tests: ``CA19-9``."""
    return _number(text, start, end) and sum(map(str.isdigit, text[start:end])) >= _LEAST_NUMBER


_HOLDS: Mapping[Kind, Callable[[str, int, int], bool]] = {
    Kind.NAME: _name,
    Kind.ADDRESS: _address,
    Kind.AGE: _age,
    Kind.DATE: _date,
    Kind.IP: _ip,
    Kind.RECORD: _record,
}


def doubts(text: str, start: int, end: int) -> Literal["", "word", "eponym"]:
    """Whether a name is one word that a sign, a maker or a place has, too, or, where any word has a capital, one that
    the language has, or an abbreviation.
    """
    run = _run(text, start, end)
    full = [word for word in run.full if word.end <= end] if run is not None else []
    if len(full) >= _SEVERAL:
        return ""
    if no_town(text[start:end]) or any(eponym(word) for word in full):
        return "eponym"
    written = any(word.text.isupper() for word in full) or _BEGINNING.search(text[max(0, start - 8) : start])
    if not written:
        return ""
    known = [word for word in full if words().known(word.key)]
    common = (shouted(word) or plain(word) or words().usual(word.key) for word in full)
    return "word" if not known and all(common) else ""


def like_a_substance(text: str, start: int, end: int) -> bool:
    """Whether a number is written like the code of a drug that is being tried: ``SM-5887``."""
    return _SUBSTANCE.fullmatch(text, start, end) is not None


def _run(text: str, start: int, end: int) -> Run | None:
    """From the first capital on; None where there is none."""
    first = next((place for place in range(start, end) if text[place].isupper()), None)
    return run_at(text, first) if first is not None else None


def _institution(text: str, start: int, end: int) -> bool:
    """Whether its last word, or the words behind, make it a hospital or a firm: ``Medina General Hospital``."""
    _, *others = text[start:end].lower().split()
    match = _CAPITALS.match(text, end)
    behind = [word.lower() for word in match[0].split() if word[0].isupper()] if match is not None else []
    return _FIRM.match(text, end) is not None or not _houses().isdisjoint((*others[-1:], *behind))


@lru_cache(maxsize=1)
def _houses() -> frozenset[str]:
    return frozenset(cues()["house"]) - {"ward", "staff"}
