"""What stands first in a run's report."""

from __future__ import annotations

from typing import Any

import pytest

from kg_builder.backends.spending import ModelUsage
from kg_builder.graph_store import Failure
from kg_builder.reports.findings import ADVICE, accounting, findings
from kg_builder.reports.graph_content import graph_content
from kg_builder.stores.views import RunRecord
from tests.unit.reports.graphs import graph, part, run_record

CLEAN: dict[str, Any] = {"read": 2, "written": 1, "unchanged": 1, "failed": 0, "failures_by_code": {}}
CODES = {
    *("backend-unavailable", "budget-spent", "cut-off", "identifiers-found", "remote-not-allowed", "set-aside"),
    *("duplicate-id", "empty-text", "internal-error", "no-extractor", "no-route", "timed-out", "worker-died"),
}


def said(run: RunRecord, **graphs: Any) -> list[str]:
    return [f"{one.level}: {one.said}" for one in findings(run, graph_content(graph(**graphs)))]


def test_a_run_without_trouble_has_nothing_to_say() -> None:
    assert said(run_record(**CLEAN)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ended": None, "finished": None}, "problem: The run has no end"),
        ({"ended": "stopped", "finished": None}, "problem: The run was stopped"),
        ({"ended": "interrupted", "finished": None}, "problem: The run was broken off"),
        ({"ended": "backend-unavailable", "finished": None}, "problem: The run ended early, as a model's backend"),
        ({"ended": "failed", "finished": None}, "problem: The run ended early, as the store"),
        ({"read": 0, "written": 0, "unchanged": 0}, "problem: The run came upon no document"),
        ({"read": 3}, "problem: The accounting of documents read doesn't add up: 1 of 3 are unaccounted for."),
        ({"items_written": 5001}, "problem: The accounting of items extracted doesn't add up: 1 of 5,012 too many."),
        ({"usage": {"m": ModelUsage(budget_spent=True)}}, "problem: The budget of the model m was used up."),
        ({"items_written": 2, "items_rejected": 5010}, "problem: More than half of the items"),
        ({"unserved": ("DOSE",)}, "notice: Not looked for, as no extractor gives them: DOSE."),
        ({"warnings": {"made for abstracts": 2}}, "notice: 2 documents: made for abstracts"),
        ({"noted": 2}, "notice: Passed over: 2 (files"),
    ],
)
def test_what_a_person_should_know(changes: dict[str, Any], expected: str) -> None:
    [one] = said(run_record(**{**CLEAN, **changes}))
    assert one.startswith(expected)


def test_problems_stand_before_notices() -> None:
    run = run_record(unserved=("DOSE",), warnings={"w": 1})
    levels = [line.partition(":")[0] for line in said(run)]
    assert levels == ["problem", "problem", "notice", "notice"]


def test_failures_of_other_runs_and_other_settings_are_told() -> None:
    failures = (Failure("x", "timed-out"), Failure("y", "timed-out"))
    assert said(run_record(**CLEAN), failures=failures)[0].startswith("notice: 2 failed documents of other runs")
    store = graph(part("n1"), part("n2", settings_hash="s2"))
    told = findings(run_record(**CLEAN), graph_content(store))
    assert [one.said for one in told] == ["The documents of the graph were read with 2 different settings or versions."]


def test_the_commonest_failures_come_with_what_to_do() -> None:
    assert set(ADVICE) >= CODES
    told = findings(run_record(failures_by_code=dict.fromkeys(CODES, 1)), graph_content(graph()))
    assert all(one.advice for one in told)


def test_the_sums_are_those_of_the_record() -> None:
    documents, items = accounting(run_record())
    assert (documents.total, dict(documents.parts)) == (1204, {"written": 1200, "unchanged": 1, "failed": 3})
    assert (items.total, items.difference) == (5012, 0)
