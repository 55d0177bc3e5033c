"""The parts of the chain: word forms, splits, readings, comparison, index, priors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.normalize.chain import prior_places
from kg_builder.normalize.composites import splits
from kg_builder.normalize.name_arrays import group_bits, name_arrays
from kg_builder.normalize.name_index import NameIndex, open_index
from kg_builder.normalize.priors import Priors, count_priors, pack_priors, place_of, unpack_priors
from kg_builder.normalize.readings import Reading, readings
from kg_builder.normalize.similarity import compare
from kg_builder.normalize.word_forms import gist, loose_gist, opposed, without_modifiers
from kg_builder.terminology.rows import ConceptRow
from kg_builder.testing import small_terminology
from kg_builder.text.abbreviations import find_abbreviations
from kg_builder.text.keys import name_key

NAMES = ("Kidney Failure", "Liver Cirrhosis", "Haloperidol", "Paliperidone", "Temporal Lobe Epilepsy")


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return open_index(small_terminology(ConceptRow(f"T:{place}", "CHEM", name) for place, name in enumerate(NAMES)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("renal failure", "failure of the kidneys"),
        ("hepatic tumour", "cancer of the liver"),
        ("ischemic brain", "cerebral ischaemia"),
        ("high blood pressure", "hypertensive"),
        ("fibrotic lung", "pulmonary fibrosis"),
        ("type II diabetes", "diabetes mellitus, type 2"),
    ],
)
def test_names_of_one_thing_share_a_gist(one: str, other: str) -> None:
    assert gist(name_key(one)) == gist(name_key(other))


@pytest.mark.parametrize(
    ("one", "other"), [("renal failure", "liver failure"), ("type 1 diabetes", "type 2 diabetes"), ("fever", "cough")]
)
def test_names_of_two_things_do_not(one: str, other: str) -> None:
    assert gist(name_key(one)) != gist(name_key(other))
    assert loose_gist(name_key(one)) != loose_gist(name_key(other))


def test_modifiers_are_left_out_at_the_ends() -> None:
    assert without_modifiers("severe acute renal failure") == ("renal failure", "severe acute")
    assert without_modifiers("aspirin induced asthma") == ("asthma", "aspirin induced")
    assert without_modifiers("acute") == ("acute", "")


def test_opposed_beginnings() -> None:
    assert opposed("hypokalemia", "hyperkalemia")
    assert not opposed("nausea", "nausia")


@given(st.text(alphabet="abc ,/-andor(of)", max_size=40))
def test_splits_are_parts_of_two_or_more(text: str) -> None:
    for parts in splits(text):
        assert len(parts) >= 2


@pytest.mark.parametrize(
    ("mention", "parts"),
    [
        ("breast and ovarian cancer", ("breast cancer", "ovarian cancer")),
        ("hepatic/renal failure", ("hepatic failure", "renal failure")),
        ("cancer of the breast or ovary", ("cancer of the breast", "cancer of the ovary")),
        ("muscle pain and weakness", ("muscle pain", "muscle weakness")),
        ("fever, cough and rash", ("fever", "cough", "rash")),
    ],
)
def test_ways_to_split(mention: str, parts: tuple[str, ...]) -> None:
    assert parts in list(splits(mention))


def test_no_split_without_a_conjunction() -> None:
    assert not list(splits("renal failure"))


def test_readings_follow_the_document() -> None:
    known = find_abbreviations("heparin-induced thrombocytopenia (HIT) was")
    assert readings("HIT", known)[0].text == "heparin-induced thrombocytopenia"
    assert readings("HIT antibodies", known)[0].text == "heparin-induced thrombocytopenia antibodies"
    assert [one.text for one in readings("renal failure (RF)", {})] == ["renal failure (RF)", "renal failure"]
    assert readings("Na+", {}, group="CHEM")[0].text == "sodium"
    assert readings("Na+", {}, group="DISO")[0].text == "Na+"
    assert readings("NMS", {}, others=["neuroleptic malignant syndrome"])[-1].text == "neuroleptic malignant syndrome"


def test_numbers_and_opposed_words_show_in_the_comparison() -> None:
    def rarity(_: str) -> float:
        return 1.0

    assert compare("type 1 blorb", "type 2 blorb", rarity)["number differs"] == 1
    assert compare("hypoplaxemia", "hyperplaxemia", rarity)["beginnings opposed"] == 1
    assert compare("haloperidole", "haloperidol", rarity)["misspelled"] == 1


def test_similar_names_come_first(index: NameIndex) -> None:
    chemicals = group_bits({"CHEM"})
    assert index.similar("haloperidole", chemicals)[0] == "haloperidol"
    assert index.similar("temporal lobe epilepsies", chemicals)[0] == "temporal lobe epilepsy"
    assert index.similar("haloperidole", group_bits({"DISO"})) == []
    assert index.similar("xy", chemicals) == []


@given(st.text(max_size=60))
def test_any_text_can_be_asked(index: NameIndex, text: str) -> None:
    key = name_key(text)
    for name in index.similar(key, group_bits(None)):
        assert name in {name_key(one) for one in NAMES}
    assert isinstance(index.by_gist(key, loose=True), list)


def test_gists_are_found(index: NameIndex) -> None:
    assert index.by_gist("renal insufficiency", loose=False) == ["kidney failure"]
    assert index.by_gist("chronic renal dysfunction", loose=True) == ["kidney failure"]
    assert index.rarity("kidney") < index.rarity("nowhere")


def test_an_index_is_kept_beside_its_terminology() -> None:
    terminology = small_terminology([ConceptRow("T:1", "DISO", "Zorkitis")])
    first = open_index(terminology)
    folders = list(terminology.path.parent.glob("*.names-*/stamp"))
    assert len(folders) == 1
    made = folders[0].stat().st_mtime_ns
    assert len(open_index(terminology)) == len(first) == 1
    assert folders[0].stat().st_mtime_ns == made


def test_an_empty_terminology_has_an_empty_index() -> None:
    empty = NameIndex(name_arrays(small_terminology().all_names))
    assert empty.similar("anything", group_bits(None)) == []


def test_priors_leave_the_asking_document_out() -> None:
    rows = [("1", ("DISO", "zork", ("T:1",))), ("2", ("DISO", "zork", ("T:1",))), ("3", ("DISO", "zork", ("T:2",)))]
    priors = count_priors(rows, fewest=2)
    assert priors.seen("DISO", "zork") == {("T:1",): 2}
    assert priors.seen("DISO", "zork", "1") == {}
    assert priors.seen("DISO", "zork", "3") == {("T:1",): 2}
    assert priors.seen("CHEM", "zork") == {}


@given(
    st.dictionaries(
        st.builds(place_of, st.sampled_from(["CHEM", "DISO"]), st.text(alphabet="~=#ab 1", min_size=1, max_size=6)),
        st.dictionaries(
            st.sampled_from([("A:1",), ("A:1", "B:2"), ("C:3",)]), st.integers(1, 99), min_size=1, max_size=3
        ),
        max_size=3,
    )
)
def test_priors_survive_the_file(table: dict[str, dict[tuple[str, ...], int]]) -> None:
    assert unpack_priors(pack_priors(Priors(table))).table == table


def test_words_that_say_nothing_ask_for_no_gist() -> None:
    assert [place for place in prior_places((Reading("of the"),), ()) if place.startswith("~")] == []
    assert [place for place in prior_places((Reading("zork of the heart"),), ()) if place.startswith("~")] != []
