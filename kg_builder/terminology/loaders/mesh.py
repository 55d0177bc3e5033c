"""MeSH from the National Library of Medicine's XML: descriptors and supplementary records, every concept's terms.

Source: "XML MeSH Data Elements" (NLM). Terms that NLM made by turning words around are left out: keys level word order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError, iterparse

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.groups_of_trees import group_of_trees
from kg_builder.terminology.loaders.loading import Loading
from kg_builder.terminology.loaders.reading import Reading, SourceFile, digest, must_be_text, one_file, wrong_file
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

if TYPE_CHECKING:
    from typing import BinaryIO

LICENCE = "NLM terms for MeSH: name the source and its version"
GROUP_OF_CLASS = {"1": "CHEM", "2": "PROC", "3": "DISO", "4": "LIVB", "5": "LIVB", "6": "ANAT"}
"""Semantic group of a supplementary record by its SCRClass."""
_RECORDS = ("DescriptorRecord", "SupplementalRecord")
_UNII = re.compile(r"[A-Z0-9]{10}")
_CAS = re.compile(r"\d{2,7}-\d\d-\d")
_TELL_EVERY = 500


def load_mesh(paths: Sequence[Path], *, reading: Reading, release: str | None = None) -> Loading:
    """The records of ``desc….xml`` and ``supp….xml``, plain or packed. Raises InputError for a wrong file."""
    sources = [one_file(path, ".xml") for path in paths]
    for source in sources:
        must_be_text(source, "MeSH XML (DescriptorRecordSet or SupplementalRecordSet)", kinds=("XML",))
    years = re.findall(r"(?:desc|supp)(20\d\d)", " ".join(source.name for source in sources))
    version = years[0] if years else ""
    return Loading(
        preamble=Preamble(release or f"mesh-{version}".rstrip("-"), (Source("MeSH", version, LICENCE),)),
        rows=(row for source in sources for row in _rows(source, reading)),
        digest=digest(*sources, "mesh"),
    )


def _rows(source: SourceFile, reading: Reading) -> Iterator[ConceptRow]:
    """Record after record; each is forgotten once it is read."""
    with source.open() as (stream, done, size):
        try:
            for count, (record, root) in enumerate(_records(stream, source)):
                row = descriptor(record) if record.tag == _RECORDS[0] else supplementary(record)
                if row is None:
                    reading.skip(source.name, count + 1, "a record without id or name (its number, not its line)")
                else:
                    yield row
                root.clear()
                if count % _TELL_EVERY == 0:
                    reading.progress(source.path.name, done(), size)
        except ParseError as error:
            raise InputError(f"{source.name}:{error.position[0]}: not well-formed XML; is the file whole?") from error


def _records(stream: BinaryIO, source: SourceFile) -> Iterator[tuple[Element, Element]]:
    """Whole records, each with the root."""
    root = None
    for event, element in iterparse(stream, events=("start", "end")):  # noqa: S314 - expat limits entities
        if root is None:
            root = element
            if root.tag not in {f"{name}Set" for name in _RECORDS}:
                raise wrong_file(
                    source, "MeSH XML (DescriptorRecordSet or SupplementalRecordSet)", f"XML of {root.tag}"
                )
        elif event == "end" and element.tag in _RECORDS:
            yield element, root


def descriptor(record: Element) -> ConceptRow | None:
    """A main heading; None for a record without id or name."""
    identifier, name = _text(record, "DescriptorUI"), _text(record, "DescriptorName/String")
    if not identifier or not name:
        return None
    trees = tuple(sorted(filter(None, (one.text for one in record.iterfind("TreeNumberList/TreeNumber")))))
    return ConceptRow(
        id=f"MESH:{identifier}",
        group=group_of_trees(trees),
        name=name,
        names=_names(record, name, Tier.ENTRY),
        trees=trees,
        xrefs=_registry_numbers(record),
    )


def supplementary(record: Element) -> ConceptRow | None:
    """A supplementary record: its headings are broader; None for a record without id or name."""
    identifier, name = _text(record, "SupplementalRecordUI"), _text(record, "SupplementalRecordName/String")
    if not identifier or not name:
        return None
    mapped = record.iterfind("HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI")
    headings = dict.fromkeys((one.text or "").lstrip("*") for one in mapped)
    return ConceptRow(
        id=f"MESH:{identifier}",
        group=GROUP_OF_CLASS.get(record.get("SCRClass", "1"), "CHEM"),
        name=name,
        names=_names(record, name, Tier.SUPPLEMENTARY),
        tier=Tier.SUPPLEMENTARY,
        broader=tuple(f"MESH:{heading}" for heading in headings if heading),
        xrefs=_registry_numbers(record),
    )


def _names(record: Element, preferred: str, tier: Tier) -> tuple[TermName, ...]:
    """The terms of all concepts, the preferred concept's first."""
    concepts = sorted(record.iterfind("ConceptList/Concept"), key=lambda one: one.get("PreferredConceptYN") != "Y")
    terms = (term for one in concepts for term in one.iterfind("TermList/Term") if term.get("IsPermutedTermYN") != "Y")
    texts = dict.fromkeys(text for term in terms if (text := _text(term, "String")) and text != preferred)
    return tuple(TermName(text, tier) for text in texts)


def _registry_numbers(record: Element) -> tuple[str, ...]:
    """UNII and CAS number of the preferred concept."""
    preferred = record.find("ConceptList/Concept[@PreferredConceptYN='Y']")
    if preferred is None:
        return ()
    numbers = [one.text or "" for one in preferred.iter("RegistryNumber")]
    uniis = sorted({f"UNII:{one}" for one in numbers if _UNII.fullmatch(one) and re.search(r"\d", one)})
    cas = sorted({f"CAS:{one}" for one in numbers if _CAS.fullmatch(one)})
    return tuple(found for kind in (uniis, cas) if len(kind) == 1 for found in kind)


def _text(element: Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())
