"""Answers held to a JSON schema by llguidance: tokens that would break it can't be chosen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy
import torch

from kg_builder.backends.transformers_loading import require
from kg_builder.errors import SettingsError

LAYOUT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""How `json.dumps` writes, so that forced and trained layout agree."""


class JsonConstraints:
    """Makes constraints for one tokenizer, whose tables take a second to build."""

    def __init__(self, tokenizer: Any, end_tokens: frozenset[int], vocabulary: int) -> None:
        require(("llguidance",), "Holding answers to a JSON schema")
        from llguidance.hf import from_tokenizer

        self._tables = from_tokenizer(tokenizer, n_vocab=vocabulary, eos_token=sorted(end_tokens))

    def constraint(self, schema: Mapping[str, Any]) -> JsonConstraint:
        """A fresh constraint, for one answer. Raises SettingsError for a schema that can't be kept to."""
        from llguidance import LLMatcher

        matcher = LLMatcher(self._tables, _grammar(json.dumps(schema)))
        if matcher.is_error():
            raise SettingsError(f"JSON schema that answers can't be held to: {matcher.get_error()}")
        return JsonConstraint(matcher)


class JsonConstraint:
    """Follows one answer."""

    def __init__(self, matcher: Any) -> None:
        self._matcher = matcher

    @property
    def finished(self) -> bool:
        """True: the answer is whole."""
        return bool(self._matcher.is_stopped())

    def mask(self, logits: torch.Tensor) -> None:
        """Set the logits of tokens that may not follow to minus infinity, in place."""
        bits = numpy.frombuffer(self._matcher.compute_bitmask(), dtype=numpy.uint8)
        allowed = numpy.unpackbits(bits, bitorder="little")[: len(logits)].astype(bool)
        logits[: len(allowed)][torch.from_numpy(~allowed).to(logits.device)] = float("-inf")
        logits[len(allowed) :] = float("-inf")

    def take(self, token: int) -> None:
        """The token that was chosen."""
        self._matcher.consume_token(token)


@lru_cache(maxsize=64)
def _grammar(schema: str) -> str:
    from llguidance import LLMatcher

    grammar: str = LLMatcher.grammar_from_json_schema(schema, defaults=LAYOUT)
    return grammar
