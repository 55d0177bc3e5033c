"""What speaks against a person where only weak cues speak for one: drugs, institutions, plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg_builder.privacy.name_cues import ENDINGS, THING
from kg_builder.privacy.name_runs import Run, Word
from kg_builder.privacy.words import cues, folded, words

_DRUG = r"(?P<drug>[A-Z][\w\-]{2,})"
_DOSED = re.compile(
    rf"\b{_DRUG}(?:[ ](?:up[ ]to|upto|to|at|of|XR|XL|SR|ER|CR|LA|HCT|IV|PO|cream|eye|drops?|oral)){{0,2}}"
    r"[ ]{1,2}\d[\d.,]*[ ]?(?:mg|mcg|ug|ml|mL|g|gm|units?|%|tablets?|puffs?|drops?)(?!\w)"
)
_TAKEN = re.compile(
    r"\b(?:(?:started|placed|put|begun|maintained|kept|is|was|been|back)[ ]on"
    r"|(?:doses?|mg|mcg|ml|mL|course|trial|supply|bottle)[ ]of"
    r"|titrat(?:e|ed|ing)|taper(?:ed|ing)?|prescribed|resumed?|discontinued?|restarted|fed[ ]on)"
    rf"[ ]{{1,2}}{_DRUG}(?!['’]s)"
)
_PLACE = re.compile(
    r"\b(?:at|works?[ ]for|worked[ ]for|employees?[ ]of|employed[ ]by"
    r"|(?:discharged|transferred|admitted)[ ](?:from|to))[ ]{1,2}(?:the[ ])?$"
)
_HOSPITAL = re.compile(
    r"(?i:(?<!\w)(?:bệnh[ ]viện|bv|trường[ ]đại[ ]học|đại[ ]học|viện)"
    r"(?:[ ](?:đa[ ]khoa|nhi|phổi|lao|ung[ ]bướu|phụ[ ]sản|mắt|và|bệnh|y[ ]khoa|y|dược|quốc[ ]tế))*)[ ]$"
)
_SEVERAL = re.compile(r"[ ](?:were|are|have)\b")
_LOWER = re.compile(r"[ ]{1,2}[a-z]{3,}")
_SENTENCE_GOES_ON = re.compile(r"[ ]{1,2}(?:and|who|with|for|is|was|has|at|from|of|in|on|per|will|by)\b")


def taken_as_drugs(text: str) -> frozenset[str]:
    """Words that the text gives a dose of somewhere, or starts somebody on."""
    return frozenset(folded(match["drug"]) for pattern in (_DOSED, _TAKEN) for match in pattern.finditer(text))


def at_a_place(text: str, run: Run) -> bool:
    """Whether it is rather where somebody is, or works: ``discharged from Anaheim Memorial``."""
    return _PLACE.search(text[max(0, run.start - 24) : run.start]) is not None


def in_a_hospital_name(text: str, run: Run) -> bool:
    """``bệnh viện Phạm Ngọc Thạch``; ``nhập viện`` and ``ra viện`` end with no name of one."""
    match = _HOSPITAL.search(text[max(0, run.start - 48) : run.start])
    return match is not None and not re.search(
        r"(?i:nhập|vào|ra|xuất|chuyển|tái)[ ]viện[ ]$", text[max(0, run.start - 16) : run.start]
    )


def several(text: str, run: Run) -> bool:
    """Whether a plural follows: ``Steri-Strips were``."""
    return _SEVERAL.match(text, run.end) is not None and not re.search(r"\band[ ]$", text[: run.start][-4:])


def thing(text: str, run: Run) -> bool:
    """By what follows it, or by how its words end."""
    return THING.match(text, run.end) is not None or any(ENDINGS.search(word.key) for word in run.full)


def compound(word: Word) -> bool:
    """``Betadine-soaked``, ``American-native``: what follows the hyphen begins in lower case."""
    return any(part[:1].islower() for part in word.text.split("-")[1:]) and not words().known(word.key)


def usual(run: Run) -> bool:
    """Whether the language has all of its words, and no list of names any: ``Slit Lamp``."""
    return len(run.words) == len(run.full) and all(
        words().usual(word.key) and not words().known(word.key) for word in run.full
    )


def profession(word: Word) -> bool:
    """``The evaluating Neurologist became …``."""
    return word.key in cues()["relation"] or ENDINGS.search(word.key) is not None


def phrase(text: str, run: Run) -> bool:
    """Whether one word begins a phrase rather than names somebody: ``ANESTHESIOLOGIST: Monitored anesthesia care``."""
    only = run.full[0] if len(run.full) == 1 else None
    if only is None or words().known(only.key) or _SENTENCE_GOES_ON.match(text, run.end):
        return False
    return _LOWER.match(text, run.end) is not None


def in_a_list_of(text: str, run: Run, clinical: Iterator[tuple[int, int]]) -> bool:
    """Whether what stands before its comma, or behind it, is clinical: ``Diovan, Dolgic Plus, aspirin``."""
    before, after = text[: run.start].rstrip(" "), text[run.end : run.end + 2]
    ends = {len(before) - 1} if before.endswith(",") else set()
    begins = {run.end + 2} if after == ", " else set()
    return any(end in ends or start in begins for start, end in clinical)
