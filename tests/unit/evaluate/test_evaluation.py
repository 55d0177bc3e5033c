"""Hand-worked examples, properties, and an independent count of concepts and relations."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.errors import InputError
from kg_builder.evaluate.bootstrap import Resampling
from kg_builder.evaluate.evaluation import evaluate
from kg_builder.evaluate.results import Report
from kg_builder.records import (
    Assertion,
    Attribute,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Mention,
    Relation,
    Selection,
)
from kg_builder.schema import EntityType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    description="For these tests.",
    entities=(
        EntityType(name="Chemical", description="A drug.", semantic_group="CHEM"),
        EntityType(name="Disease", description="A disease.", semantic_group="DISO"),
        EntityType(name="Dose", description="An amount.", role=Role.ATTRIBUTE),
    ),
    relations=(
        RelationType(name="INDUCES", description="Brings about.", subject=("Chemical",), object=("Disease",)),
        RelationType(name="TREATS", description="Helps against.", subject=("Chemical",), object=("Disease",)),
    ),
)
TYPES = {"Chemical": "Chemical", "Disease": "Disease"}
RELATIONS = {"CID": "INDUCES"}
FEW = Resampling(resamples=20)

Triple = tuple[str, str, str]


@dataclass(frozen=True)
class Annotated:
    """One side's view of a text; either side can be gold."""

    id: str
    text: str
    mentions: tuple[Mention, ...] = ()
    relations: frozenset[tuple[str, str]] = frozenset()

    def gold(self) -> GoldDocument:
        stated = tuple(GoldRelation("CID", (subject,), (target,)) for subject, target in sorted(self.relations))
        return GoldDocument(Document(id=self.id, text=self.text), self.mentions, stated)

    def graph(self, assertion: Assertion = Assertion.PRESENT) -> DocumentGraph:
        mentions = tuple(
            mention if mention.concepts else mention.model_copy(update={"concepts": (f"local:{mention.start}",)})
            for mention in self.mentions
        )
        ids = {concept for mention in mentions for concept in mention.concepts}
        ids |= {end for pair in self.relations for end in pair}
        evidence = (Evidence(sentence=(0, 1), subject=(0, 1), object=(0, 1)),)
        return DocumentGraph(
            document=Document(id=self.id, text=self.text),
            selection=Selection(schema_name="small", extractors=(), language="en", reason="test"),
            settings_hash="",
            mentions=mentions,
            concepts=tuple(
                Concept(id=curie, name=curie, type="Thing", linked=not curie.startswith("local:"))
                for curie in sorted(ids)
            ),
            relations=tuple(
                Relation(subject=s, predicate="INDUCES", object=o, evidence=evidence, assertion=assertion)
                for s, o in sorted(self.relations)
            ),
        )


def annotated(marked: str, *relations: tuple[str, str], id: str = "1") -> Annotated:
    """From text such as ``[Lithium|Chemical M:1] and [rash|Disease M:2 M:3]``."""
    text, mentions = "", []
    for plain, surface, label, ids in re.findall(r"([^\[]*)(?:\[([^|]*)\|(\w+)([^\]]*)\])?", marked):
        text += plain
        if surface:
            start, text = len(text), text + surface
            mention = Mention(start=start, end=len(text), text=surface, type=label, concepts=tuple(ids.split()))
            mentions.append(mention)
    return Annotated(id, text, tuple(mentions), frozenset(relations))


def compare(
    gold: Iterable[Annotated | GoldDocument],
    predicted: Iterable[Annotated | DocumentGraph],
    *,
    normalize_gold: Callable[[GoldDocument], Sequence[Sequence[str]]] | None = None,
    relate_gold: Callable[[GoldDocument], set[Triple]] | None = None,
    **options: Any,
) -> Report:
    """Evaluate one side against the other; by default the normalizer and relation extractor know nothing."""
    parts = [side.graph() if isinstance(side, Annotated) else side for side in predicted]
    graphs = {part.document.id: part for part in parts}
    return evaluate(
        [side.gold() if isinstance(side, Annotated) else side for side in gold],
        lambda document: graphs.get(document.id),
        normalize_gold=normalize_gold or (lambda document: [()] * len(document.mentions)),
        relate_gold=relate_gold or (lambda document: set()),
        **{"schema": SCHEMA, "type_map": TYPES, "relation_map": RELATIONS, "resampling": FEW, **options},
    )


def at(report: Report, path: str) -> Any:
    found: Any = report.as_json()
    for key in path.split("/"):
        found = found[key]
    return found


class TestMentions:
    def test_worked_example(self) -> None:
        gold = annotated("[Lithium|Chemical M:1] gave her [severe tremor|Disease M:2] and [ataxia|Disease M:3] .")
        found = annotated("[Lithium|Chemical M:1] gave her severe [tremor|Disease M:2] and [ataxia|Chemical M:3] .")
        report = compare([gold], [found])
        assert (report.strict.overall.tp, report.strict.overall.fp, report.strict.overall.fn) == (1, 2, 2)
        assert at(report, "mentions/strict/f1") == pytest.approx(1 / 3)
        assert at(report, "mentions/strict/by_type/Chemical/f1") == pytest.approx(2 / 3)
        assert at(report, "mentions/strict/by_type/Disease/f1") == 0
        assert at(report, "mentions/relaxed/f1") == pytest.approx(2 / 3)
        assert at(report, "mentions/relaxed/by_type/Disease/precision") == 1
        assert at(report, "mentions/relaxed/by_type/Disease/recall") == 0.5

    def test_corpus_types_are_mapped_and_those_without_counterpart_listed(self) -> None:
        gold = annotated("[Gout|SpecificDisease M:2] in [mice|Species M:9]")
        found = annotated("[Gout|Disease M:2] in [mice|Chemical M:9]")
        report = compare([gold], [found], type_map={"SpecificDisease": "Disease"})
        assert at(report, "mentions/strict/f1") == 1, "the corpus annotates no chemicals: none is spurious"
        assert at(report, "left_out/types") == {"Species": 1}
        assert list(at(report, "mentions/strict/by_type")) == ["Disease"]

    def test_attributes_are_mentions_too(self) -> None:
        gold = annotated("Took [5 mg|Dose] daily")
        dose = Attribute(start=5, end=9, text="5 mg", type="Dose")
        graph = annotated("Took 5 mg daily").graph().model_copy(update={"attributes": (dose,)})
        report = compare(
            [gold],
            [graph],
            type_map={"Dose": "Dose"},
            normalize_gold=lambda document: pytest.fail("there is no gold id to compare with"),
        )
        assert report.strict.overall.f1.value == 1

    def test_nested_and_repeated_mentions(self) -> None:
        text = "breast cancer"
        outer = Mention(start=0, end=13, text=text, type="Disease", concepts=("M:1",))
        inner = Mention(start=7, end=13, text="cancer", type="Disease", concepts=("M:2",))
        gold = Annotated("1", text, (outer, inner, outer))
        report = compare([gold], [Annotated("1", text, (outer, outer))])
        assert (report.strict.overall.tp, report.strict.overall.fp, report.strict.overall.fn) == (1, 0, 1)
        assert report.relaxed.overall.tp == 1


class TestLinks:
    def test_worked_example(self) -> None:
        gold = annotated(
            "[Gold|Chemical M:1] , [gold|Chemical M:1] , [rash|Disease M:2] , "
            "[kidney and liver damage|Disease M:3 M:4] , [illness|Disease]"
        )
        found = annotated(
            "[Gold|Chemical M:1] , [gold|Chemical M:9] , [rash|Disease] , "
            "[kidney and liver damage|Disease M:4] , [illness|Disease M:5]"
        )
        report = compare([gold], [found])
        assert at(report, "mentions/strict/f1") == 1
        assert at(report, "normalization/end_to_end/accuracy") == 0.25, "one of the four mentions with gold ids"
        # (mention, id): right are Gold 1 and liver 4; spurious gold 9 and illness 5; missed gold 1, rash 2, kidney 3
        pairs = report.linked_spans.overall
        assert (pairs.tp, pairs.fp, pairs.fn) == (2, 2, 3)
        # concepts: gold {1, 2, 3, 4}, predicted {1, 9, 4, 5}
        assert (report.concepts.overall.tp, report.concepts.overall.fp, report.concepts.overall.fn) == (2, 2, 2)
        assert at(report, "concepts/by_type/Chemical/f1") == pytest.approx(2 / 3)
        assert at(report, "concepts/by_type/Disease/f1") == pytest.approx(0.4)

    def test_gold_spans(self) -> None:
        gold = annotated("[Gold|Chemical M:1] [rash|Disease M:2] [kidney and liver damage|Disease M:3 M:4] [x|Disease]")
        answers = [["M:1"], ["local:rash"], ["M:4", "M:3"], ["M:7"]]
        report = compare([gold], [], normalize_gold=lambda document: answers)
        assert at(report, "normalization/gold_spans/accuracy") == pytest.approx(2 / 3)
        assert at(report, "normalization/gold_spans/by_type") == {"Chemical": 1, "Disease": 0.5}
        assert at(report, "normalization/gold_spans/by_type_ci/Disease") == [0.5, 0.5]

    def test_retired_ids_are_made_current_on_both_sides(self) -> None:
        gold = annotated("[Gold|Chemical M:old] [tin|Chemical M:new]")
        found = annotated("[Gold|Chemical M:new] [tin|Chemical M:old]")
        assert compare([gold], [found]).concepts.overall.f1.value == 1, "as sets of a document they agree anyway"
        assert compare([gold], [found]).found_spans.overall.accuracy.value == 0
        current = compare(
            [gold],
            [found],
            current_id=lambda curie: {"M:old": "M:new"}.get(curie, curie),
            normalize_gold=lambda _: [["M:old"]] * 2,
        )
        assert current.found_spans.overall.accuracy.value == 1
        assert current.gold_spans.overall.accuracy.value == 1
        assert current.concepts.overall.tp == 1

    def test_figures_with_ids_as_they_are_stand_beside_those_with_current_ones(self) -> None:
        gold = annotated("[Gold|Chemical M:old] and [rash|Disease M:3]", ("M:old", "M:3"))
        found = annotated("[Gold|Chemical M:new] and [rash|Disease M:3]", ("M:new", "M:3"))
        options: dict[str, Any] = {
            "normalize_gold": lambda _: [["M:new"], ["M:3"]],
            "relate_gold": lambda _: {("M:old", "INDUCES", "M:3")},
        }
        current = compare([gold], [found], current_id=lambda curie: curie.replace("old", "new"), **options)
        assert (current.retired.ids, current.retired.mentions) == (1, 1)
        assert at(current, "concepts/f1") == at(current, "relations/f1") == 1
        assert at(current, "as_annotated/concepts/f1") == 0.5
        assert at(current, "as_annotated/relations/f1") == 0
        assert at(current, "as_annotated/relations/gold_mentions/f1") == 1, "asked with the gold ids"
        assert at(current, "as_annotated/normalization/gold_spans/by_type") == {"Chemical": 0, "Disease": 1}
        plain = compare([gold], [found], **options)
        assert plain.as_annotated is None
        assert current.as_annotated is not None
        assert current.as_annotated.of_ids()["concepts"] == plain.of_ids()["concepts"]

    def test_ids_of_another_vocabulary_are_wrong_and_told(self) -> None:
        text = "[Gold|Chemical M:1] and [rash|Disease {}] and [gout|Disease M:3]"
        report = compare([annotated(text.format("M:2"))], [annotated(text.format("OTHER:2"))])
        assert at(report, "other_vocabularies") == {"OTHER": 1}
        assert at(report, "concepts/precision") == pytest.approx(2 / 3)
        assert at(compare([annotated("[Gout|Disease]")], [annotated("[Gout|Disease M:2]")]), "other_vocabularies") == {}

    def test_a_corpus_without_ids_measures_mentions_only(self) -> None:
        report = compare([annotated("[Gout|Disease] hurts")], [annotated("[Gout|Disease M:2] hurts")])
        assert at(report, "mentions/strict/f1") == 1
        for path in ("concepts/f1", "concepts/by_type/Disease/f1", "normalization/end_to_end/f1", "relations/f1"):
            assert at(report, path) is None
        assert at(report, "normalization/gold_spans/accuracy") is None


class TestRelations:
    def test_worked_example(self) -> None:
        text = "[Gold|Chemical M:1] , [tin|Chemical M:2] , [rash|Disease M:3] , [gout|Disease M:4]"
        gold = annotated(text, ("M:1", "M:3"), ("M:2", "M:4"))
        found = annotated(text, ("M:1", "M:3"), ("M:1", "M:4"), ("local:x", "M:3"))
        report = compare([gold], [found], relate_gold=lambda _: {("M:1", "INDUCES", "M:3"), ("M:2", "TREATS", "M:4")})
        assert at(report, "relations/precision") == 0.5, "the unlinked end claims no pair"
        assert at(report, "relations/recall") == 0.5
        assert at(report, "relations/gold_mentions/precision") == 1, "the corpus annotates no TREATS"
        assert at(report, "relations/gold_mentions/f1") == pytest.approx(2 / 3)
        assert at(report, "relations/by_predicate/INDUCES/tp") == 1

    @pytest.mark.parametrize(
        ("assertion", "expected"), [(Assertion.POSSIBLE, 1.0), (Assertion.NEGATED, 0.0), (Assertion.HYPOTHETICAL, 0.0)]
    )
    def test_what_is_denied_is_not_predicted(self, assertion: Assertion, expected: float) -> None:
        side = annotated("[Gold|Chemical M:1] and [rash|Disease M:3]", ("M:1", "M:3"))
        report = compare([side], [side.graph(assertion)])
        assert report.relations.overall.f1.value == expected

    def test_composite_ends_are_expanded_and_unlinked_ones_ignored(self) -> None:
        side = annotated("[Gold|Chemical M:1] and [x|Disease M:3 M:4]", ("M:1", "M:3"), ("M:1", "M:4"))
        stated = (GoldRelation("CID", ("M:1",), ("M:3", "M:4")), GoldRelation("CID", ("M:1",), ()))
        gold = GoldDocument(Document(id="1", text=side.text), side.mentions, stated)
        report = compare([gold], [side])
        assert (report.relations.overall.tp, report.relations.overall.fp, report.relations.overall.fn) == (2, 0, 0)

    def test_undirected_gold_is_turned_and_what_does_not_fit_left_out(self) -> None:
        text = "[rash|Disease M:3] after [Gold|Chemical M:1] in [ABC1|Gene M:9]"
        gold = annotated(text, ("M:3", "M:1"), ("M:9", "M:3"))
        report = compare([gold], [annotated(text, ("M:1", "M:3"))])
        assert at(report, "relations/f1") == 1
        assert at(report, "left_out/predicates") == {"CID": 1}

    def test_predicates_without_counterpart_are_listed(self) -> None:
        side = annotated("[Gold|Chemical M:1] and [rash|Disease M:3]", ("M:1", "M:3"))
        report = compare([side], [side], relation_map={})
        assert at(report, "left_out/predicates") == {"CID": 1}
        assert at(report, "relations/f1") is None


class TestRun:
    def test_a_failed_document_counts_as_empty_and_is_named(self) -> None:
        first, second = (annotated("[Gout|Disease M:2]", id=name) for name in "ab")
        report = compare([first, second], [first])
        assert report.failed == ("b",)
        assert report.documents == 2
        assert report.strict.overall.recall.value == 0.5

    def test_a_repeated_document_counts_once(self) -> None:
        side = annotated("[Gout|Disease M:2]")
        report = compare([side, side], [side])
        assert (report.documents, report.repeated) == (1, ("1",))

    def test_maps_are_checked_against_the_schema(self) -> None:
        with pytest.raises(InputError, match="'Sickness'"):
            compare([], [], type_map={"Disease": "Sickness"})
        with pytest.raises(InputError, match="'CAUSES'"):
            compare([], [], relation_map={"CID": "CAUSES"})

    def test_an_empty_corpus_has_no_figures(self) -> None:
        report = compare([], [])
        assert report.documents == 0
        assert at(report, "mentions/strict/f1") is None


IDS = ("M:1", "M:2", "M:3", "M:4")
TEXT = "abcdefghij" * 3


@st.composite
def sides(draw: st.DrawFn, name: str = "1") -> Annotated:
    mentions = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, 25))
        end = start + draw(st.integers(1, 5))
        ids = tuple(sorted(draw(st.sets(st.sampled_from(IDS), max_size=2))))
        label = draw(st.sampled_from(["Chemical", "Disease"]))
        mentions.append(Mention(start=start, end=end, text=TEXT[start:end], type=label, concepts=ids))
    types = {curie: mention.type for mention in mentions for curie in mention.concepts}
    pairs = [(s, o) for s in types for o in types if types[s] == "Chemical" and types[o] == "Disease"]
    chosen = draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    return Annotated(name, TEXT, tuple(mentions), frozenset(chosen))


@st.composite
def corpora(draw: st.DrawFn) -> list[tuple[Annotated, Annotated]]:
    """(gold, predicted) of a few documents."""
    return [(draw(sides(str(i))), draw(sides(str(i)))) for i in range(draw(st.integers(1, 4)))]


SCORES = ("strict", "relaxed", "linked_spans", "concepts", "relations")


def figures(report: Report) -> Mapping[str, tuple[int, int, int]]:
    overall = {name: getattr(report, name).overall for name in SCORES}
    return {name: (score.tp, score.fp, score.fn) for name, score in overall.items()}


def both(corpus: list[tuple[Annotated, Annotated]], **options: Any) -> Report:
    return compare([gold for gold, _ in corpus], [predicted for _, predicted in corpus], **options)


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_perfect_predictions_score_one(corpus: list[tuple[Annotated, Annotated]]) -> None:
    same = [(gold, gold) for gold, _ in corpus]
    report = both(
        same,
        normalize_gold=lambda gold: [mention.concepts for mention in gold.mentions],
        relate_gold=lambda gold: {(s, "INDUCES", o) for relation in gold.relations for s, o in relation.concept_pairs},
    )
    for name in (*SCORES, "gold_mention_relations"):
        score = getattr(report, name).overall
        assert (score.fp, score.fn) == (0, 0)
        assert score.f1.value in {1.0, None}
        assert (score.f1.value is None) == (score.tp == 0)
    for share in (report.gold_spans.overall, report.found_spans.overall):
        assert share.correct == share.total


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_swapping_the_sides_swaps_precision_and_recall(corpus: list[tuple[Annotated, Annotated]]) -> None:
    there, back = both(corpus), both([(predicted, gold) for gold, predicted in corpus])
    for name in SCORES:
        one, other = getattr(there, name).overall, getattr(back, name).overall
        assert (one.tp, one.fp, one.fn) == (other.tp, other.fn, other.fp)
        if one.gold and other.gold:
            assert one.precision == other.recall
            assert one.recall == other.precision
            assert one.f1 == other.f1


@settings(max_examples=30, deadline=None)
@given(corpora(), st.randoms(use_true_random=False))
def test_order_of_documents_and_mentions_does_not_matter(
    corpus: list[tuple[Annotated, Annotated]], order: random.Random
) -> None:
    def shuffled(side: Annotated) -> Annotated:
        mentions = order.sample(side.mentions, len(side.mentions))
        return Annotated(side.id, side.text, tuple(mentions), side.relations)

    mixed = [(shuffled(gold), shuffled(predicted)) for gold, predicted in corpus]
    order.shuffle(mixed)
    assert both(mixed).as_json() == both(corpus).as_json()


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_counts_of_parts_add_up_to_those_of_the_whole(corpus: list[tuple[Annotated, Annotated]]) -> None:
    assume(len(corpus) > 1)
    whole, parts = figures(both(corpus)), [figures(both([pair])) for pair in corpus]
    for name in SCORES:
        assert whole[name] == tuple(sum(part[name][i] for part in parts) for i in range(3))


@settings(max_examples=30, deadline=None)
@given(corpora())
def test_agrees_with_an_independent_count(corpus: list[tuple[Annotated, Annotated]]) -> None:
    """BioCreative's way, straight from the annotations: sets over the whole corpus, compared as sets."""
    counted = figures(both(corpus))

    def check(name: str, items: Callable[[Annotated], set[Any]]) -> None:
        gold = {(side.id, item) for side, _ in corpus for item in items(side)}
        found = {(side.id, item) for _, side in corpus for item in items(side)}
        assert counted[name] == (len(gold & found), len(found - gold), len(gold - found)), name

    check("strict", lambda side: {(m.start, m.end, m.type) for m in side.mentions})
    check("linked_spans", lambda side: {(m.start, m.end, m.type, curie) for m in side.mentions for curie in m.concepts})
    check("concepts", lambda side: {(m.type, curie) for m in side.mentions for curie in m.concepts})
    check("relations", lambda side: set(side.relations))
