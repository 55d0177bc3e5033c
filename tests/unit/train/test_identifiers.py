"""Notes with made-up identifiers: places, labels, and what is kept apart from what."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

pytest.importorskip("faker")
pytest.importorskip("torch")

from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.privacy.identifiers import Identifier, Kind
from kg_builder.privacy.learned.features import read_words
from kg_builder.privacy.learned.model import load_model
from kg_builder.privacy.words import folded, words
from kg_builder.train.identifiers.coverage import ALL, coverage
from kg_builder.train.identifiers.examples import labels
from kg_builder.train.identifiers.made_up import Maker, TrainingMaker, VietnameseMaker, half
from kg_builder.train.identifiers.network import KINDS
from kg_builder.train.identifiers.notes import notes_of
from kg_builder.train.identifiers.planting import (
    KINDS as SLOTS,
)
from kg_builder.train.identifiers.planting import (
    SLOT,
    Planted,
    carriers,
    planted_note,
    stretch_of,
    whole_notes,
)

FOLDER = files("kg_builder.train.identifiers").joinpath("carriers")
ENGLISH = ("dictation", "ward", "letters", "stories", "reports", "rounds", "numbers", "plain", "makers")
HELD_BACK = ("held_back/transcribed", "held_back/dictated", "held_back/free")
VIETNAMESE = (
    "vietnamese",
    "vietnamese_stations",
    "vietnamese_reading",
    "vietnamese_wards",
    "held_back/vietnamese",
)
NOTE = "The wound was clean. He walked home. The pain has gone. There is no fever. All is well.\n" * 3


@pytest.mark.parametrize("name", [*ENGLISH, *HELD_BACK, *VIETNAMESE])
def test_carriers_have_known_slots_and_no_identifier_of_their_own(name: str) -> None:
    written = carriers(name)
    parts = {"note"} if name in VIETNAMESE else {"header", "sentence", "footer"}
    assert set(written) == parts
    numbers = r"\d/\d+/\d\d|@\w" if name == "makers" else r"\d{5}|\d/\d+/\d\d|@\w"  # those have product numbers
    for line in (line for part in parts for line in written[part]):
        assert {slot[1] for slot in SLOT.finditer(line)} <= {*SLOTS, "title"}
        assert not re.search(numbers, SLOT.sub("", line)), line


def test_no_sentence_is_in_two_files() -> None:
    lines = [line for name in (*ENGLISH, *HELD_BACK) for line in carriers(name)["sentence"]]
    assert len(lines) == len(set(lines))


def test_training_and_evaluation_share_no_note() -> None:
    texts = [f"note {number}" for number in range(800)]
    one, other = notes_of(texts, "train"), notes_of(texts, "held_back")
    assert not set(one) & set(other)
    assert sorted(one + other) == sorted(texts)


@given(st.integers(0, 10_000))
@settings(max_examples=10)
def test_names_of_the_evaluation_are_unlisted_and_not_those_of_training(seed: int) -> None:
    make, training = Maker(["en_US", "fr_FR"], seed), TrainingMaker(["en_US", "fr_FR"], seed)
    for _ in range(20):
        name = make("surname")
        assert half(name) == "held_back"
        assert not any(words().known(folded(part)) for part in re.split(r"[\s\-]", name))
        assert training("name")


@given(st.integers(0, 10_000), st.sampled_from([*ENGLISH, *HELD_BACK]))
@settings(max_examples=30)
def test_places_are_those_of_the_values_and_the_note_is_kept(seed: int, name: str) -> None:
    note = planted_note(NOTE, carriers(name), TrainingMaker(["en_US", "de_AT"], seed), 4)
    assert "".join(note.text[start:end] for start, end in note.own) == NOTE
    done = 0
    for start, end, kind in note.places:
        assert done <= start < end
        assert kind in {one.value for one in Kind}
        done = end
    make = VietnameseMaker(seed)
    assert all(one.places for one in whole_notes(carriers("held_back/vietnamese"), make, "vi"))


@given(st.integers(0, 10_000), st.sampled_from(ENGLISH))
@settings(max_examples=20)
def test_exactly_the_words_of_identifiers_are_labelled(seed: int, name: str) -> None:
    note = planted_note(NOTE, carriers(name), TrainingMaker(["en_US", "nl_NL"], seed), 3)
    read = read_words(load_model().tokenizer, note.text, ())
    for (start, end), (label,) in zip(read.spans, labels(note, read), strict=True):
        kinds = {kind for first, last, kind in note.places if first < end and start < last}
        assert (KINDS[label - 1].value in kinds) if label else not kinds


def test_stretches_are_cut_between_words() -> None:
    import random

    for seed in range(30):
        part = stretch_of(NOTE, 60, random.Random(seed))
        assert len(part) <= 60
        assert f" {part} " in f" {NOTE} " or part in NOTE


def test_coverage_counts_letters_and_digits_by_kind() -> None:
    note = Planted("Mr. Okoro-Lund, 12/3", [(4, 14, "NAME"), (16, 20, "DATE")])
    counted, missed = coverage([(note, [Identifier(4, 9, Kind.NAME, "test")])])
    assert counted["NAME"].recall == 5 / 9
    assert counted["NAME"].whole == 0
    assert counted["DATE"].recall == 0
    assert counted[ALL].identifiers == 2
    assert [one.kind for one in missed] == ["NAME", "DATE"]
