"""Linking a whole graph again with a better terminology: what the command ``kg-builder relink`` calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from kg_builder.clean.alignment import CleanText
from kg_builder.corpora.records import GOLD
from kg_builder.errors import KgBuilderError, SchemaError, StoreError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.asking import permit
from kg_builder.graphs.components import Components
from kg_builder.graphs.relinking_part import LinkChange, Relinked, Vocabulary, relink_part
from kg_builder.graphs.rolling_up import Hierarchy, roll_up
from kg_builder.records import DocumentGraph
from kg_builder.schema import Schema
from kg_builder.schemas import load_schema

OnChange = Callable[[LinkChange], None]
_HALF = 8
"""Characters of a settings hash that stand for how documents are read; those after them, for how they are linked."""
READ_AGAIN = "-relinked"
"""What a document's settings hash ends in when the next build is to read it again."""


class Terms(Vocabulary, Hierarchy, Protocol):
    """What is asked of a terminology, or of a stack of several."""


@dataclass(slots=True)
class Relinking:
    """What a relinking came to."""

    dry_run: bool = False
    documents: int = 0
    """Looked at."""
    documents_changed: int = 0
    resumed: int = 0
    """Documents that an earlier relinking with these settings had done before it was cut short."""
    mentions: int = 0
    mentions_changed: Counter[str] = field(default_factory=Counter)
    """By `Reason`."""
    unplaced: int = 0
    """Mentions that the cleaned text doesn't have where they were found; they keep their links."""
    described_anew: int = 0
    """Concepts, once a document, that kept their id and are described differently now."""
    relations_before: int = 0
    """Edges of the documents that changed."""
    relations_after: int = 0
    rejected: int = 0
    """Statements that went to the ledger because both their ends are one concept now, or of unfitting types."""
    to_be_read_again: int = 0
    """Documents that the next build with these settings reads again, if it is given them."""
    left: dict[str, str] = field(default_factory=dict)
    """Documents that couldn't be linked again and stay as they were, with the reason."""

    def add(self, before: DocumentGraph, after: Relinked) -> None:
        """Count one document."""
        self.documents_changed += after.changed
        self.mentions_changed.update(change.reason.value for change in after.changes)
        self.unplaced += after.unplaced
        self.described_anew += after.described_anew
        self.rejected += after.rejected
        if after.changes:
            self.relations_before += len(before.relations)
            self.relations_after += len(after.part.relations)


def relink(
    store: GraphStore,
    components: Components,
    *,
    terminology: Terms,
    dry_run: bool = False,
    on_change: OnChange | None = None,
) -> Relinking:
    """Link the stored mentions of all documents again, one transaction a document, and move their relations along.

    Texts are cleaned again, so abbreviations are resolved as in a build; nothing is extracted. What can't be
    linked again stays as it was. Cut short, it goes on when it is called again; `GraphStore.undo_relinking`
    takes all of it back. The graph's IS_A edges, if it has any, are brought up to date.
    """
    tally = Relinking(dry_run=dry_run)
    with _session(store, components.settings_hash, tally):
        for part in store.parts():
            tally.documents += 1
            tally.mentions += len(part.mentions)
            found = _relinked(part, components, terminology, tally)
            if found is None:
                continue
            tally.add(part, found)
            if on_change is not None:
                for change in found.changes:
                    on_change(change)
            after = hash_after(part.settings_hash, components.settings_hash, changed=found.changed)
            tally.to_be_read_again += after != components.settings_hash
            if not dry_run and (found.changed or after != part.settings_hash):
                store.relink(found.part.model_copy(update={"settings_hash": after}))
        if not dry_run and store.rolled_up():
            roll_up(store, terminology)
    return tally


def hash_after(before: str, now: str, *, changed: bool) -> str:
    """What a document's settings hash becomes: that of the settings if a build with them would change nothing.

    A document that was read in another way keeps that half of its hash. One whose links changed is marked:
    another relation might be found between its concepts as they are now, so a build reads it again.
    """
    marked = READ_AGAIN if changed or before.endswith(READ_AGAIN) else ""
    return before.removesuffix(READ_AGAIN)[:_HALF] + now[_HALF:] + marked


@contextmanager
def _session(store: GraphStore, purpose: str, tally: Relinking) -> Iterator[None]:
    if tally.dry_run:
        yield
        return
    with store.relinking(purpose) as resumed:
        tally.resumed = resumed
        yield


def _relinked(part: DocumentGraph, components: Components, terminology: Terms, tally: Relinking) -> Relinked | None:
    """A document linked again, or None with the reason noted: one that fails never fails its neighbours."""
    try:
        schema = _schema(part, components)
        clean = _cleaned(part, components)
        return relink_part(part, clean, schema=schema, normalizer=components.normalizer, vocabulary=terminology)
    except StoreError:
        raise
    except SchemaError:
        tally.left[part.document.id] = f"its schema '{part.selection.schema_name}' can't be loaded"
    except KgBuilderError as error:
        tally.left[part.document.id] = error.message
    except Exception as error:  # noqa: BLE001 - as in a build: a document's fault stops here
        # only the type: the message of an unforeseen error may quote the text
        tally.left[part.document.id] = type(error).__name__
    return None


def _schema(part: DocumentGraph, components: Components) -> Schema:
    name = part.selection.schema_name
    return components.schemas[name] if name in components.schemas else load_schema(name)


def _cleaned(part: DocumentGraph, components: Components) -> CleanText:
    """The text as an extractor saw it; annotations that came with a corpus were made on the original."""
    if components.cleaner is None or part.selection.extractors == (GOLD.extractor,):
        return CleanText.unchanged(part.document.text)
    permit(components.cleaner, allow_remote=components.settings.allow_remote)
    return components.gate.clean(components.cleaner, part.document, part.selection.language).text
