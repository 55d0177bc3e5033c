"""Ontologies in OBO (1.2, 1.4) and in OBO graphs' JSON.

Sources: "The OBO Flat File Format 1.4"; github.com/geneontology/obographs. Exact synonyms are names like the label;
narrow, related and broad ones mean something else now and then, so they count less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.loaders.loading import Loading, curie, given_group, one_to_one, table
from kg_builder.terminology.loaders.reading import (
    Reading,
    SourceFile,
    described,
    digest,
    must_be_text,
    one_file,
    wrong_file,
)
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

TIER_OF_SCOPE = {
    "EXACT": Tier.ENTRY,
    "NARROW": Tier.VARIANT,
    "RELATED": Tier.ONTOLOGY,
    "BROAD": Tier.ONTOLOGY,
}
_TAG_LINE = re.compile(r"([a-zA-Z_][\w-]*):\s*(.*)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(EXACT|NARROW|RELATED|BROAD)?')
_ESCAPED = re.compile(r"\\(.)")
_SPELLED = {"n": " ", "W": " ", "t": " "}
_EQUIVALENT = re.compile(r"\{.*equivalentTo")
_QUALIFIED = re.compile(r"\s*\{[^{}]*\}\s*$")
_EXPECTED = "an ontology in OBO format or OBO graphs JSON"


@dataclass
class Term:
    """One class of an ontology, as its file says."""

    id: str = ""
    name: str = ""
    synonyms: list[TermName] = field(default_factory=list)
    xrefs: list[str] = field(default_factory=list)
    equivalent: list[str] = field(default_factory=list)
    """Cross-references that the file marks as meaning the same (Mondo does)."""
    broader: list[str] = field(default_factory=list)
    obsolete: bool = False
    replaced_by: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    """Ids of terms that were merged into this one."""


@dataclass
class Ontology:
    """What a file holds."""

    name: str = ""
    version: str = ""
    licence: str = ""
    terms: list[Term] = field(default_factory=list)


def load_obo(
    path: Path,
    *,
    reading: Reading,
    group: str | None = None,
    prefixes: Sequence[str] = (),
    release: str | None = None,
) -> Loading:
    """An ontology's terms. `group`: what they are, where the ids don't tell; `prefixes`: of the ids to keep.

    Without `prefixes` the terms that the ontology borrows from others are left out. Raises InputError for another file.
    """
    source = one_file(path, ".obo", ".json")
    must_be_text(source, _EXPECTED, kinds=("text", "JSON"))
    ontology = read_ontology(source, reading)
    kept = [prefix.upper() for prefix in prefixes] or [_main_prefix(ontology.terms, source)]
    given = given_group(group)
    groups = {prefix: given or _groups().get(prefix) for prefix in kept}
    if unknown := sorted(prefix for prefix, found in groups.items() if found is None):
        raise InputError(
            f"{source.name}: nothing is known of what the terms of {', '.join(unknown)} are",
            hint="Say it, for example with --type Disease.",
        )
    terms = [term for term in ontology.terms if _prefix(term.id) in kept]
    name = ontology.name or "/".join(kept)
    version = ontology.version or "undated"
    return Loading(
        preamble=Preamble(
            release or f"{name.lower()}-{version}",
            (Source(name, ontology.version, ontology.licence),),
            retired(terms),
        ),
        rows=one_to_one(row(term, groups[_prefix(term.id)] or "") for term in terms if not term.obsolete),
        digest=digest(source, f"obo {given} {kept}"),
    )


def read_ontology(source: SourceFile, reading: Reading) -> Ontology:
    """From either format."""
    if described(source.head()) == "JSON":
        from kg_builder.terminology.loaders.obographs import read_obographs

        return read_obographs(source)
    return read_obo(source, reading)


def read_obo(source: SourceFile, reading: Reading) -> Ontology:
    """From the flat format. Stanzas other than [Term] are passed over."""
    ontology = Ontology()
    stanza, term = "header", Term()
    for number, line in source.lines(reading):
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            stanza, term = text, Term()
            if text == "[Term]":
                ontology.terms.append(term)
        elif not text or text.startswith("!"):
            continue
        elif (match := _TAG_LINE.fullmatch(text)) is None:
            if number == 1:
                raise wrong_file(source, _EXPECTED)
            reading.skip(source.name, number, "not TAG: VALUE")
        elif stanza == "header":
            _set_header(ontology, *match.groups())
        elif stanza == "[Term]" and not add_tag(term, *match.groups()):
            reading.skip(source.name, number, f"unreadable {match.group(1)}")
    if not ontology.terms:
        raise wrong_file(source, _EXPECTED)
    ontology.terms = [term for term in ontology.terms if term.id and (term.name or term.obsolete)]
    return ontology


def add_tag(term: Term, tag: str, value: str) -> bool:
    """Take a line of a [Term] stanza into account; False if it can't be read."""
    if tag == "synonym":
        return _add_synonym(term, value)
    plain = _uncommented(value)
    match tag:
        case "id":
            term.id = curie(plain) or ""
            return bool(term.id)
        case "name":
            term.name = _unescaped(plain)
        case "is_obsolete":
            term.obsolete = plain.lower() == "true"
        case "xref":
            if (found := curie(plain.partition(" ")[0])) is not None:  # web addresses and the like are no ids
                (term.equivalent if _EQUIVALENT.search(value) else term.xrefs).append(found)
        case "is_a" | "replaced_by" | "alt_id":
            if (found := curie(plain.partition(" ")[0])) is None:
                return False
            {"is_a": term.broader, "replaced_by": term.replaced_by, "alt_id": term.alternatives}[tag].append(found)
    return True


def row(term: Term, group: str) -> ConceptRow:
    """The term as a concept; where cross-references are marked as equivalent, only those count."""
    xrefs = (xref for xref in dict.fromkeys(term.equivalent or term.xrefs) if xref != term.id)
    names = {name.text: name for name in sorted(term.synonyms, key=lambda one: -one.tier)}  # the best tier stays
    names.pop(term.name, None)
    return ConceptRow(
        id=term.id,
        group=group,
        name=term.name,
        names=tuple(sorted(names.values(), key=lambda one: (one.tier, one.text))),
        broader=tuple(dict.fromkeys(term.broader)),
        xrefs=tuple(xrefs),
    )


def retired(terms: Sequence[Term]) -> dict[str, str]:
    """Current id by one that was merged or replaced, where there is exactly one."""
    live = {term.id for term in terms if not term.obsolete}
    found = {term.id: term.replaced_by[0] for term in terms if term.obsolete and len(set(term.replaced_by)) == 1}
    found |= {old: term.id for term in terms if not term.obsolete for old in term.alternatives}
    resolved: dict[str, str] = {}
    for old, new in found.items():
        seen = {old}
        while new not in live and new in found and new not in seen:
            seen.add(new)
            new = found[new]  # noqa: PLW2901 - replaced again
        if new in live and old not in live:
            resolved[old] = new
    return resolved


def _add_synonym(term: Term, value: str) -> bool:
    if (match := _QUOTED.match(value)) is None:
        return False
    if text := _unescaped(match.group(1)):
        term.synonyms.append(TermName(text, TIER_OF_SCOPE[match.group(2) or "RELATED"]))
    return True


def _set_header(ontology: Ontology, tag: str, value: str) -> None:
    if tag == "ontology":
        ontology.name = value.strip().removesuffix(".obo")
    elif tag in {"data-version", "date"} and not ontology.version:
        ontology.version = value.strip().removeprefix("releases/").strip("/").rpartition("/")[2]
        if found := re.search(r"\d{4}-\d\d-\d\d", value):
            ontology.version = found.group()
    elif tag in {"property_value", "remark"} and "license" in value.lower():
        said = _QUALIFIED.sub("", value).partition(" ")[2]
        quoted = _QUOTED.match(said)
        ontology.licence = _unescaped(quoted.group(1) if quoted else said.partition(" ")[0])[:200]


def _uncommented(value: str) -> str:
    """Without a trailing comment and qualifiers."""
    return _QUALIFIED.sub("", re.split(r"(?<!\\)\s!\s", f"{value} ", maxsplit=1)[0]).strip()


def _unescaped(text: str) -> str:
    return " ".join(_ESCAPED.sub(lambda match: _SPELLED.get(match.group(1), match.group(1)), text).split())


def _main_prefix(terms: Sequence[Term], source: SourceFile) -> str:
    counts = Counter(_prefix(term.id) for term in terms)
    if not counts:
        raise InputError(f"{source.name}: no term of it has an id and a name")
    return counts.most_common(1)[0][0]


def _prefix(identifier: str) -> str:
    return identifier.partition(":")[0]


@lru_cache(maxsize=1)
def _groups() -> dict[str, str]:
    """Semantic group by prefix."""
    return {prefix: group for group, prefixes in table("ontology_groups.tsv") for prefix in prefixes.split("|")}
