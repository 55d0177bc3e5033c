"""What a run's record says of settings and versions, and what it never says."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from kg_builder.graphs.building import build, run_into
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.graphs.run_setups import run_setup
from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.records import Document
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.stores.views import RunRecord
from kg_builder.terminology.rows import ConceptRow
from kg_builder.testing import ScriptedExtractor, TableNormalizer, small_terminology

SECRETS = ("hunter2-and-more", "sk-live-0123456789abcdef")


def parts(settings: Settings) -> Components:
    return Components(
        settings=settings,
        extractors={"reader": ScriptedExtractor([()], model="reader 7")},
        normalizer=TableNormalizer(),
        schemas={"chemical-disease": builtin_schema("chemical-disease")},
        checks=(lambda _: (),),  # type: ignore[arg-type]
    )


def test_a_build_records_what_it_ran_with(tmp_path: Path) -> None:
    settings = Settings(relation_extractor="none", attempts=2, document_timeout=30.0)
    run = build("Aspirin helped.", store=tmp_path / "ward.kg", settings=settings).run
    assert (setup := run.setup) is not None
    assert (setup.package, setup.store) == (version("clinical-kg-builder"), "ward.kg")
    assert setup.changed == ("relation_extractor", "attempts", "document_timeout")
    assert setup.settings["attempts"] == 2
    assert setup.settings["cleaner"] == "rules"
    assert {part.step for part in setup.parts} == {"clean", "extract", "normalize"}
    assert all(part.model for part in setup.parts if part.step in {"extract", "normalize"})
    assert "MeSH" in {source.name for source in setup.vocabularies}
    assert set(setup.schemas) == {"vietnamese-medical", "clinical-note", "chemical-disease"}
    with_file = open_store(tmp_path / "ward.kg", read_only=True)
    assert list(with_file.runs()) == [run]


def test_parts_of_the_users_own_are_named_and_no_terminology_is_claimed() -> None:
    setup = run_setup(parts(Settings(schema_name="chemical-disease", extractors=("reader",))))
    assert [(part.step, part.name, part.model) for part in setup.parts] == [
        ("extract", "reader", "reader 7"),
        ("normalize", TableNormalizer.name, TableNormalizer.model),
    ]
    assert (setup.store, setup.terminologies, setup.vocabularies) == ("", (), ())
    assert len(setup.checks) == 1


def test_vocabularies_are_those_that_the_linker_has() -> None:
    rows = [ConceptRow("X:1", "DISO", "fever")]
    linker = LinkingNormalizer(small_terminology(rows))
    setup = run_setup(replace(parts(Settings()), normalizer=linker))
    assert (setup.terminologies, setup.vocabularies) == ((), ()), "the settings name another"
    assert setup.parts[-1].model == linker.model


def test_no_secret_reaches_the_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("NEO4J_PASSWORD", "OPENAI_API_KEY", "LANGSMITH_API_KEY"):
        monkeypatch.setenv(name, SECRETS[0])
    settings = Settings.model_validate(
        {
            "engine": "ray",
            "ray": {"address": f"ray://admin:{SECRETS[0]}@10.0.0.1:10001"},
            "neo4j": {"uri": f"neo4j://neo4j:{SECRETS[0]}@db:7687", "username": "db-admin", "password": SECRETS[0]},
            "models": {"mine": {"source": f"chat:openai:{SECRETS[1]}", "system": f"Use the key {SECRETS[1]}."}},
            "chat_model": f"https://models.example.org?api_key={SECRETS[0]}",
        }
    )
    components = parts(settings)
    store = open_store(tmp_path / "s.kg")
    run_into(store, run_corpus([Document(id="d", text="Nothing.")], components), components, None)
    store.close()
    recorded = (tmp_path / "s.kg").read_bytes()
    said = json.dumps(RunRecord.model_dump(open_store(tmp_path / "s.kg", read_only=True).runs()[0], mode="json"))
    for secret in (*SECRETS, "db-admin"):
        assert secret not in said
        assert secret.encode() not in recorded
    assert "10.0.0.1:10001" in said


def test_a_record_of_before_still_opens() -> None:
    old = {"id": "a", "started": "2025-01-01T10:00:00Z", "settings_hash": "s1", "read": 3}
    assert RunRecord.model_validate(old).setup is None


def test_equal_settings_give_equal_setups() -> None:
    settings = Settings(schema_name="chemical-disease", extractors=("reader",))
    assert run_setup(parts(settings)) == run_setup(parts(settings))
