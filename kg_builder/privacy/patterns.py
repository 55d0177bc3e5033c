"""Identifiers that are told by their form or by a label before them: the rules of ``patterns.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from kg_builder.privacy.identifiers import Identifier, Kind
from kg_builder.privacy.words import words

_DIGIT = re.compile(r"\d")
_UPPER_OR_DIGIT = re.compile(r"[^\W_a-z]")
_DATE_PARTS = re.compile(r"\d+")
_MONTHS, _DAYS = 12, 31


class Rule(NamedTuple):
    """One pattern with what it asks of what it found."""

    kind: Kind
    name: str
    pattern: re.Pattern[str]
    least_digits: int
    capital: bool
    """Something in it is a capital or a digit."""


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of the file."""
    lists = {name: f"(?:{words})" for name, words in _data()["lists"].items()}
    return tuple(_rule(entry, lists) for entry in _data()["patterns"])


def find_by_pattern(text: str) -> Iterator[Identifier]:
    """What the rules find, each rule in order; may overlap."""
    for rule in rules():
        for match in rule.pattern.finditer(text):
            start, end = match.span("id" if "id" in rule.pattern.groupindex else 0)
            start, end = _trimmed(text, start, end)
            if start < end and _holds(rule, text[start:end]) and not _no_place(rule, text[start:end]):
                yield Identifier(start, end, rule.kind, f"{rule.kind.lower()}:{rule.name}")


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = yaml.safe_load((files(__package__) / "patterns.yaml").read_text(encoding="utf-8"))
    return data


def _rule(entry: Mapping[str, Any], lists: Mapping[str, str]) -> Rule:
    pattern = entry["pattern"]
    for name, listed in lists.items():
        pattern = pattern.replace("{" + name + "}", listed)
    flags = re.VERBOSE | re.MULTILINE
    if not entry.get("cased"):
        flags |= re.IGNORECASE
    return Rule(
        Kind(entry["kind"]),
        entry["name"],
        re.compile(pattern, flags),
        entry.get("least_digits", 0),
        entry.get("capital", False),
    )


def _holds(rule: Rule, found: str) -> bool:
    if rule.least_digits and len(_DIGIT.findall(found)) < rule.least_digits:
        return False
    if rule.capital and not _UPPER_OR_DIGIT.search(found):
        return False
    return not (rule.name == "day-first-or-month-first" and not _date(found))


def _no_place(rule: Rule, found: str) -> bool:
    """Whether it only stands for a place, or is a building: ``lives in ABC``, ``born in Hospital``."""
    if rule.kind is not Kind.ADDRESS or _DIGIT.search(found):
        return False
    if no_town(found):
        return True
    last = found.rsplit(maxsplit=1)[-1]
    return last in words().stand_ins or last.lower() in words().institutions or last.lower() in words().plain


def no_town(found: str) -> bool:
    """Whether it is a state that no large city is called after, a country or a part of the world: nobody's address."""
    return _no_towns().fullmatch(found) is not None


def vietnamese_land(found: str) -> bool:
    """``Thái Lan``, ``Châu Á``, and what else is written in capitals so: ``Y Tế``."""
    return _vietnamese_lands().fullmatch(found) is not None


@lru_cache(maxsize=1)
def _no_towns() -> re.Pattern[str]:
    lists = _data()["lists"]
    states = f"(?!new[ ]york|washington)(?:{lists['state_name']})"
    lands = f"(?:(?:{lists['region']})[ ])?(?:{lists['country']})|{lists['vietnamese_land']}"
    return re.compile(f"{states}|{lands}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _vietnamese_lands() -> re.Pattern[str]:
    return re.compile(_data()["lists"]["vietnamese_land"], re.IGNORECASE)


def _date(found: str) -> bool:
    """Whether two of the numbers can be a day and a month."""
    one, other, *_ = (int(part) for part in _DATE_PARTS.findall(found))
    return 0 < min(one, other) <= _MONTHS and 0 < max(one, other) <= _DAYS


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (text[start].isspace() or text[start] in ",;"):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in ",;:-(."):
        end -= 1
    return start, end
