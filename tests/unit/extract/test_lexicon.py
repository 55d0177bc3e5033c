from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.extract.lexicon_rules import LexiconRules, load_rules
from kg_builder.protocols import ExtractionRequest
from kg_builder.schema import EntityType, Role, Schema
from kg_builder.terminology.rows import AddedName, ConceptRow
from kg_builder.terminology.shipped import load_terminology
from kg_builder.testing import small_terminology

SCHEMA = Schema(
    name="made-up",
    description="For tests.",
    entities=(
        EntityType(name="Drug", description="A drug.", semantic_group="CHEM"),
        EntityType(name="Problem", description="A problem.", semantic_group="DISO"),
        EntityType(name="Dose", description="A dose.", role=Role.ATTRIBUTE, semantic_group="CONC"),
    ),
)


@pytest.fixture(scope="module")
def lexicon() -> LexiconExtractor:
    return LexiconExtractor(load_terminology())


def found(lexicon: LexiconExtractor, text: str, language: str = "en") -> list[str]:
    """Mentions as ``D:pain``: first letter of the label, then the text."""
    mentions = lexicon.extract(ExtractionRequest(text, SCHEMA, language)).mentions
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
    return [f"{mention.type[0]}:{mention.text}" for mention in mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # longest match, variants
        ("Breast cancers and acute kidney failure.", ["D:Breast cancers", "D:acute kidney failure"]),
        (
            "Alzheimer's disease; a patient with Parkinson\u2019s disease",
            ["D:Alzheimer's disease", "D:Parkinson\u2019s disease"],
        ),
        ("anaemia and oedema", ["D:anaemia", "D:oedema"]),
        ("cocaine-induced seizures", ["C:cocaine", "D:seizures"]),
        ("acetaminophen/codeine", ["C:acetaminophen", "C:codeine"]),
        ("\u03b2-carotene", ["C:\u03b2-carotene"]),
        # nothing crosses a clause
        ("The heart. Failure came later", []),
        ("We saw hypertension, pulmonary edema", ["D:hypertension", "D:pulmonary edema"]),
        ("kidney failure, chronic, since May", ["D:kidney failure, chronic"]),
        # composed names
        ("renal vasculitis and bladder dysfunction", ["D:renal vasculitis", "D:bladder dysfunction"]),
        ("atropine sulfate", ["C:atropine sulfate"]),
        ("[3H]-dopamine, 17beta-estradiol, (R)-warfarin", ["C:[3H]-dopamine", "C:17beta-estradiol", "C:(R)-warfarin"]),
        # words that are also names
        ("These drugs lead to an impact on disease and aid recovery.", []),
        ("AIDS needs aids", ["D:AIDS"]),
        ("NO was inhaled; no change", ["C:NO"]),
        # parts of phrases that mean something else
        ("Stopped with bipolar forceps and bipolar electrocautery.", []),
        ("bipolar disorder; bipolar I", ["D:bipolar disorder", "D:bipolar"]),
        ("Closed in layers with 2-0 silk sutures and Vicryl; silk ties, 3-0 nylon.", []),
        ("ASA I; ASA class III; ASA 81 mg daily", ["C:ASA"]),
        ("growth factor I and insulin-like growth factor I; factor VIII", ["C:factor VIII"]),
        ("ST depression, J-junctional depression; then depression", ["D:depression"]),
        ("milk fever", ["D:milk fever"]),
        ("alanine aminotransferase (ALT), aspartate transaminase, creatine kinase; ALT", []),
        ("alanine and aspartate", ["C:alanine", "C:aspartate"]),
        ("ECG leads in the emergency room; salts", []),
        ("Urine: ketones positive", ["C:ketones"]),
        # capitals that are words
        ("NO tremor. NO evidence of rash. NO known allergies.", ["D:tremor", "D:rash", "D:allergies"]),
        ("THE PATIENT HAS NO TREMOR", ["D:TREMOR"]),
        ("NO-induced relaxation and NO release", ["C:NO", "C:NO"]),
        ("Nitric oxide is a gas. NO change", ["C:Nitric oxide", "C:NO"]),
        # trade names, generic names, symptoms
        ("Norvasc, Actos, Amaryl, Lexapro, Effexor", ["C:Norvasc", "C:Actos", "C:Amaryl", "C:Lexapro", "C:Effexor"]),
        ("apixaban, levothyroxine, levocarnitine", ["C:apixaban", "C:levothyroxine", "C:levocarnitine"]),
        ("Versed 2 mg by a nurse well versed in it", ["C:Versed"]),
        ("palpitations, hypomagnesemia, nocturia", ["D:palpitations", "D:hypomagnesemia", "D:nocturia"]),
        # general words alone
        ("dysfunction of the syndrome", []),
        ("", []),
    ],
)
def test_english(lexicon: LexiconExtractor, text: str, expected: list[str]) -> None:
    assert found(lexicon, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Pulmonary fibrosis (PUF) was worse. Three PUFs in all.",
            ["D:Pulmonary fibrosis", "D:PUF", "D:PUFs"],
        ),
        ("GTX (gentamicin) was stopped; GTX again", ["C:gentamicin"]),
        ("The angina monitoring centre (AMC) gave AMC to AMC patients", ["D:angina"]),
        ("A dental analysis group (DAG) used COPD codes", ["D:COPD"]),
        ("Chronic obstructive planning department (COPD): COPD is an office", []),
    ],
)
def test_abbreviations_of_the_document(lexicon: LexiconExtractor, text: str, expected: list[str]) -> None:
    assert found(lexicon, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bệnh nhân tăng huyết áp, dùng amoxicillin.", ["D:tăng huyết áp", "C:amoxicillin"]),
        ("đái tháo đường (ĐTĐ); ĐTĐ nặng", ["D:đái tháo đường", "D:ĐTĐ", "D:ĐTĐ"]),
        ("bên hồ", []),
        ("thuốc kháng lao, vi khuẩn lao, lao động, bệnh viện lao", ["C:thuốc kháng lao"]),
        ("nhịp nhanh xoang", ["D:nhịp nhanh xoang"]),
        ("BỆNH NHÂN THA, DÙNG METFORMIN", ["D:THA", "C:METFORMIN"]),
        # typed without diacritics: all of the text, names of several syllables
        (
            "benh nhan bi tang huyet ap, dai thao duong, dung metformin",
            ["D:tang huyet ap", "D:dai thao duong", "C:metformin"],
        ),
        ("bệnh nhân bi tang huyet ap", []),
        ("nguoi lao cong di lam", []),
    ],
)
def test_vietnamese(lexicon: LexiconExtractor, text: str, expected: list[str]) -> None:
    assert found(lexicon, text, "vi") == expected


def test_uncertain_language_uses_all_names(lexicon: LexiconExtractor) -> None:
    assert found(lexicon, "aspirin, tăng huyết áp", "und") == ["C:aspirin", "D:tăng huyết áp"]


def test_uncertain_text_without_diacritics_is_read_as_vietnamese_only_if_it_looks_like_it(
    lexicon: LexiconExtractor,
) -> None:
    assert found(lexicon, "dau dau, kho tho", "und") == ["D:dau dau", "D:kho tho"]
    assert found(lexicon, "The words dau dau stand in an otherwise English sentence", "und") == []


def test_labels_are_those_it_has_names_for(lexicon: LexiconExtractor) -> None:
    assert lexicon.labels(SCHEMA, "en") == {"Chemical": "CHEM", "Disease": "DISO"}
    only_own = Schema(name="own", description="x", entities=(EntityType(name="Mood", description="A mood."),))
    assert lexicon.labels(only_own, "en") == {}
    genes = Schema(
        name="g", description="x", entities=(EntityType(name="G", description="A gene.", semantic_group="GENE"),)
    )
    assert lexicon.labels(genes, "vi") == {}
    assert found(lexicon, "x") == []
    assert not lexicon.extract(ExtractionRequest("aspirin", genes, "vi")).mentions


def test_mentions_say_who_found_them(lexicon: LexiconExtractor) -> None:
    (mention,) = lexicon.extract(ExtractionRequest("aspirin", SCHEMA)).mentions
    assert mention.provenance.extractor == lexicon.name == "lexicon"
    assert mention.provenance.model == lexicon.model == load_terminology().version
    assert mention.confidence is not None
    (mention,) = lexicon.extract(ExtractionRequest("aspirin", SCHEMA, "vi")).mentions
    assert mention.confidence is None


def test_users_can_bring_their_own_names_and_rules() -> None:
    rows = [ConceptRow("T:1", "DISO", "Zork", trees=("X1.1",)), ConceptRow("T:2", "DISO", "Blorb", trees=("X1.1.5",))]
    table = small_terminology(rows, {"en": [AddedName("grel", "DISO")]})
    rules = LexiconRules(stop={("en", "DISO", "grel")}, scope={"X1": False, "X1.1.5": True})
    assert found(LexiconExtractor(table, rules), "zork blorb grel") == ["D:blorb"]
    assert found(LexiconExtractor(table, LexiconRules()), "zork blorb grel") == ["D:zork", "D:blorb", "D:grel"]


def test_every_stop_term_is_a_name_of_the_terminology() -> None:
    table = load_terminology()
    stopped = load_rules().stop
    known = {
        (language, group, name.key)
        for language, group in {term[:2] for term in stopped}
        for name in table.names(group, language)
    }
    assert stopped <= known


PIECES = ["renal", "failure", "(RF)", ",acute", "aspirin's", "NO", "-", "[3H]", "\u03b2", "\n."]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_mentions_are_grounded_ordered_and_apart(text: str) -> None:
    mentions = LEXICON.extract(ExtractionRequest(text, SCHEMA)).mentions
    ends = [0, *(mention.end for mention in mentions)]
    assert all(mention.start >= end for mention, end in zip(mentions, ends, strict=False))
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)


LEXICON = LexiconExtractor(load_terminology())


@pytest.mark.parametrize("unit", ["renal ", "(", "a", "N-", "alpha beta (AB) ", "a\u0301", "\x00\u202e"])
def test_hostile_text_takes_linear_time(lexicon: LexiconExtractor, unit: str) -> None:
    started = time.perf_counter()
    lexicon.extract(ExtractionRequest(unit * (50_000 // len(unit)), SCHEMA))
    assert time.perf_counter() - started < 5
