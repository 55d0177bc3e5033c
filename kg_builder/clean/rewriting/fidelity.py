"""The deterministic check that decides whether a rewriting is accepted: no fact lost, added or changed."""

from __future__ import annotations

from kg_builder.clean.rewriting.coverage import passage_differences, truncated
from kg_builder.clean.rewriting.denials import denial_differences
from kg_builder.clean.rewriting.differences import LOST, TRUNCATED, Texts, issue, quantity_differences
from kg_builder.clean.rewriting.names import Recognize, name_differences
from kg_builder.clean.rewriting.owners import swapped_numbers
from kg_builder.clean.rewriting.quantities import read_quantities
from kg_builder.clean.rewriting.short_forms import parted, settle
from kg_builder.clean.rewriting.turns import turned_numbers
from kg_builder.clean.rewriting.vocabulary import word_differences
from kg_builder.clean.rewriting.wording import wording_differences
from kg_builder.clean.rewriting.words import raw_words, uniform
from kg_builder.records import Issue


def fact_differences(source: str, rewrite: str, *, recognize: Recognize, complete: bool = True) -> list[Issue]:
    """What the rewriting lost, added or changed, in sentences that a model can act on; empty: nothing.

    `complete`: False where the model stopped at its limit. Codes: ``fact-lost``, ``fact-added``,
    ``fact-changed``, ``truncated-rewrite``.
    """
    if not complete:
        return [issue(TRUNCATED, "The rewriting was cut at the limit of tokens.")]
    if not rewrite.strip():
        return [issue(LOST, "The rewriting is empty.")] if source.strip() else []
    texts = _read(source, rewrite)
    cut = truncated(texts)
    return [
        *([cut] if cut else []),
        *quantity_differences(texts),
        *swapped_numbers(texts),
        *turned_numbers(texts),
        *wording_differences(texts),
        *denial_differences(texts),
        *name_differences(texts, recognize),
        *passage_differences(texts),
        *word_differences(texts),
    ]


def _read(source: str, rewrite: str) -> Texts:
    before, after = raw_words(source, rewrite), raw_words(rewrite, source)
    before, after = parted(before, after), parted(after, before)
    settled_source, settled_rewrite = settle(before, after), settle(after, before)
    spelled = settled_source.replaced | settled_rewrite.replaced
    words = tuple(uniform(settled_source.words)), tuple(uniform(settled_rewrite.words))
    quantities = read_quantities(source, words[0]), read_quantities(rewrite, words[1])
    return Texts(source, rewrite, *words, quantities, spelled)
