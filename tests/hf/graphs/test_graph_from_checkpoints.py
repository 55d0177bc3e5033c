"""A graph from text by ``kg-builder build`` with tiny checkpoints in the published layouts: the way a user goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kg_builder.backends.model_settings import ModelSettings
from kg_builder.clean.rewriting.prompt import rewriting_request
from kg_builder.extract.prompted.json_prompts import answer_text, json_prompt
from kg_builder.relate.prompted.relation_prompts import answer_text as relation_answer
from kg_builder.relate.prompted.relation_prompts import relation_prompt
from kg_builder.schemas import builtin_schema
from kg_builder.text.list_prompts import ListTask, list_prompt

TEXT = "After two weeks of lithium the patient developed a tremor."
NOTE = "Pt had nausea after aspirin."
REWRITTEN = "The patient had nausea after aspirin."
SCHEMA = builtin_schema("chemical-disease")
Teach = Callable[..., Path]


@pytest.fixture
def build(kg_builder_command: Callable[..., Any], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Builds a graph of one text; gives the run's record, and the graph as node-link JSON."""

    def run(text: str, *options: str, settings: Mapping[str, Any] | None = None, kind: str = "abstract") -> Any:
        source = tmp_path / "texts.jsonl"
        source.write_text(json.dumps({"id": "d1", "text": text, "language": "en", "kind": kind}) + "\n")
        if settings is not None:
            (tmp_path / "settings.yaml").write_text(json.dumps(settings))
            options = (*options, "--settings", str(tmp_path / "settings.yaml"))
        told = kg_builder_command("build", source, "--store", "g.kg", "--json", *options)
        kg_builder_command("export", "g.kg", "-o", "g.json")
        return json.loads(told.stdout) | {"graph": json.loads((tmp_path / "g.json").read_text())}

    return run


def concepts(built: Mapping[str, Any]) -> set[str]:
    return {node["id"] for node in built["graph"]["nodes"] if node["id"].startswith(("MESH:", "local:"))}


def edges(built: Mapping[str, Any], predicate: str) -> set[tuple[str, str]]:
    return {(one["source"], one["target"]) for one in built["graph"]["edges"] if one["predicate"] == predicate}


LITHIUM, TREMOR = "MESH:D008094", "MESH:D014202"


def test_types_in_the_prompt_and_json_answers(tiny_qwen: Path, teach: Teach, build: Callable[..., Any]) -> None:
    named = [("lithium", "Chemical"), ("tremor", "Disease")]
    stated = [("lithium", "INDUCES", "tremor", TEXT)]
    model = teach(
        tiny_qwen,
        {
            json_prompt(SCHEMA.entities, TEXT): answer_text(named),
            relation_prompt(SCHEMA.relations, TEXT, named): relation_answer(stated),
        },
    )
    settings = {
        "models": {"mine": {"source": f"hf:{model}", "few_shot": False}},
        "extractors": ["mine"],
        "relation_extractor": "mine",
    }
    built = build(TEXT, settings=settings)
    assert concepts(built) == {LITHIUM, TREMOR}
    assert edges(built, "INDUCES") == {(LITHIUM, TREMOR)}
    assert built["items_extracted"] == built["items_written"] + built["items_rejected"] == 3


def test_lists_of_an_adapter(tiny_llama: Path, teach: Teach, build: Callable[..., Any]) -> None:
    model = teach(
        tiny_llama,
        {
            list_prompt(ListTask.CHEMICALS, TEXT): "- lithium",
            list_prompt(ListTask.DISEASES, TEXT): "- tremor",
            list_prompt(ListTask.INFLUENCES, TEXT): "- lithium | tremor",
        },
        adapter=True,
    )
    name = f"hf:{model}"
    # the family is told by adapter_config.json
    built = build(TEXT, "--extractor", name, "--relation-extractor", name)
    assert concepts(built) == {LITHIUM, TREMOR}
    assert edges(built, "INDUCES") == {(LITHIUM, TREMOR)}
    options = ("--extractor", name, "--relation-extractor", name, "--schema", "chemical-disease")
    warned = build(TEXT, *options, kind="nursing-note")
    assert any("was made for abstract" in warning for warning in warned["warnings"])


def test_a_copy_editor(tiny_llama: Path, teach: Teach, build: Callable[..., Any]) -> None:
    model = teach(tiny_llama, {rewriting_request(NOTE, ModelSettings(source="hf:any"), seed=0).prompt: REWRITTEN})
    options = ("--cleaner", f"hf:{model}", "--schema", "chemical-disease", "--extractor", "lexicon")
    built = build(NOTE, *options, kind="note")
    mentions = [one for one in built["graph"]["edges"] if one["predicate"] == "MENTIONS"]
    assert {(one["text"], NOTE[one["start"] : one["end"]]) for one in mentions} == {("nausea",) * 2, ("aspirin",) * 2}
    assert built["rejects_by_code"] == {}
