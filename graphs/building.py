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

from kg_builder.backends.spending import Spending
from kg_builder.corpora.langchain import from_langchain
from kg_builder.corpora.reading import read
from kg_builder.corpora.records import GoldDocument, Row, Unreadable
from kg_builder.errors import InputError, SettingsError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import Components, make_components
from kg_builder.graphs.corpus import DocumentReport, run_corpus
from kg_builder.graphs.logging_runs import log_end, log_report, log_start
from kg_builder.graphs.rolling_up import RollUp, keep_rolled_up
from kg_builder.graphs.run_control import RunControl
from kg_builder.graphs.run_setups import run_setup
from kg_builder.protocols import Check
from kg_builder.records import Document
from kg_builder.settings import Settings, load_settings
from kg_builder.stores import open_store
from kg_builder.stores.run_setup import RunSetup
from kg_builder.stores.views import Ended, RunRecord

if TYPE_CHECKING:
    import networkx
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.document_loaders import BaseLoader
    from langchain_core.documents import Document as LangChainDocument
    from langchain_core.language_models import BaseChatModel

    Source = str | Path | LangChainDocument | BaseLoader | Row

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

    def _repr_html_(self) -> str:
        """What became of the documents, and the graph, as notebooks show it."""
        from kg_builder.html.builds import build_html

        return build_html(self.run, getattr(self.store, "graph", None))


def build(
    sources: Source | Iterable[Source],
    *,
    store: str | Path | GraphStore = ":memory:",
    settings: Settings | None = None,
    checks: tuple[Check, ...] = (),
    on_report: OnReport | None = None,
    control: RunControl | None = None,
    callbacks: Iterable[BaseCallbackHandler] = (),
    models: Mapping[str, BaseChatModel] | None = None,
) -> Build:
    """Read texts, documents (ours or LangChain's), LangChain's loaders or paths, and write their graph to a store.

    A string is a text, a `Path` a file or folder. `on_report` is called after each document. A failing
    document is counted in `Build.run` and kept in the store's ledger; StoreErrors are raised. A run that `control`
    stopped, or that could do nothing without a backend that is down, ends early: `Build.run.ended` tells.
    `callbacks`: LangChain's, which get LangGraph's events with the texts in them. `models`: LangChain chat models, by
    names that the settings then use.
    """
    settings = settings or load_settings()
    if settings.engine == "ray" and (callbacks or models):
        raise SettingsError(
            "callbacks and models of this process can't be used by the engine 'ray', which reads in others.",
            hint="Name the models in the settings, or use the engine 'local'.",
        )
    run_engine = _engine(settings)
    components = make_components(settings, checks=checks, callbacks=callbacks, models=models)
    target = _opened(store, components) if isinstance(store, str | Path) else store
    components = replace(components, store=target)
    control = control or RunControl()
    reports = run_engine(documents(sources), components, control=control)
    run = run_into(target, reports, components, on_report, control=control)
    return Build(target, run, None if run.ended == "stopped" else keep_rolled_up(target, settings))


def _opened(store: str | Path, components: Components) -> GraphStore:
    return open_store(str(store), neo4j=components.settings.neo4j, schemas=components.schemas.values())


def _engine(settings: Settings) -> Callable[..., Iterator[DocumentReport]]:
    """What reads the documents. Raises MissingExtraError."""
    if settings.engine == "local":
        return run_corpus
    from kg_builder.graphs.ray_cluster import require_ray
    from kg_builder.graphs.ray_corpus import run_corpus_on_ray

    require_ray()
    return run_corpus_on_ray


def run_into(
    store: GraphStore,
    reports: Iterable[DocumentReport],
    components: Components,
    on_report: OnReport | None,
    *,
    control: RunControl | None = None,
) -> RunRecord:
    """Work through a run with the store locked, and keep its record there, also when it is cut short.

    `control`: the one that the reports' run has.
    """
    control = control or RunControl()
    tally = Tally(components.settings_hash, components.spending, run_setup(components, store))
    with store.writing():
        control.note = lambda: store.record_run(tally.record(in_progress=control.in_progress))
        store.record_run(tally.record())
        log_start(tally.id)
        ended: Ended = "failed"
        try:
            for report in reports:
                tally.add(report)
                log_report(report, tally.id)
                if on_report is not None:
                    on_report(report)
            ended = control.ended or "finished"
        except KeyboardInterrupt:
            ended = "interrupted"
            raise
        finally:
            run = tally.record(ended)
            log_end(run)
            store.record_run(run)
    return run


async def abuild(sources: Source | Iterable[Source], **options: Any) -> Build:
    """`build` for callers on an event loop: the same, in a thread of its own."""
    return await asyncio.to_thread(build, sources, **options)


@dataclass(slots=True)
class Tally:
    """Counts of a run as it goes."""

    settings_hash: str
    spending: Spending = field(default_factory=Spending)
    setup: RunSetup | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
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
        if report.status == "failed" and report.failure is not None:
            self.failures[report.failure.code] += 1
        self.rejects.update(report.rejects_by_code)
        self.unserved.update(report.unserved)
        self.warnings.update(report.warnings)
        self.seconds.update(report.seconds)

    def record(self, ended: Ended | None = None, *, in_progress: tuple[str, ...] = ()) -> RunRecord:
        """The run's record as it stands."""
        return RunRecord(
            id=self.id,
            started=self.started,
            finished=datetime.now(UTC) if ended == "finished" else None,
            ended=ended,
            settings_hash=self.settings_hash,
            setup=self.setup,
            **{
                name: self.counts[name]
                for name in ("read", "unchanged", "failed", "noted", "items_extracted", "items_rejected")
            },
            written=self.counts["written"],
            items_written=self.counts["items_written"],
            unserved=tuple(sorted(self.unserved)),
            warnings=dict(sorted(self.warnings.items())),
            failures_by_code=dict(sorted(self.failures.items())),
            rejects_by_code=dict(sorted(self.rejects.items())),
            seconds_by_step=dict(self.seconds),
            in_progress=in_progress,
            usage=self.spending.usage(),
        )


def documents(sources: Source | Iterable[Source]) -> Iterator[Row]:
    """Sources of every kind, one after the other; a text without an id is named after its own hash."""
    if sources is None or isinstance(sources, Mapping | bytes):
        raise InputError(f"cannot read a {type(sources).__name__}; give texts, documents or paths")
    one = isinstance(sources, str | Path | Document | GoldDocument | Unreadable) or _is_langchains(sources)
    listed: Iterable[Any] = [sources] if one else cast("Iterable[Any]", sources)
    for of_langchain, run in groupby(listed, key=lambda source: hasattr(source, "page_content")):
        if of_langchain:
            yield from from_langchain(run)
        else:
            yield from chain.from_iterable(map(_documents, run))


def _is_langchains(source: object) -> bool:
    """Whether it is a document or a loader."""
    return hasattr(source, "page_content") or hasattr(source, "lazy_load")


def _documents(source: Any) -> Iterator[Row]:
    if isinstance(source, Document | GoldDocument | Unreadable):
        yield source
    elif isinstance(source, Path):
        yield from read([source])
    elif hasattr(source, "lazy_load"):
        yield from from_langchain(source.lazy_load())
    elif isinstance(source, str):
        document = Document(id="text", text=source)
        yield document.model_copy(update={"id": f"text-{document.sha256[:16]}"})
    else:
        raise InputError(f"cannot read a {type(source).__name__} as a document")
