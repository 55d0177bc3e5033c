"""What the reader of a run's report should know or do, before any figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from kg_builder.reports.graph_content import GraphContent
from kg_builder.stores.views import RunRecord
from kg_builder.text.counted import counted

Level = Literal["problem", "notice"]


class Finding(NamedTuple):
    """One thing to know."""

    level: Level
    """``problem``: something is missing from the graph, or can't be relied on."""
    said: str
    advice: str = ""
    """What can be done about it; empty: nothing needs to be."""


class Sum(NamedTuple):
    """One equation of the accounting."""

    whole: str
    total: int
    parts: Mapping[str, int]

    @property
    def difference(self) -> int:
        """What the parts lack of the total; 0: it adds up."""
        return self.total - sum(self.parts.values())


def accounting(run: RunRecord) -> tuple[Sum, Sum]:
    """What was read and extracted, each with what became of it."""
    documents = {"written": run.written, "unchanged": run.unchanged, "failed": run.failed}
    items = {"written": run.items_written, "rejected": run.items_rejected}
    return Sum("documents read", run.read, documents), Sum("items extracted", run.items_extracted, items)


ADVICE: Mapping[str, str] = {
    "backend-unavailable": "The model's backend didn't answer: the same build command tries them again.",
    "bad-document": "Mend the documents in the file; the others of the file were read.",
    "binary-file": "Convert the files to text first.",
    "budget-spent": "The same build command goes on with them; a larger token budget lets it come further.",
    "check-failed": "A check of your own raised an error: mend the check.",
    "cut-off": "A process ended while it read them: the same build command tries them again, one by one.",
    "duplicate-id": "Give each document an id of its own; only the first of its id was read.",
    "empty-text": "Nothing needs to be done, unless there ought to be text in it.",
    "identifiers-found": "Choose what becomes of texts that identify people: privacy: mask or allow in the settings, "
    "or a local model.",
    "internal-error": "Not foreseen: run the build with --log-level debug, and report it with what the log says.",
    "no-extractor": "Name another schema, or an extractor for it, in the settings.",
    "no-route": "Name a schema, or add a rule for such documents to the settings.",
    "remote-not-allowed": "Their text would leave this machine: --allow-remote says that it may.",
    "set-aside": "They failed too often to be tried: --retry-failed tries them again.",
    "timed-out": "Allow a document more time with --timeout.",
    "worker-died": "A process that read them died, perhaps for lack of memory: fewer actors need less.",
}
"""What can be done about failures, by code."""


def findings(run: RunRecord, content: GraphContent) -> list[Finding]:
    """Problems first."""
    found = [*_ending(run), *_sums(run), *_failures(run), *_left(run, content), *_suitability(run), *_graph(content)]
    return sorted(found, key=lambda one: one.level != "problem")


def _ending(run: RunRecord) -> Iterator[Finding]:
    go_on = "The same build command goes on from there."
    if run.ended is None and run.finished is None:
        yield Finding("problem", "The run has no end: it is still going on, or its process was killed.", go_on)
    elif run.ended == "stopped":
        yield Finding("problem", "The run was stopped before all documents were read.", go_on)
    elif run.ended == "interrupted":
        yield Finding("problem", "The run was broken off before all documents were read.", go_on)
    elif run.ended == "backend-unavailable":
        yield Finding("problem", "The run ended early, as a model's backend didn't answer.", go_on)
    elif run.ended == "failed":
        yield Finding("problem", "The run ended early, as the store or an input could no longer be used.", go_on)
    elif not run.read:
        yield Finding("problem", "The run came upon no document.", "Check the paths that the build was given.")
    for model, usage in run.usage.items():
        if usage.budget_spent:
            more = "The same build command goes on with the documents that are left; a larger budget lets it come on."
            yield Finding("problem", f"The budget of the model {model} was used up.", more)


def _sums(run: RunRecord) -> Iterator[Finding]:
    for one in accounting(run):
        if one.difference:
            said = f"The accounting of {one.whole} doesn't add up: {abs(one.difference):,} of {one.total:,} "
            yield Finding("problem", said + ("are unaccounted for." if one.difference > 0 else "too many."))


def _failures(run: RunRecord) -> Iterator[Finding]:
    for code, count in sorted(run.failures_by_code.items(), key=lambda item: -item[1]):
        said = f"{counted(count, 'document')} failed: {code.replace('-', ' ')}."
        yield Finding("problem", said, ADVICE.get(code, "The ledger says why: see the failures below."))


def _left(run: RunRecord, content: GraphContent) -> Iterator[Finding]:
    """Failed documents that this run didn't come upon."""
    here = sum(len(failures) for failures in content.ledger.failures.values())
    if here > run.failed:
        more = "" if not run.failed else " besides those of this run"
        said = f"{counted(here - run.failed, 'failed document')} of other runs stand in the ledger{more}."
        yield Finding("notice", said, "A build that reads them again takes them out of it, or forget them.")


def _suitability(run: RunRecord) -> Iterator[Finding]:
    if run.unserved:
        listed = ", ".join(run.unserved)
        said = f"Not looked for, as no extractor gives them: {listed}. That there are none in the graph means nothing."
        yield Finding("notice", said, "Name an extractor that gives them, or a schema that doesn't ask for them.")
    for warning, documents in sorted(run.warnings.items(), key=lambda item: -item[1]):
        yield Finding("notice", f"{counted(documents, 'document')}: {warning}")
    if run.noted:
        said = f"Passed over: {run.noted:,} (files, annotations or fields of metadata). No document was lost by it."
        yield Finding("notice", said, "The build named them as it went.")
    if run.items_extracted and run.items_rejected > run.items_extracted / 2:
        said = f"More than half of the items ({run.items_rejected:,} of {run.items_extracted:,}) were rejected."
        yield Finding("problem", said, "See the commonest reasons below: a model that doesn't fit its schema does so.")


def _graph(content: GraphContent) -> Iterator[Finding]:
    if len(read_with := content.origins.settings) > 1:
        said = f"The documents of the graph were read with {len(read_with)} different settings or versions."
        yield Finding("notice", said, "Build all documents again for a graph that is of one piece.")
    there = content.statistics
    if there.concepts and there.concepts_unlinked > there.concepts / 3:
        said = f"{there.concepts_unlinked:,} of {there.concepts:,} concepts are linked to no vocabulary."
        yield Finding("notice", said, "A terminology of your own (kg-builder terms) may have them.")
