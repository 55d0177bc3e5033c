"""Building a graph from texts: what the command ``kg-builder build`` and the library both call."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kg_builder.corpora.langchain import from_langchain
from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument, Row, Unreadable
from kg_builder.errors import InputError
from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.corpus import DocumentReport, run_corpus
from kg_builder.graphs.rolling_up import RollUp, keep_rolled_up
from kg_builder.protocols import Check, GraphStore
from kg_builder.records import Document
from kg_builder.settings import Settings, load_settings
from kg_builder.stores import open_store
from kg_builder.stores.views import RunRecord

if TYPE_CHECKING:
    import networkx
    from langchain_core.documents import Document as LangChainDocument

    Source = str | Path | LangChainDocument | Row

OnReport = Callable[[DocumentReport], None]


@dataclass(frozen=True, slots=True)
class Build:
    """A finished build."""

    store: GraphStore
    run: RunRecord
    hierarchy: RollUp | None = None
    """The roll-up, where the graph has one."""

    @property
    def graph(self) -> networkx.MultiDiGraph[Any]:
        """The whole graph in memory (stores on NetworkX)."""
        graph: networkx.MultiDiGraph[Any] = self.store.graph  # type: ignore[attr-defined]
        return graph


def build(
    sources: Source | Iterable[Source],
    *,
    store: str | Path | GraphStore = ":memory:",
    settings: Settings | None = None,
    checks: tuple[Check, ...] = (),
    on_report: OnReport | None = None,
) -> Build:
    """Read texts, documents (ours or LangChain's) or paths, and write their graph to a store.

    A string is a text, a `Path` a file or folder. `on_report` is called after each document. A failing
    document is counted in `Build.run` and kept in the store's ledger; StoreErrors are raised.
    """
    settings = settings or load_settings()
    components = make_components(settings, checks=checks)
    target = open_store(str(store)) if isinstance(store, str | Path) else store
    components = replace(components, store=target)
    run = run_into(target, run_corpus(documents(sources), components), components, on_report)
    return Build(target, run, keep_rolled_up(target, settings))


def run_into(
    store: GraphStore, reports: Iterable[DocumentReport], components: Components, on_report: OnReport | None
) -> RunRecord:
    """Work through a run with the store locked, and keep its record there, also when it is cut short."""
    tally = Tally(components.settings_hash)
    with store.writing():
        store.record_run(tally.record())
        finished = False
        try:
            for report in reports:
                tally.add(report)
                if on_report is not None:
                    on_report(report)
            finished = True
        finally:
            run = tally.record(finished=finished)
            store.record_run(run)
    return run


async def abuild(sources: Source | Iterable[Source], **options: Any) -> Build:
    """`build` for callers on an event loop: the same, in a thread of its own."""
    return await asyncio.to_thread(build, sources, **options)


@dataclass(slots=True)
class Tally:
    """Counts of a run as it goes."""

    settings_hash: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    counts: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    unserved: set[str] = field(default_factory=set)
    warnings: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)  # floats

    def add(self, report: DocumentReport) -> None:
        """Count one document."""
        self.counts.update(
            {
                "read": report.status != "noted",
                report.status: 1,
                "items_extracted": report.extracted,
                "items_written": report.written,
                "items_rejected": report.rejected,
            }
        )
        self.rejects.update(report.rejects_by_code)
        self.unserved.update(report.unserved)
        self.warnings.update(report.warnings)
        self.seconds.update(report.seconds)

    def record(self, *, finished: bool = False) -> RunRecord:
        """The run's record as it stands."""
        return RunRecord(
            id=self.id,
            started=self.started,
            finished=datetime.now(UTC) if finished else None,
            settings_hash=self.settings_hash,
            **{
                name: self.counts[name]
                for name in ("read", "unchanged", "failed", "noted", "items_extracted", "items_rejected")
            },
            written=self.counts["written"],
            items_written=self.counts["items_written"],
            unserved=tuple(sorted(self.unserved)),
            warnings=dict(sorted(self.warnings.items())),
            rejects_by_code=dict(sorted(self.rejects.items())),
            seconds_by_step=dict(self.seconds),
        )


def documents(sources: Source | Iterable[Source]) -> Iterator[Row]:
    """Sources of every kind, one after the other; a text without an id is named after its own hash."""
    if sources is None or isinstance(sources, Mapping | bytes):
        raise InputError(f"cannot read a {type(sources).__name__}; give texts, documents or paths")
    one = isinstance(sources, str | Path | Document | GoldDocument | Unreadable) or hasattr(sources, "page_content")
    listed: Iterable[Any] = [sources] if one else cast("Iterable[Any]", sources)
    for of_langchain, run in groupby(listed, key=lambda source: hasattr(source, "page_content")):
        if of_langchain:
            yield from from_langchain(run)
        else:
            yield from chain.from_iterable(map(_documents, run))


def _documents(source: Any) -> Iterator[Row]:
    if isinstance(source, Document | GoldDocument | Unreadable):
        yield source
    elif isinstance(source, Path):
        yield from read([source])
    elif isinstance(source, str):
        document = Document(id="text", text=source)
        yield document.model_copy(update={"id": f"text-{document.sha256[:16]}"})
    else:
        raise InputError(f"cannot read a {type(source).__name__} as a document")
