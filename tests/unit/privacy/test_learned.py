"""The model beside the rules: what it is told, what becomes of its scores, and what only it finds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import ModelError
from kg_builder.privacy.clinical import clinical_names
from kg_builder.privacy.detector import Detector, rules_and_model
from kg_builder.privacy.identifiers import Kind
from kg_builder.privacy.learned.features import CLINICAL, LINE, LISTED, SHAPE, WIDTHS, read_words
from kg_builder.privacy.learned.finder import LearnedFinder, stretches
from kg_builder.privacy.learned.forms import holds
from kg_builder.privacy.learned.model import MODEL, SETTINGS, TOKENIZER, load_model
from kg_builder.terminology.shipped import load_terminology

KINDS = tuple(Kind)


@pytest.fixture(scope="module")
def detector() -> Detector:
    return rules_and_model(load_terminology())


def found(detector: Detector, text: str, kind: Kind = Kind.NAME, language: str = "en") -> list[str]:
    return [text[one.start : one.end] for one in detector.find(text, language) if one.kind is kind]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bowels opened this morning, so Okonjo wants to go home before lunch.", "Okonjo"),
        ("The bed by the window is where Vandermolen has been sleeping.", "Vandermolen"),
        ("Insulin was drawn up by Brightwater and checked by the second nurse.", "Brightwater"),
        ("Sharp ate half of the breakfast and asked for more tea.", "Sharp"),
        ("Stairs managed twice today, Thistlewood supervising.", "Thistlewood"),
        ("We left it that Tadeusz would ring the ward if the pain returned.", "Tadeusz"),
    ],
)
def test_names_that_nothing_but_the_sentence_tells(detector: Detector, text: str, name: str) -> None:
    assert found(detector, text) == [name]


@pytest.mark.parametrize(
    ("text", "kind", "identifier"),
    [
        ("Her tissue went to the other laboratory under 4471982.", Kind.RECORD, "4471982"),
        ("Everything is filed under KX-20417 in the cabinet.", Kind.RECORD, "KX-20417"),
        ("After the divorce she moved to Netherbridge and found work there.", Kind.ADDRESS, "Netherbridge"),
    ],
)
def test_numbers_and_places_that_nothing_but_the_sentence_tells(
    detector: Detector, text: str, kind: Kind, identifier: str
) -> None:
    assert found(detector, text, kind) == [identifier]


def test_vietnamese_names_without_a_title(detector: Detector) -> None:
    assert found(detector, "Sáng nay Sương ăn được nửa bát cháo, hết sốt.", language="vi") == ["Sương"]


def test_what_the_model_finds_is_hidden_wherever_it_stands(detector: Detector) -> None:
    text = "Supper was eaten by Vandermolen alone.\n\nPLAN\n1. Vandermolen: home.\n2. Doppler of both legs."
    assert found(detector, text) == ["Vandermolen", "Vandermolen"]


def test_a_word_that_is_clinical_may_be_part_of_a_name() -> None:
    recognize = clinical_names(load_terminology())
    both = Detector(recognize, LearnedFinder(load_model()))
    assert found(both, "COMPLICATIONS: None.\nO'Daly understands the plan and agrees.") == ["O'Daly"]
    assert found(both, "The interpreter (Wolfram Mentzel) was present. A #15 scalpel.") == ["Wolfram Mentzel"]


def test_clinical_names_are_none() -> None:
    recognize = clinical_names(load_terminology())
    both = Detector(recognize, LearnedFinder(load_model()))
    texts = [
        "Parkinson disease was diagnosed, then Graves disease. Wilson disease and Alzheimer disease were excluded.",
        "Babinski negative. Foley out, Hemovac in. Metoprolol, Lasix and Coumadin as before.",
        "PATIENT WAS TREATED WITH INJ FUROSEMIDE 40 MG IV BD,TAB DIGOXIN 0.25 MG OD.",
        "Nodule of 8x20x17mm in the left lobe; stone 12x9mm, graft 1.5x3 cm, mesh 10 x 15.",
        "Kocher incision; Metzenbaum scissors; Bovie on coag; 3-0 Vicryl to skin, Steri-Strips over it.",
    ]
    for text in texts:
        assert both.find(text, "en") == []


@pytest.mark.parametrize(
    ("text", "said", "kind", "expected"),
    [
        ("Diagnosed in 2008 there.", "2008", Kind.DATE, False),
        ("Vision 20/25 on the left.", "20/25", Kind.DATE, False),
        ("Operated in 07/06 there.", "07/06", Kind.DATE, True),
        ("Seen in late October again.", "October", Kind.DATE, True),
        ("Khám vào tháng 6 tới.", "tháng 6", Kind.DATE, True),
        ("Turned 101 in spring.", "101", Kind.AGE, True),
        ("Turned 89 in spring.", "89", Kind.AGE, False),
        ("The next was case 95.", "95", Kind.AGE, False),
        ("Mother measured 103 degrees.", "103", Kind.AGE, False),
        ("Nodule of 8x20x17mm there.", "8x20x17mm", Kind.DEVICE, False),
        ("Drained by Scott cannula.", "Scott", Kind.NAME, False),
        ("THEN DE QUERVAIN'S RELEASE.", "DE QUERVAIN", Kind.NAME, False),
        ("Infusions on Tuesdays only.", "Tuesdays", Kind.ADDRESS, False),
        ("City, State follows.", "City, State", Kind.ADDRESS, False),
        ("Moved to North Carolina.", "North Carolina", Kind.ADDRESS, False),
        ("Born at Medina General Hospital.", "Medina", Kind.ADDRESS, False),
        ("Mr. X agrees.", "X", Kind.NAME, False),
        ("See the slip of paper.", "slip", Kind.NAME, False),
        ("Bed 12 is free.", "12", Kind.RECORD, False),
    ],
)
def test_what_the_form_forbids(text: str, said: str, kind: Kind, expected: bool) -> None:
    start = text.index(said)
    assert holds(text, start, start + len(said), kind, ()) is expected


def test_words_are_told_with_lists_shape_lines_and_clinical_names() -> None:
    text = "Mary took aspirin.\n\nOKORO slept."
    start = text.index("aspirin")
    words = read_words(load_model().tokenizer, text, [(start, start + 7)])
    said = [text[first:last] for first, last in words.spans]
    rows = dict(zip(said, words.features, strict=True))
    assert rows["Mary"][LISTED] != rows["OKORO"][LISTED]
    assert rows["aspirin"][CLINICAL] == 1
    assert rows["OKORO"][LINE] == 2
    assert rows["Mary"][SHAPE] != rows["OKORO"][SHAPE] != rows["slept"][SHAPE]
    assert (words.features < np.array(WIDTHS)).all()


@given(
    text=st.text(alphabet=st.sampled_from("aAbB1., \n-'é"), max_size=60),
    scores=st.lists(st.floats(0, 1), min_size=60, max_size=60),
)
def test_stretches_are_ordered_apart_and_begin_and_end_with_a_letter_or_digit(text: str, scores: list[float]) -> None:
    words = read_words(load_model().tokenizer, text, ())
    probabilities = np.zeros((len(words.spans), 1 + len(KINDS)), dtype=np.float32)
    for place in range(len(words.spans)):
        probabilities[place, 0] = 1 - scores[place]
        probabilities[place, 1 + place % 2] = scores[place]
    done = 0
    for one in stretches(text, words, probabilities, KINDS, 0.5):
        assert done <= one.start < one.end
        assert text[one.start].isalnum()
        assert text[one.end - 1].isalnum()
        assert "\n" not in text[one.start : one.end]
        assert one.probability >= 0.5
        done = one.end


def test_a_damaged_folder_is_refused(tmp_path: Path) -> None:
    source = load_model().directory
    for name in (MODEL, TOKENIZER, SETTINGS):
        shutil.copy(source / name, tmp_path / name)
    load_model(tmp_path)
    (tmp_path / TOKENIZER).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(tmp_path)
    described = json.loads((tmp_path / SETTINGS).read_text(encoding="utf-8"))
    (tmp_path / SETTINGS).write_text(json.dumps(described | {"feature_values": [1]}), encoding="utf-8")
    with pytest.raises(ModelError, match="feature_values"):
        load_model(tmp_path)
    (tmp_path / SETTINGS).unlink()
    with pytest.raises(ModelError, match=SETTINGS):
        load_model(tmp_path)
