"""From what a model wrote to the exact characters of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from kg_builder.answers.folding import folded_form
from kg_builder.answers.items import AnswerItem
from kg_builder.answers.occurrences import Span, first_occurrence, occurrences
from kg_builder.records import Issue, Mention, Provenance, Reject

_LONGEST_QUOTED = 200
"""Characters of an item that a reject keeps: a model that runs away writes long ones."""
_SEPARATORS = re.compile(r"[\W_]+")
_AROUND = "\x00 \t\r\n.,;:!?\"'`*\u201c\u201d\u2018\u2019\u2026"
_REMARK = re.compile(r"[(\[][^()\[\]]*[)\]]$")
_ELLIPSIS = re.compile(r"[\[(]?(?:\.{3,}+|\u2026)[\])]?")


def align_items(
    items: Sequence[AnswerItem],
    text: str,
    *,
    provenance: Provenance,
    confidence: Callable[[AnswerItem], float | None] | None = None,
    labels: Collection[str] | None = None,
    fold_case: bool = True,
) -> tuple[list[Mention], list[Reject]]:
    """Mentions in the order of the items, and a reject for every item that gives none.

    The n-th item of a form is its n-th occurrence as whole words, those that read exactly like it first; an item
    that copies the text says which one it is. When the occurrences have run out, a further item of another type
    shares the first one, and one of the same type is a reject ``duplicate``; what isn't there at all is
    ``not-in-text``. Mentions may overlap.

    `labels`: those that may be given. An item's type that equals one but for case, blanks, hyphens and underscores
    becomes it, and so does an empty type where there is only one label. Other types stay as they are.
    """
    places = _Places(text, fold_case=fold_case)
    names = _names(tuple(labels)) if labels else {}
    mentions: list[Mention] = []
    rejects: list[Reject] = []
    known: dict[tuple[str, str], Reject] = {}
    for item in items:
        type_ = names.get(_folded_label(item.type), item.type) if names else item.type
        span = places.take(item, type_)
        if span is None:
            again = item.text, type_  # a model that runs away is rejected for one reason many times
            if again not in known:
                known[again] = _rejected(item, type_, seen=places.seen(item))
            rejects.append(known[again])
            continue
        start, end = span
        mentions.append(
            Mention(
                start=start,
                end=end,
                text=text[start:end],
                type=type_,
                confidence=confidence(item) if confidence else None,
                provenance=provenance,
            )
        )
    return mentions, rejects


def find_evidence(evidence: str, text: str) -> Span | None:
    """Half-open offsets of a quotation in the text, or None. Where words were left out (…) it spans them too."""
    if not evidence:
        return None
    for quoted in _shorter(evidence):
        if (span := first_occurrence(text, quoted, fold_case=True)) is not None:
            return span
    parts = [part.strip() for part in _ELLIPSIS.split(evidence.strip(_AROUND)) if part.strip()]
    if len(parts) < 2:
        return None
    spans = [first_occurrence(text, part, fold_case=True) for part in parts]
    found = [span for span in spans if span is not None]
    if len(found) < len(spans) or found != sorted(found):
        return None
    return found[0][0], found[-1][1]


_Taken = dict[Span, list[str]]
"""The occurrences taken, with the types given to each."""


class _Places:
    """Gives the occurrences of forms in one text, each once."""

    __slots__ = ("_fold_case", "_forms", "_taken", "_text")

    def __init__(self, text: str, *, fold_case: bool) -> None:
        self._text = text
        self._fold_case = fold_case
        self._forms: dict[str, _Form | None] = {}
        self._taken: dict[str, _Taken] = {}
        """By folded form."""

    def take(self, item: AnswerItem, type_: str) -> Span | None:
        """The item's next occurrence."""
        form = self._form(item.text)
        if form is None:
            return None
        taken = form.taken
        span = None if item.occurrence is None else form.marked(item.occurrence)
        if span is None or type_ in taken.get(span, ()):
            span = form.next()
        if span is not None:
            taken.setdefault(span, []).append(type_)
            return span
        for shared, types in taken.items():
            if type_ not in types:
                types.append(type_)
                return shared
        return None

    def seen(self, item: AnswerItem) -> bool:
        """Whether the item's form is in the text."""
        return self._form(item.text) is not None

    def _form(self, written: str) -> _Form | None:
        """The form as it is found in the text: as written, else without what a model may have put around it."""
        if written not in self._forms:
            self._forms[written] = self._found(written)
        return self._forms[written]

    def _found(self, written: str) -> _Form | None:
        for form in _shorter(written):
            if (first := first_occurrence(self._text, form, fold_case=self._fold_case)) is not None:
                taken = self._taken.setdefault(folded_form(form, self._fold_case).tight, {})
                return _Form(self._text, form, first, taken, fold_case=self._fold_case)
        return None


class _Form:
    """The occurrences of one form, found as they are needed."""

    __slots__ = ("_fold_case", "_form", "_found", "_more", "_place", "_text", "taken")

    def __init__(self, text: str, form: str, first: Span, taken: _Taken, *, fold_case: bool) -> None:
        self.taken = taken
        self._text, self._form, self._fold_case = text, form, fold_case
        self._place = 0
        self._found = [first]
        self._more: Iterator[Span] | None = None

    def next(self) -> Span | None:
        """The first occurrence that isn't taken."""
        while self._place < len(self._found) or self._reach(self._place + 1):
            span = self._found[self._place]
            self._place += 1
            if span not in self.taken:
                return span
        return None

    def marked(self, place: int) -> Span | None:
        """The occurrence that a copy of the text marks."""
        return self._found[place] if self._reach(place + 1) else None

    def _reach(self, count: int) -> bool:
        """Whether there are that many occurrences."""
        while len(self._found) < count:
            if self._more is None:
                self._more = islice(occurrences(self._text, self._form, fold_case=self._fold_case), 1, None)
            if (span := next(self._more, None)) is None:
                return False
            self._found.append(span)
        return True


def _shorter(written: str) -> Iterator[str]:
    """As it is, without punctuation and quotation marks around it, without a remark in brackets at its end."""
    form = written.strip()
    if not form:
        return
    yield form
    bare = form.strip(_AROUND)
    if bare and bare != form:
        yield bare
    unremarked = _REMARK.sub("", bare).strip(_AROUND)
    if unremarked and unremarked != bare:
        yield unremarked


@lru_cache(maxsize=64)
def _names(labels: tuple[str, ...]) -> Mapping[str, str]:
    names = {_folded_label(label): label for label in labels}
    return names | {"": labels[0]} if len(labels) == 1 else names


@lru_cache(maxsize=1024)
def _folded_label(label: str) -> str:
    return _SEPARATORS.sub("", label).casefold()


def _rejected(item: AnswerItem, type_: str, *, seen: bool) -> Reject:
    quoted = item.text[:_LONGEST_QUOTED].encode("utf-8", "replace").decode()
    if seen:
        issue = Issue(code="duplicate", message=f"'{quoted}' is given more often than it is in the text.")
    else:
        issue = Issue(code="not-in-text", message=f"'{quoted}' is not in the text; copy it exactly as it stands there.")
    return Reject(kind="mention", type=type_, text=quoted, issues=(issue,))
