"""Clinical abbreviations written out, by the rules of abbreviations.tsv.

A rule names the abbreviation, what it stands for, and the conditions that must all hold: how its
letters are cased, whether the text must be clinical shorthand, the section, what stands right before
and after, and what must not stand near. Rules of one abbreviation are tried in the order of the
file; if none applies, the abbreviation stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

from kg_builder.clean.alignment import Edit
from kg_builder.errors import SettingsError
from kg_builder.text.sections import Section, find_sections, section_at, section_group

_COLUMNS = ("form", "expansion", "case", "register", "section", "before", "after", "not_near", "note")
_WINDOW = 48
_SENTENCE_START = re.compile(r"(?:^|\n|[.!?]\s)(?:\d{1,2}[.)]\s)?\Z")
_GAPS = frozenset(("", " ", "\n"))
_NO_BOUNDARY_BEFORE = re.compile(r"[\w'&+]\Z|[A-Za-z]\.\Z|(?:\d|\b[A-Za-z])/\Z|\w-\Z")
_NO_BOUNDARY_AFTER = re.compile(r"\w|'(?!s\b|d\b)|/(?:\d|[A-Za-z]\b)|&\w|-\w|\.\w")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to read one abbreviation."""

    form: str
    expansion: str
    exact_case: bool = False
    """Otherwise any casing of it."""
    shorthand_only: bool = True
    """False: safe in any English text."""
    sections: frozenset[str] = frozenset()
    """Groups of `text.sections`; empty: any."""
    before: re.Pattern[str] | None = None
    """What must end right before it."""
    after: re.Pattern[str] | None = None
    """What must begin right after it."""
    not_near: re.Pattern[str] | None = None
    """What must not occur close before or after it."""

    def applies(self, text: str, start: int, end: int, group_at: Callable[[int], str | None]) -> bool:
        """Whether all conditions hold for ``text[start:end]``; `group_at` gives the section group of an offset."""
        if self.exact_case and text[start:end] != self.form:
            return False
        if self.sections and group_at(start) not in self.sections:
            return False
        if self.after and not self.after.match(text, end):
            return False
        before = text[max(0, start - _WINDOW) : start]
        if self.before and not self.before.search(before):
            return False
        near = self.not_near
        return not near or not (near.search(before) or near.search(text[end : end + _WINDOW]))


class Abbreviations:
    """A table of rules, ready to be run over text."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: Sequence[Rule] = tuple(rules)

    def edits(self, text: str, *, shorthand: bool) -> list[Edit]:
        """Abbreviations of the text written out."""
        group_at = _Groups(text).at
        pattern, table = self._shorthand if shorthand else self._safe
        edits: list[Edit] = []
        for match in pattern.finditer(text):
            start, end = match.span()
            if not _stands_alone(text, start, end):
                continue
            for rule in table[match.group().lower()]:
                if rule.applies(text, start, end, group_at):
                    edits.append(Edit(start, end, _written_out(rule, text, start, end)))
                    break
        return edits

    @property
    def capitals(self) -> Iterator[str]:
        """Forms that are written in capitals, which sentence case must keep."""
        return (rule.form for rule in self.rules if rule.form.isupper() and rule.form.isalpha())

    @cached_property
    def _shorthand(self) -> tuple[re.Pattern[str], Mapping[str, Sequence[Rule]]]:
        return _compiled(self.rules)

    @cached_property
    def _safe(self) -> tuple[re.Pattern[str], Mapping[str, Sequence[Rule]]]:
        return _compiled([rule for rule in self.rules if not rule.shorthand_only])


class _Groups:
    """Section groups of a text, which is searched for sections when a rule first asks."""

    def __init__(self, text: str) -> None:
        self._text = text

    def at(self, offset: int) -> str | None:
        heading = section_at(self._sections, offset)
        return section_group(heading) if heading else None

    @cached_property
    def _sections(self) -> Sequence[Section]:
        return find_sections(self._text)


def _compiled(rules: Sequence[Rule]) -> tuple[re.Pattern[str], Mapping[str, Sequence[Rule]]]:
    """A pattern of all forms, the longest first, and the rules of each."""
    table: dict[str, list[Rule]] = {}
    for rule in rules:
        table.setdefault(rule.form.lower(), []).append(rule)
    glued = r"|w/(?=\w)" if "w/" in table else ""
    return re.compile(rf"(?<!\w)(?:{_branches(table)}(?!\w){glued})", re.IGNORECASE), table


def _branches(forms: Iterable[str]) -> str:
    """A pattern that tells words apart letter by letter, so that most are left after one."""
    by_letter: dict[str, list[str]] = {}
    for form in forms:
        by_letter.setdefault(form[:1], []).append(form[1:])
    ends = by_letter.pop("", None) is not None
    branches = [f"{re.escape(letter)}{_branches(rests)}" for letter, rests in by_letter.items()]
    if not branches:
        return "" if ends else "(?!)"
    inner = branches[0] if len(branches) == 1 and not ends else f"(?:{'|'.join(branches)})"
    return f"{inner}?" if ends else inner


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter, digit or joining mark on either side makes it part of something else."""
    if text[start - 1 : start] not in _GAPS and _NO_BOUNDARY_BEFORE.search(text[max(0, start - 4) : start]):
        return False
    return text[end - 1] == "/" or text[end : end + 1] in _GAPS or not _NO_BOUNDARY_AFTER.match(text, end)


def _written_out(rule: Rule, text: str, start: int, end: int) -> str:
    expansion = rule.expansion
    initial = text[start].isupper() and _SENTENCE_START.search(text[max(0, start - 6) : start])
    if initial and (start == 0 or start > 5 or text[:start].strip(" \n-.)") == ""):
        expansion = expansion[0].upper() + expansion[1:]
    if text[end - 1] == "." and (
        end == len(text) or text[end] == "\n" or re.match(r"\s+[A-Z][a-z]", text[end : end + 9])
    ):
        expansion += "."
    return f"{expansion} " if text[end : end + 1].isalnum() else expansion


@lru_cache
def builtin_abbreviations() -> Abbreviations:
    """The table shipped with the package."""
    package = files(__package__)
    contexts = package.joinpath("abbreviation_contexts.tsv").read_text(encoding="utf-8")
    rules = package.joinpath("abbreviations.tsv").read_text(encoding="utf-8")
    return parse_abbreviations(rules, contexts=contexts, source="abbreviations.tsv")


def parse_abbreviations(text: str, *, contexts: str = "", source: str = "abbreviations") -> Abbreviations:
    """A table from TSV text. `contexts` names patterns that rules use as ``{name}``. Raises SettingsError."""
    named = {}
    for row in contexts.splitlines()[1:]:
        name, pattern, *_ = row.split("\t")
        named[f"{{{name}}}"] = f"(?:{pattern})"
    rules: list[Rule] = []
    for number, row in enumerate(text.splitlines(), start=1):
        cells = row.split("\t")
        if number == 1 or not row.strip() or row.startswith("#"):
            continue
        try:
            rules.append(_rule(dict(zip(_COLUMNS, cells, strict=True)), named))
        except (ValueError, re.error) as error:
            raise SettingsError(f"{source}:{number}: not a rule: {error}") from error
    return Abbreviations(rules)


def _rule(cell: Mapping[str, str], named: Mapping[str, str]) -> Rule:
    if cell["case"] not in {"any", "exact"} or cell["register"] not in {"any", "shorthand"}:
        raise ValueError("case is 'any' or 'exact', register 'any' or 'shorthand'")
    if not cell["form"] or not cell["expansion"]:
        raise ValueError("form and expansion must be given")
    return Rule(
        form=cell["form"],
        expansion=cell["expansion"],
        exact_case=cell["case"] == "exact",
        shorthand_only=cell["register"] == "shorthand",
        sections=frozenset(filter(None, cell["section"].split(","))),
        before=_pattern(cell["before"], named, r"{}\Z"),
        after=_pattern(cell["after"], named, "{}"),
        not_near=_pattern(cell["not_near"], named, "{}"),
    )


def _pattern(written: str, named: Mapping[str, str], frame: str) -> re.Pattern[str] | None:
    if not written:
        return None
    for name, meaning in named.items():
        written = written.replace(name, meaning)
    return re.compile(frame.replace("{}", f"(?:{written})"), re.IGNORECASE)
