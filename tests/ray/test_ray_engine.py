"""The engine on Ray: two processes on this machine make the graph that this process makes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from kg_builder.corpora.records import Row, Unreadable
from kg_builder.graphs import ray_pool
from kg_builder.graphs.building import Build, build
from kg_builder.graphs.corpus import DocumentReport
from kg_builder.graphs.ray_cluster import connected
from kg_builder.records import Document, Mention, RelationMention
from kg_builder.schema import Schema
from kg_builder.settings import Engine, RaySettings, Settings
from kg_builder.stores.export import export

pytest.importorskip("ray", reason="Ray isn't installed (extra 'ray')")
# Ray's parts talk over sockets of this machine's own address
pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

DRUGS = ("Cisplatin", "Heparin", "Amiodarone", "Isoniazid", "Clozapine", "Metformin", "Lithium")
EFFECTS = ("acute kidney injury", "thrombocytopenia", "hypothyroidism", "hepatitis", "agranulocytosis", "tremor")
ENGINES: tuple[Engine, ...] = ("local", "ray")
WITH: dict[str, Any] = {"extractors": ("lexicon",), "relation_extractor": "cooccurrence"}


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """One Ray for all tests: starting it takes seconds."""
    with connected(RaySettings(address="local", actors=2)):
        yield


def settings(engine: Engine, **options: Any) -> Settings:
    return Settings(engine=engine, ray=RaySettings(address="local", actors=2), **WITH, **options)


def sample(number: int) -> Document:
    drug, effect = DRUGS[number % len(DRUGS)], EFFECTS[number % len(EFFECTS)]
    text = f"{drug} induced {effect} in patient {number}. No {EFFECTS[(number + 1) % len(EFFECTS)]} was seen."
    return Document(id=f"d{number:02}", text=text)


def exported(built: Build, path: Path) -> bytes:
    export(built.store, path)
    return path.read_bytes()


def test_equals_the_local_engine_and_resumes(tmp_path: Path) -> None:
    rows: list[Row] = [
        *map(sample, range(20)),
        Document(id="blank", text=" \n"),
        sample(3),
        Unreadable("in.jsonl", 7, "bad-json", "not valid JSON", "in.jsonl:7"),
        *map(sample, range(20, 30)),
    ]
    builds: dict[Engine, Build] = {}
    reports: dict[Engine, list[DocumentReport]] = {engine: [] for engine in ENGINES}
    for engine in ENGINES:
        store = tmp_path / f"{engine}.kg"
        builds[engine] = build(rows, store=store, settings=settings(engine), on_report=reports[engine].append)
    local, ray = builds["local"], builds["ray"]
    assert exported(ray, tmp_path / "ray.json") == exported(local, tmp_path / "local.json")
    own = {"id", "started", "finished", "seconds_by_step", "setup"}
    assert ray.run.model_dump(exclude=own) == local.run.model_dump(exclude=own)
    parts = [build.run.setup.parts for build in (local, ray) if build.run.setup is not None]
    assert parts[0] == parts[1] != ()
    assert list(ray.store.failures()) == list(local.store.failures())
    outcomes = [
        [(report.document_id, report.status, report.failure) for report in reports[engine]] for engine in ENGINES
    ]
    assert outcomes[0] == outcomes[1]
    assert (ray.run.written, ray.run.failed) == (30, 3)

    changed = Document(id="d05", text="Lithium induced tremor.")
    again = build([*map(sample, range(5)), changed], store=ray.store, settings=settings("ray"))
    assert (again.run.unchanged, again.run.written) == (5, 1)
    assert again.store.document_text("d05") == changed.text


def bad() -> Callable[..., None]:
    """A check that ends its process at one document, and raises at another."""

    def check(item: Mention | RelationMention, document: Document, schema: Schema) -> None:
        if document.id == "deadly":
            os.kill(os.getpid(), signal.SIGKILL)
        if document.id == "faulty":
            raise ValueError(document.text)

    return check


def test_a_process_that_dies_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_pool, "DEATHS", 2)
    special = [sample(number).model_copy(update={"id": name}) for number, name in enumerate(("deadly", "faulty"))]
    rows = [*map(sample, range(8)), *special, *map(sample, range(8, 40))]
    killed: list[int] = []

    def kill_one(report: DocumentReport) -> None:
        if report.document_id == "d15" and not killed:
            readers = [child for child in psutil.Process().children(recursive=True) if "DocumentWorker" in child.name()]
            killed.append(readers[0].pid)
            os.kill(readers[0].pid, signal.SIGKILL)

    check = bad()
    ray = build(rows, settings=settings("ray"), checks=(check,), on_report=kill_one)
    assert killed
    assert (ray.run.written, ray.run.failed) == (40, 2)
    assert {failure.document_id: failure.code for failure in ray.store.failures()} == {
        "deadly": "worker-died",
        "faulty": "check-failed",
    }
    safe = [row for row in rows if row not in special]
    local = build(safe, settings=settings("local"), checks=(check,))
    assert exported(ray, tmp_path / "ray.json") == exported(local, tmp_path / "local.json")


def test_what_ray_writes_down_holds_no_text() -> None:
    from ray._private.worker import _global_node

    session = Path(_global_node.get_session_dir_path())
    files = [path for path in session.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert b"was seen" not in path.read_bytes(), path
