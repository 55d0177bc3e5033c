"""The list family's metric: sets of answers a document and task, and the mean of F1 over the three tasks.

As ``albyos/llama3-medical-ner-lora`` is scored (published macro F1: 0.538): names in lower case, white space folded,
hyphens kept, each once a document; counts are summed over the documents of a task, and the macro figure is the plain
mean of the tasks' F1. A pair is right under the names of its ends that come first in the text; since a corpus relates
concepts, which may have several names, influences are also given with *any name*: a pair under any names of the same
ends is right, and counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.bootstrap import THOUSAND, Resampling, Totals, interval, totals
from kg_builder.evaluate.counts import Cell, Count, Counts, Measure
from kg_builder.evaluate.figures import Figure, Score, score
from kg_builder.evaluate.list_answers import Lists, NamedPair, Task, found_lists, gold_lists
from kg_builder.records import Document, DocumentGraph
from kg_builder.schema import Schema

ANY_NAME = "influences, any name"
PUBLISHED_F1 = 0.538
"""Macro F1 that the card of ``albyos/llama3-medical-ner-lora`` gives for its own split."""
_ADAPTER = "llama3-medical-ner-lora"
_BC5CDR_PREDICATE = "CID"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReport:
    """Figures of the list metric, with what they were measured on."""

    corpus: str
    settings_hash: str
    documents: int
    failed: tuple[str, ...]
    """Ids of documents without a prediction: all their gold is missed."""
    tasks: Mapping[str, Score]
    """Of each `Task` that the corpus annotates, and of influences by any name."""
    macro_precision: Figure
    macro_recall: Figure
    macro_f1: Figure
    """Mean over the tasks."""
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values; each figure's interval stands beside it."""
        return {
            "corpus": self.corpus,
            "settings_hash": self.settings_hash,
            "documents": self.documents,
            "failed": list(self.failed),
            "tasks": {name: _plain(found) for name, found in self.tasks.items()},
            "macro": {
                **_figure("precision", self.macro_precision),
                **_figure("recall", self.macro_recall),
                **_figure("f1", self.macro_f1),
            },
            "published_macro_f1": PUBLISHED_F1,
            "warnings": list(self.warnings),
        }


def evaluate_lists(
    gold: Iterable[GoldDocument],
    predict: Callable[[Document], DocumentGraph | None],
    *,
    schema: Schema,
    type_map: Mapping[str, str],
    relation_map: Mapping[str, str],
    resampling: Resampling = THOUSAND,
    corpus: str = "",
    settings_hash: str = "",
) -> ListReport:
    """Compare predictions with gold annotations, one document at a time; of equal ids only the first counts."""
    counts: dict[str, Counts] = {}
    failed: list[str] = []
    models: set[str] = set()
    for item in gold:
        document = item.document
        if document.id in counts:
            continue
        graph = predict(document)
        if graph is None:
            failed.append(document.id)
        else:
            models.update(mention.provenance.model or "" for mention in graph.mentions)
            models.update(relation.provenance.model or "" for relation in graph.relations)
        expected = gold_lists(item, schema, type_map=type_map, relation_map=relation_map)
        counts[document.id] = count_lists(expected, found_lists(graph, schema) if graph else Lists())
    return summarize(
        [found for _, found in sorted(counts.items())],
        corpus=corpus,
        predicates=relation_map,
        models=models,
        resampling=resampling,
        settings_hash=settings_hash,
        failed=failed,
    )


def summarize(
    documents: Sequence[Counts],
    *,
    corpus: str,
    predicates: Collection[str],
    models: Iterable[str] = (),
    resampling: Resampling = THOUSAND,
    settings_hash: str = "",
    failed: Sequence[str] = (),
) -> ListReport:
    """From the counts of the documents, one by one. `predicates` are the corpus's own."""
    sums = totals(documents, resampling)
    tasks = [task for task in Task if task is not Task.INFLUENCES or predicates]
    names = [*tasks, *[ANY_NAME] * (Task.INFLUENCES in tasks)]
    warning = leak(models, predicates)
    return ListReport(
        corpus=corpus,
        settings_hash=settings_hash,
        documents=len(documents),
        failed=tuple(failed),
        tasks={str(name): score(sums, [Cell(Measure.LISTS, name)]) for name in names},
        macro_precision=_macro(sums, tasks, weights=(1, 1, 0)),
        macro_recall=_macro(sums, tasks, weights=(1, 0, 1)),
        macro_f1=_macro(sums, tasks, weights=(2, 1, 1)),
        warnings=(warning,) if warning else (),
    )


def count_lists(expected: Lists, found: Lists) -> Counts:
    """Hits and misses of one document, by task."""
    counted: dict[str, Count] = {
        Task.CHEMICALS: _set_count(expected.chemicals, found.chemicals),
        Task.DISEASES: _set_count(expected.diseases, found.diseases),
    }
    if expected.influences is not None:
        given = found.influences or {}
        counted[Task.INFLUENCES] = _set_count(expected.influences.keys(), given.keys())
        counted[ANY_NAME] = _any_name_count(expected.influences, given)
    return {Cell(Measure.LISTS, name): count for name, count in counted.items()}


def leak(models: Iterable[str], predicates: Collection[str]) -> str | None:
    """What is to be said where the published adapter is scored on documents it was trained on; None: nothing."""
    if _BC5CDR_PREDICATE in predicates and any(_ADAPTER in model for model in models):
        return (
            "The published adapter was trained on documents of BC5CDR's training and development parts: "
            "figures on BC5CDR say what it remembers, not how good it is."
        )
    return None


def _set_count(expected: Collection[object], found: Collection[object]) -> Count:
    hits = len(set(expected) & set(found))
    return Count(hits, len(found) - hits, len(expected) - hits)


Ends = Mapping[NamedPair, tuple[frozenset[str], frozenset[str]]]


def _any_name_count(expected: Ends, found: Ends) -> Count:
    """A found pair hits the first gold pair with a name in common at both ends; each gold pair is hit once."""
    hit: Counter[NamedPair] = Counter()
    wrong = 0
    for subjects, targets in found.values():
        match = next(
            (
                pair
                for pair, names in expected.items()
                if not (names[0].isdisjoint(subjects) or names[1].isdisjoint(targets))
            ),
            None,
        )
        if match is None:
            wrong += 1
        else:
            hit[match] += 1
    return Count(len(hit), wrong, len(expected) - len(hit))


def _macro(sums: Totals, tasks: Sequence[Task], *, weights: tuple[int, int, int]) -> Figure:
    """Mean over the tasks, of the corpus and of each resample; a task with nothing to measure is left out.

    `weights` of hits, false and missed answers in the figure's denominator: 1, 1, 0 make a precision.
    """
    import numpy as np

    rows = []
    for task in tasks:
        counts = sums.of([Cell(Measure.LISTS, task)])
        whole = counts @ np.array(weights)
        values = np.where(counts.sum(axis=1) > 0, 0.0, np.nan)
        np.divide(weights[0] * counts[:, 0], whole, out=values, where=whole > 0)
        rows.append(values)
    table = np.array(rows)
    measured = (~np.isnan(table)).sum(axis=0)
    means = np.full(table.shape[1], np.nan)
    np.divide(np.nansum(table, axis=0), measured, out=means, where=measured > 0)
    if np.isnan(means[0]):
        return Figure()
    return Figure(float(means[0]), interval(means[1:], sums.resampling.level))


def _plain(found: Score) -> dict[str, Any]:
    return {
        **_figure("precision", found.precision),
        **_figure("recall", found.recall),
        **_figure("f1", found.f1),
        "tp": found.tp,
        "fp": found.fp,
        "fn": found.fn,
    }


def _figure(name: str, figure: Figure) -> dict[str, Any]:
    return {name: figure.value, f"{name}_ci": list(figure.ci) if figure.ci else None}
