"""Who found what is in the graph, in every store."""

from __future__ import annotations

from collections.abc import Callable

from kg_builder.graph_store import GraphStore
from kg_builder.records import DocumentGraph, Provenance
from kg_builder.stores.views import EVERYTHING, FoundBy, Origins

MakePart = Callable[..., DocumentGraph]


def test_an_empty_graph_was_found_by_nobody(store: GraphStore) -> None:
    assert store.origins() == Origins()


def test_everything_has_somebody_who_found_it(filled: GraphStore) -> None:
    origins, there = filled.origins(), filled.statistics(EVERYTHING)
    assert sum(one.mentions for one in origins.found) == there.mentions
    assert sum(one.relations for one in origins.found) == there.relations
    assert sum(origins.settings.values()) == there.documents


def test_who_found_most_comes_first(store: GraphStore, make_part: MakePart) -> None:
    other = Provenance(extractor="tagger", model="t 1", settings_hash="s2")
    by_lexicon = make_part("n1", "aspirin and warfarin against stroke", ("aspirin", "TREATS", "stroke"))
    changed = [mention.model_copy(update={"provenance": other}) for mention in by_lexicon.mentions[:1]]
    both = (changed[0].concepts[0], "local:blue-spells")
    changed[0] = changed[0].model_copy(update={"concepts": both})
    by_both = make_part("n2", "aspirin, blue spells", settings_hash="s2")
    by_both = by_both.model_copy(update={"mentions": (changed[0].model_copy(update={"start": 0, "end": 7}),)})
    for part in (by_lexicon, by_both):
        store.write(part)
    relation = by_lexicon.relations[0].provenance
    assert [one for one in store.origins().found if one.mentions] == [
        FoundBy(
            extractor="lexicon", model="sample 1", mentions=3, relations=1 if relation.extractor == "lexicon" else 0
        ),
        FoundBy(extractor="tagger", model="t 1", mentions=2, relations=0),
    ]
    assert store.origins().settings == {"s1": 1, "s2": 1}
    store.forget("n2")
    assert store.origins().settings == {"s1": 1}
