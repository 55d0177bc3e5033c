"""The page of an evaluation says what its figures say, and quotes texts as texts."""

from __future__ import annotations

from typing import Any

import pytest

from kg_builder.evaluate.kept_mistakes import KeptMistakes
from kg_builder.evaluate.results import Report
from kg_builder.records import DocumentGraph
from kg_builder.reports.evaluation_report import evaluation_page
from kg_builder.schema import EntityType, Schema
from tests.unit.evaluate.annotated_texts import Annotated, annotated, at, compare
from tests.unit.reports.graphs import HOSTILE
from tests.unit.reports.page_reading import Element, check_page, read_page, tables

GOLD = annotated(
    "[Lithium|Chemical MESH:D1] brought [severe rash|Disease MESH:D2] and [fever|Disease MESH:D3], not [pain|Disease].",
    ("MESH:D1", "MESH:D2"),
)
FOUND = annotated(
    "[Lithium|Chemical MESH:D9] brought severe [rash|Disease MESH:D2] and fever, [not|Chemical] [pain|Chemical].",
    ("MESH:D1", "MESH:D3"),
)
NAMES = {"MESH:D1": "Lithium", "MESH:D9": "Lithium Carbonate"}


def evaluated(gold: Annotated = GOLD, found: Annotated = FOUND, **options: Any) -> tuple[Report, KeptMistakes]:
    kept = KeptMistakes(**({"most": options.pop("most")} if "most" in options else {}))
    return compare([gold], [sure(found.graph())], on_mistake=kept.add, **options), kept


def sure(graph: DocumentGraph) -> DocumentGraph:
    """With confidences from the first mention on: 0.9, 0.8, …"""
    mentions = [
        mention.model_copy(update={"confidence": 0.9 - number / 10}) for number, mention in enumerate(graph.mentions)
    ]
    relations = [relation.model_copy(update={"confidence": 0.7}) for relation in graph.relations]
    return graph.model_copy(update={"mentions": tuple(mentions), "relations": tuple(relations)})


def page_of(report: Report, kept: KeptMistakes, corpus: str = "dev.pubtator") -> Element:
    page = read_page(evaluation_page(report, kept, corpus=corpus, name_of=NAMES.get))
    check_page(page)
    return page


def errors(page: Element, kind: str) -> list[Element]:
    [section] = [one for one in page.all("section") if one.attributes.get("class") == f"kind-{kind}"]
    return section.all("li")


def test_the_figures_are_those_of_the_evaluation() -> None:
    report, kept = evaluated()
    rows = tables(page_of(report, kept))["Each measure of all types together, then by type or predicate"]
    strict = at(report, "mentions/strict")
    expected = [f"{strict[name]:.3f}" for name in ("precision", "recall", "f1")]
    assert rows[1][:5] == ["mentions, strict", "all", *expected]
    assert rows[2][0] == "Chemical", "the measure spans its rows"


def test_errors_are_grouped_by_kind_with_counts() -> None:
    report, kept = evaluated()
    page = page_of(report, kept)
    assert tables(page)["By kind of error, and type or predicate"] == [
        ["kind", "Chemical", "Disease", "INDUCES", "all"],
        ["Boundary", "0", "1", "0", "1"],
        ["Type", "0", "1", "0", "1"],
        ["Missed", "0", "1", "0", "1"],
        ["Spurious", "1", "0", "0", "1"],
        ["Wrong concept", "1", "0", "0", "1"],
        ["Wrong concept, gold mentions given", "1", "2", "0", "3"],
        ["Relation missed", "0", "0", "1", "1"],
        ["Relation spurious", "0", "0", "1", "1"],
    ]


def test_both_sides_are_marked_in_the_text() -> None:
    page = page_of(*evaluated())
    [boundary] = errors(page, "boundary")
    outer, inner = boundary.all("mark")
    assert (outer.text, inner.text) == ("severe rash", "rash")
    assert [outer.attributes["title"], inner.attributes["title"]] == ["gold: Disease", "found: Disease"]
    assert "missed" in (outer.attributes["class"] or "")
    assert boundary.text.startswith("Lithium brought severe rash and fever, not pain.")
    [missed] = errors(page, "missed")
    assert [mark.text for mark in missed.all("mark")] == ["fever"]


def test_concepts_are_named() -> None:
    [wrong] = errors(page_of(*evaluated()), "wrong-concept")
    assert "gold Chemical “Lithium” Lithium MESH:D1" in wrong.text.replace("Chemical Lithium", "Chemical “Lithium”")
    assert "Lithium Carbonate MESH:D9" in wrong.text
    given = errors(page_of(*evaluated()), "gold-span-concept")
    assert all("linked to nothing" in one.text for one in given)


def test_relations_show_their_ends() -> None:
    [missed] = errors(page_of(*evaluated()), "relation-missed")
    assert [(mark.text, mark.attributes["class"]) for mark in missed.all("mark")] == [
        ("Lithium", "kg-mark subject"),
        ("severe rash", "kg-mark object"),
    ]
    assert "Lithium MESH:D1 → MESH:D2" in missed.text


def test_each_kind_and_type_has_a_box_that_hides_it_without_a_script() -> None:
    page = page_of(*evaluated())
    boxes = {one.attributes["id"] for one in page.all("input")}
    [style] = page.all("style")
    assert {"kind-boundary", "kind-missed", "type-0", "type-2"} <= boxes
    for box in boxes:
        assert f"body:has(#{box}:not(:checked)) .{box} {{ display: none; }}" in " ".join(map(str, style.inside))
    types = [(item.attributes["class"]) for item in errors(page, "spurious")]
    assert types == ["type-0"], "of Chemical"


def test_curves_and_diagrams_are_drawn_with_their_numbers_beside() -> None:
    page = page_of(*evaluated())
    titles = [drawing.all("title")[0].text for drawing in page.all("svg")]
    assert "Mentions, strict" in titles
    assert "Mentions: Chemical" in titles
    assert "Relations: INDUCES" in titles
    found = tables(page)
    thresholds = next(rows for caption, rows in found.items() if caption.startswith("Mentions, strict: precision"))
    assert thresholds[1] == ["all", "0.3", "4", "0.250", "0.250"]


def test_a_plot_has_no_more_curves_than_can_be_told_apart() -> None:
    types = [f"Type{number}" for number in range(8)]
    schema = Schema(name="many", description="", entities=tuple(EntityType(name=n, description=n) for n in types))
    text = annotated(" ".join(f"[thing{n}|{name}]" for n, name in enumerate(types)))
    report, kept = evaluated(text, text, schema=schema, type_map={name: name for name in types}, relation_map={})
    drawn = [one for one in page_of(report, kept).all("svg") if one.all("title")[0].text == "Mentions, strict"]
    curves = [[line.attributes["class"] for line in one.all("polyline")] for one in drawn]
    assert [len(one) for one in curves] == [6, 3]
    assert all(len(set(one)) == len(one) for one in curves)


def test_what_carries_no_confidence_has_no_plots() -> None:
    kept = KeptMistakes()
    page = page_of(compare([GOLD], [FOUND], on_mistake=kept.add), kept)
    assert page.all("svg") == []


def test_where_all_is_right_the_page_says_so() -> None:
    kept, right = KeptMistakes(), annotated("[Lithium|Chemical] helped.")
    page = page_of(compare([right], [right], on_mistake=kept.add), kept)
    assert "There is none: everything that was found is as the corpus has it." in page.text


def test_past_so_many_of_a_kind_only_counts_are_kept() -> None:
    gold = annotated(" ".join(f"[pain{n}|Disease]" for n in range(7)) + " [ache|Disease] [ache|Disease]")
    report, kept = evaluated(gold, annotated(gold.text), most=3)
    page = page_of(report, kept)
    assert len(errors(page, "missed")) == 3
    assert page.one("missed").text == "Missed: 9"
    assert "The first 3 are shown; --errors FILE writes all." in page.text
    assert tables(page)["Missed: words that came more than once, the commonest first"][1:] == [["ache", "Disease", "2"]]


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if "[" not in text and "|" not in text])
def test_what_looks_like_markup_is_shown_as_text(hostile: str) -> None:
    gold = annotated(f"{hostile} [{hostile}|Disease] {hostile}", id=hostile)
    report, kept = evaluated(gold, annotated(gold.text, id=hostile))
    page = page_of(report, kept, corpus=hostile)
    said = " ".join(hostile.split())
    [missed] = errors(page, "missed")
    assert missed.text.startswith(f"{said} {said} {said} {said}")
    assert [mark.text for mark in missed.all("mark")] == [said]
    assert page.all("h1")[0].text == f"Evaluation: {said}"


def test_equal_evaluations_give_equal_pages() -> None:
    one, other = (evaluation_page(*evaluated(), corpus="c") for _ in range(2))
    assert one == other
