"""Ontology terms join the concepts that mean the same, or become concepts of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from kg_builder.terminology.compiling.drafts import Draft, Drafts, NameIndex, PreferredNames
from kg_builder.terminology.compiling.ontologies import OntologyTerm
from kg_builder.terminology.rows import Tier
from kg_builder.text.keys import inverted

GROUP = "DISO"


def add_ontology(terms: Sequence[OntologyTerm], drafts: Drafts, bridges: Sequence[str]) -> None:
    """Terms of one ontology: names, cross-references and what is broader.

    `bridges`: vocabularies whose identifiers lead to concepts, the most trusted first.
    """
    homes = find_homes(terms, drafts, bridges)
    single = _pairing_once(terms)
    for term in terms:
        vocabulary = term.id.partition(":")[0]
        if (identifier := homes.get(term.id)) is None:
            drafts[term.id] = Draft(term.id, GROUP, term.name, Tier.ONTOLOGY)
            identifier = term.id
        else:
            drafts[identifier].xrefs[vocabulary] = term.id
        draft = drafts[identifier]
        draft.add_names((term.name, *term.synonyms), Tier.ONTOLOGY)
        for prefix, others in term.xrefs.items():
            if prefix not in {"MESH", vocabulary} and len(others) == 1 and others[0] in single:
                draft.xrefs.setdefault(prefix, others[0])
    add_broader(terms, homes, drafts)


def find_homes(terms: Sequence[OntologyTerm], drafts: Drafts, bridges: Sequence[str]) -> dict[str, str]:
    """Concept by term, for the terms that have one; no concept has two.

    First what the tables of cross-references with MeSH say; then the same preferred name; then the ontology's own
    cross-references, where they pair one term with one concept; then a name that only that concept has.
    """
    homes: dict[str, str] = {}
    waiting = {term.id: term for term in terms}

    def accept(proposed: Mapping[str, str | None]) -> None:
        _accept(proposed, homes)
        for identifier in homes:
            waiting.pop(identifier, None)

    own = concepts_by_xref(drafts, terms[0].id.partition(":")[0]) if terms else {}
    accept({term.id: own.get(term.id) for term in terms})
    named = PreferredNames(draft for draft in drafts.values() if draft.group == GROUP)
    accept({term.id: named.find(term.name) for term in waiting.values()})
    for bridge in bridges:
        reached = concepts_by_xref(drafts, bridge)
        single = ((term, term.xrefs.get(bridge, [])) for term in waiting.values() if not _is_general(term))
        accept({term.id: reached.get(others[0]) for term, others in single if len(others) == 1})
    index = NameIndex(draft for draft in drafts.values() if draft.group == GROUP)
    accept({term.id: index.find(inverted(term.name)) for term in waiting.values()})
    return homes


def concepts_by_xref(drafts: Drafts, vocabulary: str) -> dict[str, str]:
    """Concepts by their identifier in a vocabulary: their own or a cross-reference; one claimed twice is left out."""
    found: dict[str, str] = {}
    doubtful = set()
    for draft in drafts.values():
        if draft.group != GROUP:
            continue
        own = draft.id if draft.id.startswith(f"{vocabulary}:") else draft.xrefs.get(vocabulary)
        if own and found.setdefault(own, draft.id) != draft.id:
            doubtful.add(own)
    return {other: identifier for other, identifier in found.items() if other not in doubtful}


def add_broader(terms: Iterable[OntologyTerm], homes: Mapping[str, str], drafts: Drafts) -> None:
    """What the ontology says is broader, for concepts that have no place in MeSH's trees.

    The headings that a supplementary record is mapped to give way: they include a disease's features. What would close
    a circle is left out.
    """
    concept_of = {term.id: homes.get(term.id, term.id) for term in terms}
    by_tree = {tree: draft.id for draft in drafts.values() for tree in draft.trees}
    for term in terms:
        draft = drafts[concept_of[term.id]]
        above = {concept_of[parent] for parent in term.parents if parent in concept_of} - {draft.id}
        if draft.trees or not above or not (draft.id == term.id or draft.id.startswith("MESH:")):
            continue
        draft.broader = []
        draft.broader = sorted(one for one in above if draft.id not in _ancestors(one, drafts, by_tree))


def _is_general(term: OntologyTerm) -> bool:
    """Whether it is a phenotype's whole branch, which cross-references pair with congenital abnormalities alone."""
    return term.name.startswith("Abnormal")


def _ancestors(identifier: str, drafts: Drafts, by_tree: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    waiting = [identifier]
    while waiting:
        draft = drafts[waiting.pop()]
        trees = (by_tree.get(tree.rpartition(".")[0]) for tree in draft.trees)
        for above in (*draft.broader, *filter(None, trees)):
            if above not in found:
                found.add(above)
                waiting.append(above)
    return found


def _accept(proposed: Mapping[str, str | None], homes: dict[str, str]) -> None:
    """Those of one kind that no other term claims, of this kind or an earlier one."""
    claims = Counter(proposed.values())
    taken = set(homes.values())
    homes.update({term: home for term, home in proposed.items() if home and claims[home] == 1 and home not in taken})


def _pairing_once(terms: Iterable[OntologyTerm]) -> set[str]:
    """Identifiers that one term of the ontology has, and no other."""
    counted = Counter(other for term in terms for others in term.xrefs.values() for other in others)
    return {other for other, count in counted.items() if count == 1}
