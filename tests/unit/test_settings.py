"""Settings from file, environment and keyword arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.errors import SettingsError
from kg_builder.settings import Settings, load_settings


def test_what_is_given_beats_the_environment_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("attempts: 5\nconcurrency: 6\nschema_name: clinical-note\n")
    monkeypatch.setenv("KG_BUILDER_CONCURRENCY", "7")
    settings = load_settings(file, schema_name="chemical-disease")
    assert (settings.attempts, settings.concurrency, settings.schema_name) == (5, 7, "chemical-disease")


def test_the_environment_beats_the_file_field_by_field_in_sections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("neo4j: {username: ward, pool_size: 7}\nray: {actors: 5, address: local}\n")
    monkeypatch.setenv("NEO4J_USERNAME", "me")
    monkeypatch.setenv("KG_BUILDER_RAY_ACTORS", "3")
    settings = load_settings(file)
    assert (settings.neo4j.username, settings.neo4j.pool_size) == ("me", 7)
    assert (settings.ray.actors, settings.ray.address) == (3, "local")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("attempts: many", "attempts"),
        ("attemts: 3", "attemts"),
        ("- a\n- b", "mapping"),
        ("a: [", "YAML"),
        ("min_confidence: {Drug: 2}", "min_confidence.Drug"),
    ],
)
def test_a_bad_file_gets_a_message_naming_the_field(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=message):
        load_settings(file)


def test_only_what_changes_the_graph_counts_as_a_difference() -> None:
    assert Settings(concurrency=8, threads=2, tracing=True).described() == Settings().described()
    assert Settings(attempts=5).described() != Settings().described()
