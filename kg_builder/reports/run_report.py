"""One page for a run: what it read, what became of it, and what the graph holds now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg_builder.errors import InputError
from kg_builder.html.highlight import Highlight, highlighted
from kg_builder.reports.findings import ADVICE, accounting, findings
from kg_builder.reports.graph_content import GraphContent, graph_content
from kg_builder.reports.plots import bar
from kg_builder.reports.rendering import page
from kg_builder.stores.run_setup import RunSetup
from kg_builder.text.credentials import place_name

if TYPE_CHECKING:
    from markupsafe import Markup

    from kg_builder.graph_store import GraphStore
    from kg_builder.stores.views import EvidenceView, RunRecord

SHORT = 8
"""Characters of a run's id that are shown."""
LISTED = 50
"""Runs that are listed, the latest of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A name with its count, or seconds, and what share of all that is."""

    name: str
    count: float
    share: float
    bar: Markup


def run_report(store: GraphStore, run_id: str | None = None) -> tuple[RunRecord, str]:
    """A run and its page: the latest one, or the one whose id begins so. Equal graphs give equal pages.

    Raises InputError where there is no such run.
    """
    runs = store.runs()
    run = chosen_run(runs, run_id)
    return run, render_run(run, runs, graph_content(store), place=place_name(store.location))


def chosen_run(runs: Sequence[RunRecord], run_id: str | None) -> RunRecord:
    """The latest run, or the one whose id begins so. Raises InputError for none, and for several."""
    if not runs:
        raise InputError("no build has been recorded in this graph", hint="kg-builder build records each of its runs.")
    if run_id is None:
        return runs[-1]
    found = [run for run in runs if run_id and run.id.startswith(run_id)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(run.id[:SHORT] for run in (found or runs)[-10:])
    said = f"{len(found)} runs have an id that begins with '{run_id}'" if found else f"no run is called '{run_id}'"
    raise InputError(said, hint=f"Of the latest: {listed}. kg-builder show GRAPH --runs --json has all.")


def render_run(run: RunRecord, runs: Sequence[RunRecord], content: GraphContent, *, place: str) -> str:
    """The page of one of the runs of a graph."""
    there = content.statistics
    return page(
        "run.html",
        place=place,
        run=run,
        short=run.id[:SHORT],
        runs=_listed(run, runs),
        number_of_runs=len(runs),
        latest=run.id == runs[-1].id,
        sums=accounting(run),
        findings=findings(run, content),
        there=there,
        concepts=_rows(there.concepts_by_type),
        relations=_rows(there.relations_by_predicate),
        mentions_said=_rows(there.mentions_by_assertion),
        relations_said=_rows(there.relations_by_assertion),
        best=[(one, _sentence(one.example)) for one in content.best],
        rejects=_coded(run.rejects_by_code, content.ledger.rejects),
        examples=content.ledger.examples,
        failures=_coded(run.failures_by_code, {code: len(all_) for code, all_ in content.ledger.failures.items()}),
        failed=content.ledger.failures,
        advice=ADVICE,
        steps=_rows(run.seconds_by_step, in_order=True),
        elapsed=(run.finished - run.started).total_seconds() if run.finished else None,
        origins=content.origins,
        setup=run.setup,
        settings=_settings(run.setup),
    )


def _listed(run: RunRecord, runs: Sequence[RunRecord]) -> list[RunRecord]:
    """The latest ones, and the run itself, the latest first."""
    latest = list(runs[-LISTED:])
    return list(reversed(latest if run in latest else [run, *latest]))


def _rows(counts: Mapping[str, float], *, in_order: bool = False) -> list[Row]:
    """The most first, or as they stand."""
    total = sum(counts.values())
    most = max(counts.values(), default=0) or 1
    items = list(counts.items()) if in_order else sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Row(name, count, count / total if total else 0.0, bar(count / most)) for name, count in items]


def _coded(of_run: Mapping[str, int], here: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """(code, how many in the run, how many stand in the ledger now), the commonest first."""
    codes = {*of_run, *here}
    counted = [(code, of_run.get(code, 0), here.get(code, 0)) for code in codes]
    return sorted(counted, key=lambda row: (-row[1], -row[2], row[0]))


def _sentence(evidence: EvidenceView | None) -> Markup | None:
    """A sentence with both of its ends marked."""
    from markupsafe import Markup

    if evidence is None:
        return None
    spans = [
        Highlight(*evidence.subject, "", classes=("subject",)),
        Highlight(*evidence.object, "", classes=("object",)),
    ]
    # escaped there, whatever the text
    return Markup(highlighted(evidence.sentence_text, spans, offset=evidence.sentence[0]))  # noqa: S704


def _settings(setup: RunSetup | None) -> list[tuple[str, str, bool]]:
    """(name, value as JSON, whether it isn't the default), those that were changed first."""
    if setup is None:
        return []
    rows = [(name, _json(value), name in setup.changed) for name, value in setup.settings.items()]
    return sorted(rows, key=lambda row: (not row[2], row[0]))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
