"""The extractor over a classifier that knows words by heart: types, labels that mean more, long texts."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_windows import Scores
from kg_builder.extract.token_classifier.extractor import TokenClassifierExtractor
from kg_builder.protocols import ExtractionRequest, Normalizer
from kg_builder.records import Concept
from kg_builder.schemas import builtin_schema
from kg_builder.testing import TableNormalizer

CHEMICAL, FUNCTION, FINDING, PLACE = (
    "['Chemicals & Drugs', 'Chemical']",
    "['Phenomena', 'Biologic Function']",
    "['Disorders', 'Finding']",
    "['Concepts & Ideas', 'Spatial Concept']",
)
KNOWN = {
    "cisplatin": CHEMICAL,
    "acute": FUNCTION,
    "nephrotoxicity": FUNCTION,
    "apoptosis": FUNCTION,
    "fatigue": FINDING,
    "bilateral": PLACE,
    "sốt": FINDING,
}
NEPHROTOXICITY = Concept(id="MESH:D007674", name="Kidney Diseases", type="Disease")
CASPASE = Concept(id="MESH:D020169", name="Caspases", type="Chemical")
TEXT = "Cisplatin: bilateral nephrotoxicity, fatigue, apoptosis."
Form = Literal["NFC", "NFD"]


class WordList:
    """Labels words by a table; reads 16 pieces at once. A real implementation of the seam, without a network."""

    model = "words@1"
    labels: Sequence[str] = ("None", *dict.fromkeys(KNOWN.values()))
    languages = frozenset({"en"})
    window = 16

    def __init__(self) -> None:
        words = ["[UNK]", "[CLS]", "[SEP]", *KNOWN]
        vocabulary = {word: number for number, word in enumerate(words)}
        self.tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))  # type: ignore[arg-type, call-arg, unused-ignore]
        from tokenizers.normalizers import NFC, Lowercase
        from tokenizers.normalizers import Sequence as InOrder

        self.tokenizer.normalizer = InOrder([NFC(), Lowercase()])  # type: ignore[assignment, unused-ignore]
        self.tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # type: ignore[assignment, unused-ignore]
        self.tokenizer.post_processor = processors.TemplateProcessing(  # type: ignore[assignment, unused-ignore]
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
        )
        self._columns = [0, 0, 0, *(self.labels.index(label) for label in KNOWN.values())]

    def scores(self, windows: Sequence[Sequence[int]]) -> Sequence[Scores]:
        assert all(len(window) <= self.window for window in windows)
        rows = [np.full((len(window), len(self.labels)), 0.01, np.float32) for window in windows]
        for of_window, window in zip(rows, windows, strict=True):
            of_window[np.arange(len(window)), [self._columns[piece] for piece in window]] = 0.97
        return [np.log(of_window) for of_window in rows]


def extractor(normalizer: Normalizer | None = None) -> TokenClassifierExtractor:
    return TokenClassifierExtractor(WordList(), ModelSettings(source="hf:words"), name="mine", normalizer=normalizer)


def test_its_labels_are_named_as_the_schema_names_them() -> None:
    own = extractor(TableNormalizer())
    assert own.labels(builtin_schema("medmentions-21"), "en") == {
        "Chemical": "CHEM",
        "BiologicFunction": "DISO",
        "Finding": "DISO",
        "SpatialConcept": "CONC",
    }
    assert own.languages == {"en"}
    assert (own.model, own.remote, own.deterministic) == ("words@1", False, True)


def test_all_that_is_found_is_given_whatever_is_asked_for() -> None:
    found = extractor().extract(ExtractionRequest(TEXT, builtin_schema("medmentions-21")))
    assert [(one.text, one.type) for one in found.mentions] == [
        ("Cisplatin", "Chemical"),
        ("bilateral", "SpatialConcept"),
        ("nephrotoxicity", "BiologicFunction"),
        ("fatigue", "Finding"),
        ("apoptosis", "BiologicFunction"),
    ]
    assert all(one.confidence == pytest.approx(0.97) for one in found.mentions)


def test_a_label_that_means_more_than_the_type_needs_a_link() -> None:
    table = TableNormalizer({"nephrotoxicity": NEPHROTOXICITY, "apoptosis": CASPASE})
    found = extractor(table).extract(ExtractionRequest(TEXT, builtin_schema("chemical-disease")))
    assert [one.text for one in found.mentions] == ["Cisplatin", "bilateral", "nephrotoxicity"]
    assert [(one.text, one.type, one.issues[0].code) for one in found.rejects] == [
        ("fatigue", "Disease", "type-mismatch"),
        ("apoptosis", "Disease", "type-mismatch"),
    ]


def test_without_a_linker_no_such_label_becomes_the_type() -> None:
    own, schema = extractor(), builtin_schema("chemical-disease")
    found = own.extract(ExtractionRequest(TEXT, schema))
    assert [one.text for one in found.mentions] == ["Cisplatin", "bilateral"]
    assert len(found.rejects) == 3
    assert own.labels(schema, "en")["BiologicFunction"] is None


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_decomposed_text_gives_the_same_mentions(form: Form) -> None:
    text = unicodedata.normalize(form, "Bệnh nhân sốt sau cisplatin, sốt lại.")
    found = extractor().extract(ExtractionRequest(text, builtin_schema("medmentions-21"))).mentions
    assert [unicodedata.normalize("NFC", one.text) for one in found] == ["sốt", "cisplatin", "sốt"]
    assert all(text[one.start : one.end] == one.text for one in found)


def test_long_texts_give_what_their_parts_give() -> None:
    text = " ".join([TEXT] * 50)
    found = extractor().extract(ExtractionRequest(text, builtin_schema("medmentions-21"))).mentions
    assert len(found) == 250
    assert [one.text for one in found[:5]] * 50 == [one.text for one in found]


@given(st.text(max_size=80) | st.lists(st.sampled_from([*KNOWN, "\ud800", "\u0301", "💊", "—", "\x00"])).map(" ".join))
def test_any_text_gives_grounded_mentions(text: str) -> None:
    found = extractor().extract(ExtractionRequest(text, builtin_schema("medmentions-21"))).mentions
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
