"""ICD-10 and its modifications: codes with titles from a table or a code list, or from a gettext translation.

The titles of ICD-10 belong to the WHO, so none are shipped; ICD-10-CM is in the public domain.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.loaders.columns import rows
from kg_builder.terminology.loaders.lists import must_be_language
from kg_builder.terminology.loaders.loading import Loading, in_language
from kg_builder.terminology.loaders.po import read_po
from kg_builder.terminology.loaders.reading import Reading, SourceFile, digest, must_be_text, one_file, wrong_file
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

VOCABULARIES = {
    "ICD10": "WHO: not for redistribution",
    "ICD10CM": "public domain (CDC, CMS)",
    "ICD9CM": "",
    "ICD11": "",
}
"""Prefixes, with the licence of each."""
COLUMNS = {
    "code": ("icd10", "icd_10", "icd10_code", "icd", "id", "ma", "mã"),
    "title": ("name", "label", "description", "term", "disease", "ten", "tên", "long_description"),
}
_EXPECTED = "ICD-10 titles: a table with the columns code and title, a list of codes and titles, or a gettext .po"
_CODE = re.compile(r"([A-Z]\d[0-9A-Z])\.?([0-9A-Z]{0,4})[*+†]?", re.IGNORECASE)
_LIST_LINE = re.compile(r"(?:\d{5}\s+)?([A-Z]\d[0-9A-Z]{1,5})\s+(?:[01]\s+)?(\S.*)")
"""A line of the lists that CMS publishes: an order number in some, the code, whether it is billable, the title."""
_CONTEXT = re.compile(r"(?:^|[:,/ ])([A-Z]\d[0-9A-Z]\.?[0-9A-Z]{0,4})$")
GROUP_OF_CHAPTER = {"V": "PHEN", "W": "PHEN", "X": "PHEN", "Y": "PHEN", "Z": "CONC"}
"""By the code's letter; the others are diseases, findings and injuries."""


class Title(NamedTuple):
    """What a code is called."""

    code: str
    text: str
    language: str
    """Of the text."""
    translated: TermName | None = None


def load_icd10(
    path: Path,
    *,
    reading: Reading,
    vocabulary: str = "ICD10",
    language: str | None = None,
    release: str | None = None,
) -> Loading:
    """The codes of a file with their titles. `language`: of the titles (of the translations in a .po file).

    Raises InputError for a file of another kind.
    """
    prefix = vocabulary.upper().replace("-", "")
    if prefix not in VOCABULARIES:
        raise InputError(f"--vocabulary is one of {', '.join(VOCABULARIES)}; not '{vocabulary}'")
    if language is not None:
        must_be_language(language)
    source = one_file(path, *([f"/{language}.po"] if language else []), ".po", ".csv", ".tsv", ".txt")
    must_be_text(source, _EXPECTED)
    if source.name.lower().removesuffix(".gz").endswith(".po"):
        translation, declared = read_po(source, reading)
        code = language or declared
        if not code:
            raise InputError(f"{source.name}: says no language", hint="Give --lang, for example --lang vi.")
        titles = _of_po(translation, code)
    else:
        code = language or "en"
        titles = _of_table(source, reading, code)
    merged = {one.code: one for one in titles}
    if not merged:
        raise wrong_file(source, _EXPECTED)
    name = "ICD-10-CM" if prefix == "ICD10CM" else "ICD-10"
    return Loading(
        preamble=Preamble(
            release or f"{prefix.lower()}-{code}", (Source(f"{name}, {source.path.name}", "", VOCABULARIES[prefix]),)
        ),
        rows=(concept(one, merged, prefix) for one in merged.values()),
        digest=digest(source, f"icd10 {prefix} {code}"),
    )


def concept(title: Title, known: Container[str], prefix: str) -> ConceptRow:
    """A code as a concept, under the next shorter one of `known`."""
    above = next((shorter for shorter in _shorter(title.code) if shorter in known), None)
    row = ConceptRow(
        id=f"{prefix}:{title.code}",
        group=GROUP_OF_CHAPTER.get(title.code[0], "DISO"),
        name=title.text,
        names=(title.translated,) if title.translated else (),
        broader=(f"{prefix}:{above}",) if above else (),
    )
    return in_language(row, title.language)


def dotted(code: str) -> str | None:
    """``E119`` as ``E11.9``; daggers and asterisks left out. None if it is no code of a category or below."""
    match = _CODE.fullmatch(code.strip())
    if match is None:
        return None
    category, rest = match.group(1).upper(), match.group(2).upper()
    return f"{category}.{rest}" if rest else category


def _shorter(code: str) -> Iterator[str]:
    while len(code) > 3:
        code = code[:-1].rstrip(".")
        yield code


def _of_po(translation: Iterable[tuple[str, str, str]], language: str) -> Iterator[Title]:
    """Messages whose context ends with a code; the others name chapters and the like."""
    for context, text, translated in translation:
        match = _CONTEXT.search(context)
        code = dotted(match.group(1)) if match else None
        if code is not None and text:
            yield Title(code, text, "en", TermName(translated, Tier.ENTRY, language) if translated else None)


def _of_table(source: SourceFile, reading: Reading, language: str) -> Iterator[Title]:
    first = next((line for _, line in source.lines(Reading()) if line.strip() and not line.startswith("#")), "")
    if _LIST_LINE.fullmatch(first.strip()) and not any(mark in first for mark in "\t;"):
        yield from _of_list(source, reading, language)
        return
    for number, cells in rows(source, reading, COLUMNS, ("code", "title"), _EXPECTED):
        code = dotted(cells["code"])
        if code is None and not re.fullmatch(r"[A-Z]\d\d-[A-Z]\d\d", cells["code"]):  # a block of categories
            reading.skip(source.name, number, "no ICD-10 code")
        elif not cells["title"]:
            reading.skip(source.name, number, "no title")
        elif code is not None:
            yield Title(code, cells["title"], language)


def _of_list(source: SourceFile, reading: Reading, language: str) -> Iterator[Title]:
    for number, line in source.lines(reading):
        match = _LIST_LINE.fullmatch(line.strip())
        code = dotted(match.group(1)) if match else None
        if match is None or code is None:
            if line.strip():
                reading.skip(source.name, number, "no code and title")
            continue
        text = match.group(2)
        # the order files give a short title in 60 columns, then the long one
        yield Title(code, re.split(r"\s{2,}", text)[-1] if line[:5].isdigit() else text, language)
