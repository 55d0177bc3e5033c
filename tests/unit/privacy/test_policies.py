"""What a model elsewhere gets to see under each policy, and what becomes of the graph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kg_builder.graphs.building import Build, build
from kg_builder.records import Document, Metadata
from kg_builder.settings import load_settings
from tests.unit.privacy.remote_model import Elsewhere, Recorder, recording_server

pytestmark = pytest.mark.enable_socket

IDENTIFIERS = (
    "Zebediah Quartermaine", "03/14/2019", "QX-4471982", "(555) 014-7788", "zeb.q@example.org", "Ottoline", "Parkinsen",
    "12 Larkspur Lane", "Nguyễn Thị Sương", "Quartermaine", "10.20.30.40",
)  # fmt: skip
NOTES = {
    "one": "Patient: Zebediah Quartermaine\nMRN: QX-4471982\nPhone: (555) 014-7788\n\nCisplatin caused nausea on "
    "03/14/2019. His daughter Ottoline wrote from zeb.q@example.org. Dr. Parkinsen knows of his Parkinson disease.",
    "two": "Mr. Quartermaine lives at 12 Larkspur Lane. Metformin caused nausea. Quartermaine reports no fever. "
    "The upload came from 10.20.30.40. Cisplatin was stopped.",
    "three": "The interpreter, Nguyễn Thị Sương, was present. Cisplatin caused nausea.",
}
CLEAN = {"four": "Cisplatin caused nausea. Metformin was continued for Parkinson disease."}


@pytest.fixture
def server() -> Iterator[Recorder]:
    with recording_server() as recorder:
        yield recorder


def run(server: Recorder, texts: dict[str, str], *, kind: str | None = None, **settings: Any) -> Build:
    chosen = load_settings(
        None,
        schema_name="chemical-disease",
        extractors=("far",),
        relation_extractor="far",
        allow_remote=True,
        **settings,
    )
    documents = [
        Document(id=name, text=text, language="en", metadata=Metadata(kind=kind)) for name, text in texts.items()
    ]
    return build(documents, settings=chosen, models={"far": Elsewhere(port=server.port)})


def test_documents_with_identifiers_are_set_aside_by_default_and_nothing_is_sent(server: Recorder) -> None:
    done = run(server, NOTES)
    assert server.requests == []
    assert done.run.failures_by_code == {"identifiers-found": len(NOTES)}
    assert done.store.statistics().documents == 0
    for failure in done.store.failures():
        assert not any(identifier in failure.message for identifier in IDENTIFIERS)
        assert "NAME" in failure.message
        assert failure.attempts == 0, "it is no fault of theirs"


def test_documents_without_identifiers_are_read(server: Recorder) -> None:
    done = run(server, NOTES | CLEAN)
    assert [view.id for view in done.store.documents()] == ["four"]
    assert server.requests


def test_without_leave_nothing_is_sent_whatever_the_policy(server: Recorder) -> None:
    chosen = load_settings(None, schema_name="chemical-disease", extractors=("far",), privacy="allow")
    documents = [Document(id="four", text=CLEAN["four"], language="en")]
    done = build(documents, settings=chosen, models={"far": Elsewhere(port=server.port)})
    assert done.run.failures_by_code == {"remote-not-allowed": 1}
    assert server.requests == []


def told(done: Build) -> tuple[list[Any], list[Any]]:
    """Mentions and relations, without provenance."""
    mentions = [
        (view.document, view.start, view.end, view.text, view.type, view.concept, view.assertion)
        for view in done.store.mentions()
    ]
    relations = [
        (view.subject, view.predicate, view.object, [(one.document, one.sentence_text) for one in view.evidence])
        for view in done.store.relations()
    ]
    return mentions, relations


def test_masked_requests_hold_no_identifier_and_the_graph_is_that_of_the_whole_texts(server: Recorder) -> None:
    plain = told(run(server, NOTES | CLEAN, privacy="allow"))
    assert any(identifier in request for request in server.requests for identifier in IDENTIFIERS)
    server.requests.clear()
    masked = told(run(server, NOTES | CLEAN, privacy="mask"))
    assert len(server.requests) == 2 * len(NOTES | CLEAN)
    for request in server.requests:
        assert not [identifier for identifier in IDENTIFIERS if identifier in request]
    assert masked == plain
    assert {mention[3] for mention in masked[0]} == {"Cisplatin", "Metformin", "nausea", "Parkinson disease"}
    assert "Cisplatin caused nausea on 03/14/2019." in str(masked[1]), "evidence is the text's own"


def test_a_copy_editor_gets_masked_text_and_its_rewriting_has_the_words_again(server: Recorder) -> None:
    texts = {"one": "Zebediah Quartermaine, a 40-year-old man, c/o nausea since 03/14/2019. Cisplatin caused nausea."}
    done = run(server, texts, kind="note", cleaner="far", privacy="mask")
    rewriting, *others = server.requests
    assert "rewrites noisy" in rewriting
    assert "[NAME-1]" in rewriting
    assert "complaining of" in others[0]
    assert not [identifier for request in server.requests for identifier in IDENTIFIERS if identifier in request]
    mentions, relations = told(done)
    assert [texts["one"][start:end] for _, start, end, *_ in mentions] == ["nausea", "Cisplatin", "nausea"]
    assert "Cisplatin caused nausea" in str(relations)
    blocked = run(server, texts, kind="note", cleaner="far")
    assert blocked.run.failures_by_code == {"identifiers-found": 1}


def test_a_placeholder_that_the_model_takes_for_a_concept_is_rejected_and_named_nowhere(server: Recorder) -> None:
    server.greedy = True
    done = run(server, NOTES, privacy="mask", attempts=2)
    for request in server.requests:
        assert not [identifier for identifier in IDENTIFIERS if identifier in request]
    assert done.run.rejects_by_code["masked-identifier"] > 0
    assert {view.type for view in done.store.concepts()} == {"Chemical", "Disease"}
    assert not [view for view in done.store.mentions() if view.text in IDENTIFIERS]
    for _, reject in done.store.rejects():
        assert reject.text is None or not any(identifier in reject.text for identifier in IDENTIFIERS)


def test_the_policy_changes_the_graph_only_where_texts_are_masked(server: Recorder) -> None:
    hashes = {policy: run(server, CLEAN, privacy=policy).run.settings_hash for policy in ("block", "mask", "allow")}
    assert hashes["block"] == hashes["allow"] != hashes["mask"]
