"""The shipped tagger, loaded once for all tests."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.extract.tagger.model import TaggerModel, load_tagger
from kg_builder.extract.tagger.tagger import TaggerExtractor
from kg_builder.terminology.shipped import load_terminology


@pytest.fixture(scope="session")
def model() -> TaggerModel:
    return load_tagger()


@pytest.fixture(scope="session")
def tokenizer(model: TaggerModel) -> Tokenizer:
    return model.tokenizer


@pytest.fixture(scope="session")
def tagger(model: TaggerModel) -> TaggerExtractor:
    return TaggerExtractor(model, LexiconExtractor(load_terminology()), threads=1)
