"""Walking the queue in the terminal: one item shown at a time, one key for what to do about it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kg_builder.cli.console import console
from kg_builder.cli.review_answers import MentionAnswers, RelationAnswers, schema_of
from kg_builder.cli.reviewing import Queue, on_one_line, reads
from kg_builder.review import Decision, Item, Verdict, decision_on, undoing
from kg_builder.semantic_groups import GROUPS

if TYPE_CHECKING:
    from kg_builder.records import Concept
    from kg_builder.terminology.table import Terminology

KEYS = "[a]ccept  [r]eject  re[l]ink  [e]dit  [s]kip  [u]ndo  [q]uit"
CONTEXT = 400
"""Characters of a sentence that are shown, around what is marked."""
CANDIDATES = 8

Read = Callable[[str], str | None]


class Session:
    """One person's walk through the queue. Each decision is in the store at once."""

    def __init__(self, queue: Queue, *, by: str, settings: Path | None) -> None:
        self._queue = queue
        self._store = queue.store
        self._by = by
        self._settings = settings
        self._out = console()
        self._done: list[Decision] = []
        self._passed: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._waiting: list[str] = []
        """Documents to come before the rest of the queue, the last one first."""

    def walk(self) -> dict[str, int]:
        """Until the queue or the input is at its end, or the person stops. Answers how often what was decided."""
        documents = self._queue.documents()
        while True:
            document_id = self._waiting.pop() if self._waiting else next(documents, None)
            goes_on = self._after_the_last() if document_id is None else self._walk_document(document_id)
            if not goes_on:
                return +self._counts

    def _walk_document(self, document_id: str) -> bool:
        """Ask about its items, or up to an undoing that leads to another document; False: stop."""
        while not self._waiting and (item := self._next(document_id)) is not None:
            if not self._ask(item):
                return False
            if self._waiting:
                self._waiting.insert(0, document_id)
        return True

    def _after_the_last(self) -> bool:
        """The last decision can be taken back too."""
        if not self._done:
            return False
        answer = self._read("\nnothing is left to decide  [u]ndo  [q]uit: ")
        return answer is not None and answer.strip().lower() == "u" and self._took_back()

    def _next(self, document_id: str) -> Item | None:
        """The first item that wasn't passed; decisions about mentions change the relations that follow."""
        items = self._queue.items(document_id)
        return next((item for item in items if _key(item) not in self._passed), None)

    def _ask(self, item: Item) -> bool:
        """Show an item until something is done about it; False: stop."""
        self._show(item)
        while (line := self._read(f"{KEYS}: ")) is not None:
            key, _, note = line.strip().partition(" ")
            if key.lower() == "q":
                return False
            if self._does(item, key.lower(), note):
                return True
        return False

    def _does(self, item: Item, key: str, note: str) -> bool:
        """What a key stands for; answers whether the item is done with for now."""
        decision: Decision | None = None
        match key:
            case "a":
                decision = decision_on(item, Verdict.ACCEPTED, by=self._by, note=note)
            case "r":
                decision = decision_on(item, Verdict.REJECTED, by=self._by, note=note)
            case "l":
                decision = self._relinked(item, note)
            case "e":
                decision = self._edited(item, note)
            case "s":
                self._counts["skipped"] += 1
                self._passed.add(_key(item))
                return True
            case "u":
                return self._took_back()
            case _:
                self._say("one of the letters in brackets, with a note after a blank if you like: r not a drug")
        if decision is not None:
            self._store.decide([decision])
            self._done.append(decision)
            self._passed.add(_key(decision))
            self._counts[decision.verdict.value] += 1
        return decision is not None

    def _took_back(self) -> bool:
        if not self._done:
            self._say("nothing was decided yet in this session")
            return False
        last = self._done.pop()
        self._store.decide([undoing(last, by=self._by)])
        self._passed.discard(_key(last))
        self._counts[last.verdict.value] -= 1
        self._waiting.append(last.document)
        return True

    def _relinked(self, item: Item, note: str) -> Decision | None:
        if item.about.kind == "relation":
            self._say("a relation is relinked by its mentions; relink these, or edit or reject the relation")
            return None
        concepts = MentionAnswers(self._read, self._say, item).concepts(partial(self._candidates, item))
        if not concepts:
            return None
        return decision_on(item, Verdict.RELINKED, by=self._by, concepts=concepts, note=note)

    def _edited(self, item: Item, note: str) -> Decision | None:
        schema = self._store.part(item.document).selection.schema_name
        answers = MentionAnswers if item.about.kind == "mention" else RelationAnswers
        edit = answers(self._read, self._say, item, schema).edit()
        if edit is None:
            return None
        return decision_on(item, Verdict.EDITED, by=self._by, edit=edit, note=note)

    def _candidates(self, item: Item, text: str) -> list[Concept]:
        """Concepts of the terminologies and of the graph that the text may name, those of the item's type first."""
        from kg_builder.records import Concept
        from kg_builder.stores.views import EVERYTHING
        from kg_builder.terminology.contents import search

        terminology, wanted = self._terminology(), self._concept_types(item)
        groups = [code for code, group in GROUPS.items() if group.label in wanted]
        scores: dict[str, float] = {}
        for group in (*groups, None):
            scores |= {one.id: one.score for one in search(terminology, text, group=group, limit=CANDIDATES)}
        concepts = {name: found for name in scores if (found := terminology.concept(name)) is not None}
        for hit in self._store.search(text, limit=CANDIDATES, where=EVERYTHING):
            view = hit.concept
            known = Concept(id=view.id, name=view.name, type=view.type, linked=view.linked, xrefs=view.xrefs)
            concepts.setdefault(view.id, known)
            scores.setdefault(view.id, hit.score)

        def fitting(concept_id: str) -> tuple[bool, float, str]:
            return concepts[concept_id].type not in wanted, -scores[concept_id], concept_id

        return [concepts[concept_id] for concept_id in sorted(concepts, key=fitting)[:CANDIDATES]]

    def _concept_types(self, item: Item) -> set[str]:
        """That a mention of this type may have: the schema's, or where that is gone, those of the concepts it has."""
        schema = schema_of(self._store.part(item.document).selection.schema_name)
        entity = None if schema is None else schema.entity(item.type)
        if entity is not None:
            return {entity.concept_type}
        return {view.type for view in map(self._store.concept, item.names) if view is not None}

    def _terminology(self) -> Terminology:
        from kg_builder.settings import load_settings
        from kg_builder.terminology.stack import open_terminologies

        return open_terminologies(load_settings(self._settings).terminologies)

    def _show(self, item: Item) -> None:
        confidence = "" if item.confidence is None else f", confidence {item.confidence:.2f}"
        self._out.print(f"\n{on_one_line(item.document)} {item.marks[0][0]}{confidence}", markup=False)
        self._out.print(f"  {reads(item)}", markup=False)
        self._out.print(f"  {marked(item)}")

    def _say(self, line: str) -> None:
        self._out.print(f"  {line}", markup=False)

    def _read(self, prompt: str) -> str | None:
        """A line; None at the end of the input."""
        self._out.print(prompt, end="", markup=False)
        self._out.file.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            self._out.print()
        return line.rstrip("\r\n") if line else None


def marked(item: Item) -> str:
    """The sentence with what the item is about between ⟦ and ⟧, as rich markup."""
    from rich.markup import escape

    start, text = item.sentence[0], item.sentence_text
    first = max(0, item.marks[0][0] - start - CONTEXT)
    last = min(len(text), item.marks[-1][1] - start + CONTEXT)
    parts, done = ["… " if first else ""], first
    for begin, end in _apart(item):
        parts += [
            _shown(text[done : begin - start]),
            f"[bold underline]⟦{escape(on_one_line(text[begin - start : end - start]))}⟧[/]",
        ]
        done = end - start
    return "".join([*parts, _shown(text[done:last]), " …" if last < len(text) else ""])


def _apart(item: Item) -> Iterator[tuple[int, int]]:
    """The marks, those that overlap an earlier one left out."""
    done = item.sentence[0]
    for begin, end in item.marks:
        if begin >= done and end <= item.sentence[1]:
            yield begin, end
            done = end


def _shown(text: str) -> str:
    """With blanks at both ends where there was white space."""
    from rich.markup import escape

    before, after = " " if text[:1].isspace() else "", " " if text[-1:].isspace() else ""
    return f"{before}{escape(on_one_line(text))}{after}" if text.strip() else before or after


def _key(of: Item | Decision) -> str:
    """The same for an item and for decisions about it."""
    about = of.about.model_dump(include={"start", "end", "type", "fragments", "subject", "predicate", "object"})
    return repr((of.document, of.about.kind, sorted(about.items()), _assertion(of)))


def _assertion(of: Item | Decision) -> str:
    """Part of what a relation is, not of what a mention is."""
    return of.about.assertion.value if of.about.kind == "relation" else ""
