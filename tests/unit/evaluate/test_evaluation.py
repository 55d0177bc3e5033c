"""Hand-worked examples of evaluation."""

from __future__ import annotations

from typing import Any

import pytest

from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.errors import InputError
from kg_builder.records import (
    Assertion,
    Attribute,
    Document,
    Mention,
)
from tests.unit.evaluate.annotated_texts import (
    Annotated,
    annotated,
    at,
    compare,
)


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
