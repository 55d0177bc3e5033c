"""The shipped Vietnamese model, loaded once for all tests."""

from __future__ import annotations

import pytest

from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.extract.vietnamese.extractor import VietnameseExtractor
from kg_builder.extract.vietnamese.model import SequenceModel, load_model
from kg_builder.terminology.shipped import load_terminology


@pytest.fixture(scope="session")
def model() -> SequenceModel:
    return load_model()


@pytest.fixture(scope="session")
def dictionary() -> LexiconExtractor:
    return LexiconExtractor(load_terminology())


@pytest.fixture(scope="session")
def vietnamese(model: SequenceModel, dictionary: LexiconExtractor) -> VietnameseExtractor:
    return VietnameseExtractor(model, dictionary)
