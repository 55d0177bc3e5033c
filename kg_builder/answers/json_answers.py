"""JSON answers as models write them: entities and relations under whatever keys and wrappers. Nothing here raises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg_builder.answers.answer_start import answer_start, thinks_to_the_end
from kg_builder.answers.items import AnswerItem, AnswerPair, ReadAnswer
from kg_builder.answers.json_fields import (
    EVIDENCE,
    ITEM_TYPE,
    LABEL_LIKE,
    OBJECT,
    PREDICATE,
    REMARKS,
    SUBJECT,
    TEXT,
    WRAPPERS,
    Fields,
    flat_item,
    flat_relation,
    fold_key,
)
from kg_builder.answers.json_values import DEEPEST, JsonValues, Pairs, Value, find_values
from kg_builder.answers.places import Places
from kg_builder.answers.reading_issues import PARTLY, REPEATING, TRUNCATED, unreadable, without_runaways
from kg_builder.records import Issue

_NO_LIST = unreadable('a JSON list of objects with "entity" and "type"')
_NO_RELATIONS = unreadable('a JSON list of objects with "subject", "predicate", "object" and "evidence"')


def read_json_items(answer: str, *, complete: bool = True) -> ReadAnswer:
    """The entities of an answer, in order. An empty list says that there are none; an empty answer says nothing.

    `complete`: False where the model stopped at its limit of tokens.
    """
    start, found = _values(answer)
    walk = _Entities(answer, start)
    items = walk.items_of(found.values)
    kept = without_runaways(items, lambda item: (item.text, item.type))
    issues = _issues(found, lost=walk.lost, ran_away=len(kept) < len(items), complete=complete)
    if not items and (issues or not found.values):
        return ReadAnswer(issues=_nothing_read(_NO_LIST, issues, answer, start, complete=complete), route="unreadable")
    return ReadAnswer(kept, issues=issues, route=found.route)


def read_json_relations(answer: str, *, complete: bool = True) -> ReadAnswer:
    """The relations of an answer, in order; else like `read_json_items`."""
    start, found = _values(answer)
    walk = _Relations(answer, start)
    for value in found.values:
        walk.visit(value, "", 0)
    pairs = walk.pairs
    kept = without_runaways(pairs, lambda pair: (pair.subject, pair.predicate, pair.object, pair.evidence))
    issues = _issues(found, lost=walk.lost, ran_away=len(kept) < len(pairs), complete=complete)
    if not pairs and (issues or not found.values):
        issues = _nothing_read(_NO_RELATIONS, issues, answer, start, complete=complete)
        return ReadAnswer(issues=issues, route="unreadable")
    return ReadAnswer(pairs=kept, issues=issues, route=found.route)


def _values(answer: str) -> tuple[int, JsonValues]:
    start = answer_start(answer)
    return start, find_values(answer, start)


def _issues(found: JsonValues, *, lost: bool, ran_away: bool, complete: bool) -> tuple[Issue, ...]:
    if ran_away:
        return (REPEATING,)
    if found.cut or (not complete and _may_go_on(found.values)):
        return (TRUNCATED,)
    return (PARTLY,) if lost else ()


def _may_go_on(values: Sequence[Value]) -> bool:
    """Whether they are objects one after the other: of a list that is closed nothing is missing."""
    return bool(values) and not any(map(_has_list, values))


def _has_list(value: Value) -> bool:
    return isinstance(value, list) or (isinstance(value, tuple) and any(isinstance(one, list) for _, one in value))


def _nothing_read(
    issue: Issue, found: tuple[Issue, ...], answer: str, start: int, *, complete: bool
) -> tuple[Issue, ...]:
    cut = not complete or TRUNCATED in found or thinks_to_the_end(answer, start)
    return (issue, TRUNCATED) if cut else (issue,)


class _Entities:
    """Collects the entities of JSON values, whatever holds them."""

    def __init__(self, answer: str, start: int) -> None:
        self.lost = False
        self._items: list[AnswerItem] = []
        self._places = Places(answer, start)

    def items_of(self, values: Sequence[Value]) -> list[AnswerItem]:
        """The entities of all values. Lists of bare words beside one with types are prose in brackets."""
        if len(values) == 1:
            self._visit(values[0], "", 0)
            return self._items
        found, typed = [], False
        for value in values:
            self._items = []
            self._visit(value, "", 0)
            found.append((value, self._items))
            typed = typed or any(item.type for item in self._items)
        return [item for value, items in found if not typed or not _bare_words(value) for item in items]

    def _visit(self, value: Value, label: str, depth: int) -> None:
        """Collect from a value; `label`: the type that its surroundings give it."""
        if isinstance(value, str):
            self._add(value, label)
        elif not isinstance(value, (list, tuple)) or depth > DEEPEST:
            self.lost = True
        elif isinstance(value, tuple):
            self._visit_object(value, label, depth)
        elif depth and not label and _is_pair(value):
            self._add(str(value[0]), str(value[1]))
        else:
            for element in value:
                self._visit(element, label, depth + 1)

    def _visit_object(self, pairs: Pairs, label: str, depth: int) -> None:
        if (places := flat_item(pairs)) is not None:
            key, text = pairs[places[0]]
            self._places.pass_by(key)
            self._add(str(text), str(pairs[places[1]][1]))
            return
        fields = Fields(pairs)
        wrapped = any(isinstance(value, (list, tuple)) and fold_key(key) in WRAPPERS for key, value in pairs)
        kinds, text = fields.take(ITEM_TYPE), None
        if not wrapped:
            text = fields.take(TEXT) if kinds else fields.take_text_beside_label()
            kinds = kinds or fields.take(ITEM_TYPE)
        if text is not None:
            for kind in _strings(kinds) or [label]:
                self._visit(text, kind, depth + 1)
            for _, value in fields.rest():
                if _holds_objects(value):
                    self._visit(value, "", depth + 1)
        elif wrapped or not kinds:
            inner = next(iter(_strings(kinds)), label)
            self._visit_groups(fields.rest(), inner, depth)
        else:
            self.lost = True

    def _visit_groups(self, pairs: Sequence[tuple[str, Value]], label: str, depth: int) -> None:
        """``{"entities": [...]}``, ``{"Disease": ["a", "b"]}`` and ``{"a": "DISEASE"}``."""
        turned = _names_types(pairs)
        for key, value in pairs:
            folded = fold_key(key)
            if folded in WRAPPERS or not key:
                if value:
                    self._visit(value, label, depth + 1)
            elif folded in REMARKS or (not isinstance(value, (str, list, tuple)) and len(pairs) > 1):
                continue
            elif turned and isinstance(value, str):
                self._add(key, value)
            else:
                self._visit(value, key, depth + 1)

    def _add(self, text: str, label: str) -> None:
        if not text.strip():
            self.lost = True
            return
        start, end = self._places.find(text)
        self._items.append(AnswerItem(text, label, start, end))


class _Relations:
    """Collects the relations of JSON values."""

    def __init__(self, answer: str, start: int) -> None:
        self.pairs: list[AnswerPair] = []
        self.lost = False
        self._places = Places(answer, start)

    def visit(self, value: Value, predicate: str, depth: int) -> None:
        """Collect from a value; `predicate`: what its surroundings give it."""
        if not isinstance(value, (list, tuple)) or depth > DEEPEST:
            self.lost = True
        elif isinstance(value, tuple):
            self._visit_object(value, predicate, depth)
        elif depth and 3 <= len(value) <= 4 and all(isinstance(part, str) for part in value):
            self._add([str(part) for part in value])
        else:
            for element in value:
                self.visit(element, predicate, depth + 1)

    def _visit_object(self, pairs: Pairs, predicate: str, depth: int) -> None:
        if (places := flat_relation(pairs)) is not None:
            parts = [str(pairs[place][1]) if place >= 0 else "" for place in places]
            self._add([parts[0], parts[1] or predicate, *parts[2:]])
            return
        fields = Fields(pairs)
        ends = fields.take(SUBJECT), fields.take(OBJECT)
        subject, object_ = map(_name, ends)
        if subject and object_:
            self.lost = self.lost or any(isinstance(end, list) and len(end) > 1 for end in ends)
            given = _name(fields.take(PREDICATE))
            self._add([subject, given or predicate, object_, _name(fields.take(EVIDENCE))])
            return
        inner = [(key, value) for key, value in pairs if isinstance(value, (list, tuple))]
        if subject or object_ or (pairs and not inner):
            self.lost = True
            return
        for key, value in inner:
            self.visit(value, predicate if fold_key(key) in WRAPPERS else key, depth + 1)

    def _add(self, parts: list[str]) -> None:
        subject, predicate, object_, evidence = (*parts, "")[:4]
        if not subject.strip() or not object_.strip():
            self.lost = True
            return
        first, second = self._places.find(subject), self._places.find(object_)
        known = first[0] < first[1] and second[0] < second[1]
        start, end = (min(first[0], second[0]), max(first[1], second[1])) if known else (0, 0)
        self.pairs.append(AnswerPair(subject, predicate, object_, evidence, start, end))


def _bare_words(value: Value) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _holds_objects(value: Value) -> bool:
    return isinstance(value, list) and any(isinstance(part, tuple) for part in value)


def _is_pair(value: list[Value]) -> bool:
    """``["aspirin", "DRUG"]``"""
    if len(value) != 2 or not isinstance(value[0], str) or not isinstance(value[1], str):
        return False
    return LABEL_LIKE.fullmatch(value[1]) is not None


def _names_types(pairs: Sequence[tuple[str, Value]]) -> bool:
    """Whether the values are types and the keys names: ``{"aspirin": "DRUG", "ibuprofen": "DRUG"}``."""
    values = [value for _, value in pairs if isinstance(value, str)]
    if not values or len(values) < len(pairs):
        return False
    if len(set(values)) < len(values):
        return True
    return all(map(LABEL_LIKE.fullmatch, values)) and not any(LABEL_LIKE.fullmatch(key) for key, _ in pairs)


def _strings(value: Value) -> list[str]:
    """A label, or each of several."""
    return list(_texts(value))


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (part for part in value if isinstance(part, str))


def _name(value: Value) -> str:
    """The text of a relation's part, which may be an object of its own."""
    if isinstance(value, tuple):
        value = Fields(value).take(TEXT)
    return next(_texts(value), "")
