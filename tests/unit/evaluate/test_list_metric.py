"""The list family's metric on documents small enough to count by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.evaluate.bootstrap import Resampling
from kg_builder.evaluate.counts import Cell, Count, Measure
from kg_builder.evaluate.labels import type_map
from kg_builder.evaluate.list_answers import Lists, Task, folded, found_lists, gold_lists
from kg_builder.evaluate.list_metric import ANY_NAME, ListReport, count_lists, evaluate_lists, leak
from kg_builder.evaluate.list_report import list_notes, render_lists
from kg_builder.records import (
    Assertion,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Mention,
    Provenance,
    Relation,
    Selection,
)
from kg_builder.schemas.reading import builtin_schema

SCHEMA = builtin_schema("chemical-disease")
TYPES = {"Chemical": "Chemical", "Disease": "Disease"}
PREDICATES = {"CID": "INDUCES"}
TEXT = "Zolmiprid caused  Kidney\nfailure. ZOLMIPRID (ZMD) was stopped; renal  failure resolved, beta-tremor did not."
FEW = Resampling(resamples=20)
ZMD, FAILURE, TREMOR = "MESH:D900001", "MESH:D900002", "MESH:D900003"


def mention(form: str, type: str, concept: str, *, nth: int = 0, model: str | None = None) -> Mention:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(form, start + 1)
    end = start + len(form)
    provenance = Provenance(extractor="lists", model=model)
    return Mention(start=start, end=end, text=form, type=type, concepts=(concept,), provenance=provenance)


DRUG = mention("Zolmiprid", "Chemical", ZMD)
DRUG_AGAIN = mention("ZOLMIPRID", "Chemical", ZMD)
SHORT = mention("ZMD", "Chemical", ZMD)
KIDNEY = mention("Kidney\nfailure", "Disease", FAILURE)
RENAL = mention("renal  failure", "Disease", FAILURE)
BETA = mention("beta-tremor", "Disease", TREMOR)
GOLD = GoldDocument(
    Document(id="d1", text=TEXT),
    (DRUG, KIDNEY, DRUG_AGAIN, SHORT, RENAL, BETA),
    (GoldRelation("CID", (ZMD,), (FAILURE,)),),
)


def graph(*mentions: Mention, pairs: tuple[tuple[str, str], ...] = (), assertion: str = "present") -> DocumentGraph:
    used = {(mention.concepts[0], mention.type) for mention in mentions}
    return DocumentGraph(
        document=GOLD.document,
        selection=Selection(schema_name=SCHEMA.name, extractors=("lists",), language="en", reason="test"),
        settings_hash="h",
        mentions=mentions,
        concepts=tuple(Concept(id=concept, name=concept, type=kind) for concept, kind in sorted(used)),
        relations=tuple(
            Relation(
                subject=subject,
                predicate="INDUCES",
                object=target,
                evidence=(Evidence(sentence=(0, 10), subject=(0, 3), object=(4, 9)),),
                assertion=Assertion(assertion),
            )
            for subject, target in pairs
        ),
    )


def report(found: DocumentGraph | None, gold: GoldDocument = GOLD) -> ListReport:
    return evaluate_lists(
        [gold], lambda _: found, schema=SCHEMA, type_map=TYPES, relation_map=PREDICATES, resampling=FEW, corpus="own"
    )


def test_case_and_white_space_fold_and_hyphens_stay() -> None:
    lists = gold_lists(GOLD, SCHEMA, type_map=TYPES, relation_map=PREDICATES)
    assert lists.chemicals == {"zolmiprid", "zmd"}
    assert lists.diseases == {"kidney failure", "renal failure", "beta-tremor"}
    assert lists.influences is not None
    assert set(lists.influences) == {("zolmiprid", "kidney failure")}


def test_what_is_all_right_scores_one() -> None:
    found = report(graph(*GOLD.mentions, pairs=((ZMD, FAILURE),)))
    assert found.macro_f1.value == found.macro_precision.value == found.macro_recall.value == 1
    assert set(found.tasks) == {*map(str, Task), ANY_NAME}


def test_counts_are_of_names_once_a_document() -> None:
    found = report(graph(DRUG, DRUG_AGAIN, KIDNEY, pairs=((ZMD, FAILURE),)))
    chemicals, diseases = found.tasks["chemicals"], found.tasks["diseases"]
    assert (chemicals.tp, chemicals.fp, chemicals.fn) == (1, 0, 1)
    assert (diseases.tp, diseases.fp, diseases.fn) == (1, 0, 2)
    assert found.tasks["influences"].f1.value == 1
    assert found.macro_f1.value == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


def test_a_pair_under_another_name_is_right_by_any_name_only() -> None:
    found = report(graph(SHORT, RENAL, pairs=((ZMD, FAILURE),)))
    assert (found.tasks["influences"].tp, found.tasks["influences"].fp) == (0, 1)
    assert (found.tasks[ANY_NAME].tp, found.tasks[ANY_NAME].fp, found.tasks[ANY_NAME].fn) == (1, 0, 0)


def test_one_gold_pair_is_hit_once_by_any_name() -> None:
    unlinked = [
        SHORT.model_copy(update={"concepts": ("local:zmd",)}),
        DRUG.model_copy(update={"concepts": ("local:zolmiprid",)}),
    ]
    found = report(graph(*unlinked, KIDNEY, pairs=(("local:zmd", FAILURE), ("local:zolmiprid", FAILURE))))
    assert (found.tasks[ANY_NAME].tp, found.tasks[ANY_NAME].fp, found.tasks[ANY_NAME].fn) == (1, 0, 0)


def test_denied_influences_do_not_count() -> None:
    lists = found_lists(graph(DRUG, KIDNEY, pairs=((ZMD, FAILURE),), assertion="negated"), SCHEMA)
    assert not lists.influences


def test_a_failed_document_misses_everything() -> None:
    found = report(None)
    assert found.failed == ("d1",)
    assert found.macro_f1.value == 0
    assert any("Failed" in note for note in list_notes(found))


def test_a_corpus_without_relations_is_scored_on_two_tasks() -> None:
    gold = GoldDocument(GOLD.document, GOLD.mentions)
    found = evaluate_lists(
        [gold], lambda _: graph(*GOLD.mentions), schema=SCHEMA, type_map=TYPES, relation_map={}, resampling=FEW
    )
    assert set(found.tasks) == {"chemicals", "diseases"}
    assert found.macro_f1.value == 1


def test_an_annotated_relation_between_mentions_needs_no_ids() -> None:
    gold = GoldDocument(
        GOLD.document,
        tuple(item.model_copy(update={"concepts": ()}) for item in (DRUG, KIDNEY)),
        (GoldRelation("CID", subject_mention=0, object_mention=1),),
    )
    lists = gold_lists(gold, SCHEMA, type_map=TYPES, relation_map=PREDICATES)
    assert lists.influences is not None
    assert set(lists.influences) == {("zolmiprid", "kidney failure")}


def test_the_adapter_on_its_training_corpus_is_warned_of() -> None:
    adapter = "hf:albyos/llama3-medical-ner-lora-20251111@abc"
    assert leak([adapter], {"CID"})
    assert not leak([adapter], {"Positive_Correlation"})
    assert not leak(["hf:another"], {"CID"})
    found = report(graph(mention("Zolmiprid", "Chemical", ZMD, model=adapter)))
    assert found.warnings
    assert list_notes(found)[-1] == found.warnings[0]


def test_the_report_is_plain_and_can_be_shown() -> None:
    found = report(graph(DRUG, KIDNEY))
    plain = found.as_json()
    assert plain["tasks"]["chemicals"]["tp"] == 1
    assert plain["macro"]["f1"] == found.macro_f1.value
    assert plain["macro"]["f1_ci"] == [found.macro_f1.value] * 2
    assert render_lists(found).row_count == 5


names = st.frozensets(st.sampled_from(["a", "b-c", "d e", "f"]))


@given(names, names)
def test_hits_and_misses_add_up(expected: frozenset[str], found: frozenset[str]) -> None:
    counted = count_lists(Lists(chemicals=expected), Lists(chemicals=found))[Cell(Measure.LISTS, Task.CHEMICALS)]
    assert counted.tp + counted.fp == len(found)
    assert counted.tp + counted.fn == len(expected)
    assert (counted == Count(len(found), 0, 0)) == (expected == found)


@given(st.text())
def test_folding_twice_changes_nothing(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_labels_of_vietnamese_corpora_find_the_types_of_the_vietnamese_schema() -> None:
    found = ["SYMPTOM", "DISEASE", "DIAGNOSTIC", "drug", "medical_procedure", "SYMPTOM_AND_DISEASE", "TREATMENT"]
    assert type_map(found, builtin_schema("vietnamese-medical")) == {
        "SYMPTOM": "SYMPTOM_AND_DISEASE",
        "DISEASE": "SYMPTOM_AND_DISEASE",
        "SYMPTOM_AND_DISEASE": "SYMPTOM_AND_DISEASE",
        "DIAGNOSTIC": "MEDICAL_PROCEDURE",
        "medical_procedure": "MEDICAL_PROCEDURE",
        "drug": "DRUG",
    }
