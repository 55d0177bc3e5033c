"""SNOMED CT: the snapshot of a release in RF2, as a folder or a zip.

Source: SNOMED CT Release File Specifications. Read: concepts, descriptions, language reference sets, is-a
relationships and the map to ICD-10 or ICD-10-CM.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.loaders.loading import Loading, in_language, table
from kg_builder.terminology.loaders.reading import (
    Reading,
    SourceFile,
    digest,
    must_be_text,
    wrong_file,
    zip_members,
)
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

LICENCE = "SNOMED CT Affiliate Licence"
_FULL_NAME, _SYNONYM = "900000000000003001", "900000000000013009"
_PREFERRED = "900000000000548007"
_IS_A = "116680003"
_PROPERLY_CLASSIFIED = "447637006"
_MAPS = {"447562003": "ICD10", "6011000124106": "ICD10CM"}
"""Vocabulary by the map's reference set."""
_TAG = re.compile(r"^(.*\S)\s+\(([^()]+)\)$")
_HEADS = {
    "Concept": ("id", "effectiveTime", "active", "moduleId", "definitionStatusId"),
    "Description": ("id", "effectiveTime", "active", "moduleId", "conceptId", "languageCode", "typeId", "term"),
    "Relationship": ("id", "effectiveTime", "active", "moduleId", "sourceId", "destinationId", "typeId"),
    "Language": ("id", "active", "refsetId", "referencedComponentId", "acceptabilityId"),
    "Map": (
        *("id", "active", "refsetId", "referencedComponentId", "mapGroup", "mapPriority", "mapTarget"),
        "mapCategoryId",
    ),
}
_PATTERNS = {
    "Concept": r"sct2_Concept_Snapshot[^/]*\.txt$",
    "Description": r"sct2_Description_Snapshot[^/]*\.txt$",
    "Relationship": r"sct2_Relationship_Snapshot[^/]*\.txt$",
    "Language": r"der2_cRefset_Language[^/]*Snapshot[^/]*\.txt$",
    "Map": r"der2_iisssccRefset_ExtendedMap[^/]*Snapshot[^/]*\.txt$",
}


def load_snomed(
    release_path: Path, *, reading: Reading, languages: Sequence[str] = ("en",), release: str | None = None
) -> Loading:
    """The active concepts of a release's snapshot. `languages`: ISO 639-1 codes of the descriptions to keep.

    Raises InputError if the folder or zip is no RF2 release. Takes about a gigabyte for the international edition.
    """
    found = _files(release_path)
    for kind in ("Concept", "Description"):
        if not found[kind]:
            raise InputError(
                f"{release_path}: expected an RF2 release with a file like sct2_{kind}_Snapshot_*.txt; it has none",
                hint="Give the release's zip, or the folder that it was unpacked to.",
            )
    content = _Content()
    for kind, read in (
        ("Concept", content.add_concept),
        ("Language", content.add_acceptability),
        ("Description", content.add_description),
        ("Relationship", content.add_relationship),
        ("Map", content.add_map),
    ):
        for source in found[kind]:
            for cells in _rows(source, kind, reading):
                read(cells)
    name = re.search(r"(\d{8})T?\d*Z?", release_path.name) or re.search(r"_(\d{8})\.txt", found["Concept"][0].name)
    version = name.group(1) if name else ""
    files = [source for sources in found.values() for source in sources]
    return Loading(
        preamble=Preamble(release or f"snomedct-{version}".rstrip("-"), (Source("SNOMED CT", version, LICENCE),)),
        rows=content.concepts(languages),
        digest=digest(*files, f"snomed {sorted(languages)}"),
    )


@dataclass
class _Content:
    """What the files say, by concept id."""

    active: set[str] = field(default_factory=set)
    preferred: set[str] = field(default_factory=set)
    """Ids of descriptions."""
    full_names: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Fully specified name and its language; English before others."""
    synonyms: defaultdict[str, list[tuple[bool, str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Not preferred, language, term."""
    broader: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    maps: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Codes by concept and vocabulary."""

    def add_concept(self, cells: Mapping[str, str]) -> None:
        self.active.add(cells["id"])

    def add_acceptability(self, cells: Mapping[str, str]) -> None:
        if cells["acceptabilityId"] == _PREFERRED:
            self.preferred.add(cells["referencedComponentId"])

    def add_description(self, cells: Mapping[str, str]) -> None:
        concept, language, term = cells["conceptId"], cells["languageCode"], " ".join(cells["term"].split())
        if concept not in self.active or not term:
            return
        if cells["typeId"] == _FULL_NAME:
            if concept not in self.full_names or language == "en":
                self.full_names[concept] = term, language
        elif cells["typeId"] == _SYNONYM:
            self.synonyms[concept].append((cells["id"] not in self.preferred, language, term))

    def add_relationship(self, cells: Mapping[str, str]) -> None:
        if cells["typeId"] == _IS_A and cells["sourceId"] in self.active:
            self.broader[cells["sourceId"]].append(cells["destinationId"])

    def add_map(self, cells: Mapping[str, str]) -> None:
        """A concept that needs several codes, or one that depends on more, has no equivalent."""
        vocabulary = _MAPS.get(cells["refsetId"])
        if vocabulary and cells["mapTarget"] and cells["mapCategoryId"] == _PROPERLY_CLASSIFIED:
            self.maps[cells["referencedComponentId"], vocabulary].add(cells["mapTarget"])

    def concepts(self, languages: Sequence[str]) -> Iterator[ConceptRow]:
        codes = {
            (concept, vocabulary): next(iter(targets))
            for (concept, vocabulary), targets in self.maps.items()
            if len(targets) == 1 and concept in self.active
        }
        shared = Counter((vocabulary, code) for (_, vocabulary), code in codes.items())
        for concept in sorted(self.active, key=int):
            if (row := self._row(concept, languages)) is not None:
                own = ((vocabulary, codes.get((concept, vocabulary), "")) for vocabulary in _MAPS.values())
                xrefs = tuple(f"{one[0]}:{one[1]}" for one in own if one[1] and shared[one] == 1)
                yield replace(row, xrefs=xrefs)

    def _row(self, concept: str, languages: Sequence[str]) -> ConceptRow | None:
        full, full_language = self.full_names.get(concept, ("", "en"))
        tagged = _TAG.match(full)
        group = _groups().get(tagged.group(2).casefold()) if tagged else None
        if tagged is None or group is None:
            return None
        terms = sorted({one for one in self.synonyms.get(concept, ()) if one[1] in languages})
        ordered = sorted(terms, key=lambda one: (one[0], languages.index(one[1])))
        name, language = (ordered[0][2], ordered[0][1]) if ordered else (tagged.group(1), full_language)
        others = dict.fromkeys((term, code) for _, code, term in ordered)
        if full_language in languages:
            others.setdefault((tagged.group(1), full_language))
        others.pop((name, language), None)
        row = ConceptRow(
            id=f"SNOMEDCT:{concept}",
            group=group,
            name=name,
            names=tuple(TermName(term, Tier.ENTRY, code) for term, code in others),
            broader=tuple(f"SNOMEDCT:{above}" for above in dict.fromkeys(self.broader.get(concept, ()))),
        )
        return in_language(row, language)


@lru_cache(maxsize=1)
def _groups() -> dict[str, str]:
    """Semantic group by tag."""
    return {tag: group for group, tags in table("snomed_tags.tsv") for tag in tags.split("|")}


def _files(path: Path) -> dict[str, list[SourceFile]]:
    """The release's files by kind. The full and delta files have other names."""
    if path.is_dir():
        sources = [SourceFile(one) for one in sorted(path.rglob("*.txt"))]
    elif path.is_file():
        members = zip_members(path)
        if members is None:
            raise wrong_file(SourceFile(path), "an RF2 release: a folder or a zip")
        sources = [SourceFile(path, member) for member in sorted(members)]
    else:
        raise InputError(f"{path}: there is no such file or folder")
    return {
        kind: [source for source in sources if re.search(pattern, source.name.replace("\\", "/"))]
        for kind, pattern in _PATTERNS.items()
    }


def _rows(source: SourceFile, kind: str, reading: Reading) -> Iterator[dict[str, str]]:
    """The active lines of a file, the columns that count by name."""
    must_be_text(source, f"a tab-separated RF2 file ({kind})")
    places: dict[str, int] = {}
    width = 0
    for number, line in source.lines(reading):
        cells = line.rstrip("\r\n").split("\t")
        if number == 1:
            places = {name: place for place, name in enumerate(cells)}
            width = len(cells)
            if missing := [name for name in _HEADS[kind] if name not in places]:
                raise wrong_file(source, f"RF2 columns {', '.join(_HEADS[kind])}", f"without {', '.join(missing)}")
        elif len(cells) != width:
            if line.strip():
                reading.skip(source.name, number, f"not {width} columns")
        elif cells[places["active"]] == "1":
            yield {name: cells[places[name]] for name in _HEADS[kind]}
