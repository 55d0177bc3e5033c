"""Words with a tag each (BIO, BIOES or IO) to a text and its mentions.

The text is the words with blanks between. Vietnamese corpora write the syllables of a word with underscores
(``bệnh_nhân``): these become blanks again, as people write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kg_builder.corpora.gold import make_mention
from kg_builder.corpora.records import GoldDocument
from kg_builder.records import Document, Metadata

OUTSIDE = frozenset({"", "O", "o"})
_PREFIXES = "BIESLU"
_STARTS, _ENDS = frozenset("BSU"), frozenset("ESLU")

WordSpan = tuple[int, int, str]
"""First and last word, both in the span, and its type."""


def word_document(words: Sequence[str], spans: Iterable[WordSpan], *, id: str, source: str) -> GoldDocument:
    """A gold document of the words. Raises BadAnnotationError for a span without a type."""
    shown = [_spelled(word) for word in words]
    starts = [0]
    for word in shown:
        starts.append(starts[-1] + len(word) + 1)
    text = " ".join(shown)
    mentions = tuple(
        make_mention(text, [(starts[first], starts[last] + len(shown[last]))], label) for first, last, label in spans
    )
    return GoldDocument(Document(id=id, text=text, metadata=Metadata(source=source)), mentions)


def tagged_spans(tags: Iterable[str]) -> Iterator[WordSpan]:
    """The spans that tags of successive words tell; words of one type without prefixes are one span."""
    first, label, last = -1, "", -1
    for place, tag in enumerate(tags):
        prefix, kind = _parts(tag)
        if label and (kind != label or prefix in _STARTS):
            yield first, last, label
            label = ""
        if kind and not label:
            first, label = place, kind
        last = place
        if label and prefix in _ENDS:
            yield first, last, label
            label = ""
    if label:
        yield first, last, label


def _parts(tag: str) -> tuple[str, str]:
    """Prefix and type; both empty outside."""
    if tag in OUTSIDE:
        return "", ""
    prefix, dash, label = tag.partition("-")
    return (prefix, label) if dash and len(prefix) == 1 and prefix in _PREFIXES else ("", tag)


def _spelled(word: str) -> str:
    """The word with blanks for the underscores between its syllables, white space folded."""
    return " ".join(word.replace("_", " ").split()) or word.strip() or "_"
