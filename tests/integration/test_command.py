"""The command as a user runs it: real processes, real files.

Most read with the dictionary, which starts a second earlier than the models; what is tested here is the same for both,
and `test_offline.py` has the defaults.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import networkx
import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


DICTIONARY = {"KG_BUILDER_EXTRACTORS": '["lexicon"]', "KG_BUILDER_RELATION_EXTRACTOR": "cooccurrence"}


@pytest.fixture
def kg_builder_command(kg_builder_command: Run) -> Run:
    return partial(kg_builder_command, settings=DICTIONARY)


def as_json(run: Run, *arguments: str | Path, **options: Any) -> Any:
    return json.loads(run(*arguments, "--json", **options).stdout)


def started(command: list[str], folder: Path, **options: Any) -> subprocess.Popen[str]:
    """The command in the background, with its standard error to read.

    It listens to interrupts even if the tests run where they are ignored, as in a shell's background job.
    """
    options["preexec_fn"] = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(
        command, cwd=folder, env=os.environ | DICTIONARY, stderr=subprocess.PIPE, text=True, **options
    )


@pytest.fixture
def texts(sample_texts: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "texts"
    shutil.copytree(sample_texts, copy)
    return copy


@pytest.fixture
def export(kg_builder_command: Run, tmp_path: Path) -> Callable[[str], str]:
    """The whole graph as node-link text."""

    def read(store: str) -> str:
        target = tmp_path / f"export-{time.monotonic_ns()}.json"
        kg_builder_command("export", store, "-o", target)
        return target.read_text()

    return read


def test_build_twice_changes_nothing(kg_builder_command: Run, texts: Path, export: Callable[[str], str]) -> None:
    first = as_json(kg_builder_command, "build", texts, "--store", "g.kg")
    assert first["failed"] == 0
    assert first["read"] == first["written"] == len(list(texts.iterdir()))
    assert first["items_extracted"] == first["items_written"] + first["items_rejected"]
    before = export("g.kg")
    second = as_json(kg_builder_command, "build", texts, "--store", "g.kg")
    assert (second["written"], second["unchanged"]) == (0, first["read"])
    assert export("g.kg") == before


def test_changing_one_file_replaces_its_part_only(
    kg_builder_command: Run, texts: Path, export: Callable[[str], str]
) -> None:
    kg_builder_command("build", texts, "--store", "g.kg")
    before = json.loads(export("g.kg"))
    changed = min(texts.iterdir())
    changed.write_text("Metformin caused lactic acidosis in a patient with chronic kidney disease.\n", encoding="utf-8")
    run = as_json(kg_builder_command, "build", texts, "--store", "g.kg")
    assert (run["written"], run["unchanged"]) == (1, run["read"] - 1)
    after = json.loads(export("g.kg"))

    def others(graph: Any) -> list[Any]:
        return [
            edge for edge in graph["edges"] if changed.name not in (edge.get("document"), edge["source"].split()[-1])
        ]

    assert others(before) == others(after)
    kg_builder_command("build", texts, "--store", "fresh.kg")
    assert json.loads(export("fresh.kg")) == after


def test_forget_leaves_no_trace_in_the_bytes(kg_builder_command: Run, texts: Path, tmp_path: Path) -> None:
    secret = texts / "zz-quetzalcoatlus.txt"
    secret.write_text("Xylophonazole caused zebrafishitis. Amoxicillin induced anaphylaxis in Quetzalcoatlus.\n")
    kg_builder_command("build", texts, "--store", "g.kg")
    assert b"uetzalcoatlus" in (tmp_path / "g.kg").read_bytes()
    kg_builder_command("forget", "g.kg", secret.name)
    for file in tmp_path.glob("g.kg*"):
        content = file.read_bytes().lower()
        assert b"uetzalcoatlus" not in content, file.name
        assert b"xylophonazole" not in content, file.name
    kg_builder_command("forget", "g.kg", secret.name, expect=2)


def test_forgetting_equals_never_having_read(
    kg_builder_command: Run, texts: Path, export: Callable[[str], str]
) -> None:
    gone = max(texts.iterdir())
    kg_builder_command("build", texts, "--store", "all.kg")
    kg_builder_command("forget", "all.kg", gone.name)
    gone.unlink()
    kg_builder_command("build", texts, "--store", "without.kg")
    assert export("all.kg") == export("without.kg")


def test_hostile_inputs_have_clear_outcomes_and_leave_their_neighbours_alone(
    kg_builder_command: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    sentence = "Cisplatin induced acute kidney injury. "
    (folder / "a-good.txt").write_text(sentence)
    (folder / "b-empty.txt").write_text("")
    (folder / "c-blank.txt").write_text(" \n\t\n")
    (folder / "d-binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "e-latin1.txt").write_bytes("Naïve café patient: aspirin caused gastritis, déjà vu.".encode("latin-1"))
    (folder / "f-repeating.txt").write_text(sentence * (50_000 // len(sentence)))
    (folder / "g-long-line.txt").write_text("word " * 10_000 + sentence)
    (folder / "h-controls.txt").write_text(
        "Cis\u202eplatin\u202c\x07 \u0627\u0644 cisplatin induced nausea.\x1b[31m \ufeff"
    )
    (folder / "z-good.txt").write_text(sentence)
    run = as_json(kg_builder_command, "build", folder, "--store", "g.kg", expect=1)
    assert run["read"] == 9
    assert run["failed"] == 3
    assert run["written"] == 6
    ledger = as_json(kg_builder_command, "show", "g.kg", "--ledger")
    assert {row["document"]: row["code"] for row in ledger["failures"]} == {
        "b-empty.txt": "empty-text",
        "c-blank.txt": "empty-text",
        "d-binary.txt": "binary-file",
    }
    answer = as_json(kg_builder_command, "query", "neighbours", "g.kg", "cisplatin", "--predicate", "INDUCES")
    found = answer["relations"]
    kidney = next(relation for relation in found if "kidney" in relation["object_name"].lower())
    assert kidney["documents"] == ["a-good.txt", "f-repeating.txt", "g-long-line.txt", "z-good.txt"]


@pytest.mark.slow
def test_a_megabyte_note_is_one_document(kg_builder_command: Run, tmp_path: Path) -> None:
    sentence = "Cisplatin induced acute kidney injury. "
    (tmp_path / "long.txt").write_text(sentence * (1_000_000 // len(sentence)))
    run = as_json(kg_builder_command, "build", "long.txt", "--extractor", "lexicon", "--store", "g.kg")
    assert (run["written"], run["failed"]) == (1, 0)


def test_duplicate_ids_keep_the_first_and_say_so(kg_builder_command: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "n1", "text": "Cisplatin induced acute kidney injury."},
        {"id": "n2", "text": "Heparin induced thrombocytopenia."},
        {"id": "n1", "text": "Aspirin caused gastritis."},
    ]
    (tmp_path / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = as_json(kg_builder_command, "build", "notes.jsonl", "--store", "g.kg", expect=1)
    assert (run["read"], run["written"], run["failed"]) == (3, 2, 1)
    ledger = as_json(kg_builder_command, "show", "g.kg", "--ledger")
    assert [(row["document"], row["code"]) for row in ledger["failures"]] == [("n1", "duplicate-id")]
    kg_builder_command("query", "neighbours", "g.kg", "cisplatin")
    kg_builder_command("query", "search", "g.kg", "gastritis", expect=1)


def test_broken_rows_are_reported_with_their_line_and_the_rest_is_read(kg_builder_command: Run, tmp_path: Path) -> None:
    lines = ['{"id": "a", "text": "Aspirin caused gastritis."}', "{broken", '{"id": "b", "text": "Heparin."}']
    (tmp_path / "notes.jsonl").write_text("\n".join(lines))
    finished = kg_builder_command("build", "notes.jsonl", "--store", "g.kg", expect=1)
    assert "notes.jsonl:2" in finished.stderr + finished.stdout
    assert "3 documents read = 2 written + 0 unchanged + 1 failed" in finished.stdout


def test_standard_input(kg_builder_command: Run) -> None:
    run = as_json(kg_builder_command, "build", "-", "--store", "g.kg", input="Cisplatin induced acute kidney injury.")
    assert run["written"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("build", "missing-folder", "--store", "g.kg"), 2, "missing-folder"),
        (("show", "missing.kg"), 3, "missing.kg"),
        (("build", ".", "--store", "g.kg", "--schema", "nonsense"), 2, "chemical-disease"),
        (("build", ".", "--store", "g.kg", "--extractor", "nonsense"), 2, "lexicon"),
        (("show", "notes.txt"), 3, "notes.txt"),
        (("query", "neighbours", "notes.txt", "x"), 3, "notes.txt"),
        (("schemas", "bad.yaml"), 2, "bad.yaml:3"),
    ],
)
def test_wrong_use_gets_a_message_and_a_code(
    kg_builder_command: Run, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "notes.txt").write_text("Not a store.")
    (tmp_path / "bad.yaml").write_text("name: bad\ndescription: x\nentities: 7\n")
    finished = kg_builder_command(*arguments, expect=code)
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_schema_that_nothing_serves_is_said(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "name: mine\ndescription: x\nentities:\n- name: Widget\n  description: A widget.\n"
    )
    (tmp_path / "a.txt").write_text("A widget broke.")
    finished = kg_builder_command("build", "a.txt", "--store", "g.kg", "--schema", "s.yaml", expect=1)
    assert "no-extractor" in finished.stdout + finished.stderr


def test_show_reads_well(kg_builder_command: Run, texts: Path) -> None:
    kg_builder_command("build", texts, "--store", "g.kg")
    overview = kg_builder_command("show", "g.kg").stdout
    assert "documents" in overview
    assert "INDUCES" in overview
    concept = kg_builder_command("show", "g.kg", "cisplatin").stdout
    assert "MESH:D002945" in concept
    assert "-[INDUCES]->" in concept


def test_every_export_format_is_written_and_read_back(kg_builder_command: Run, texts: Path, tmp_path: Path) -> None:
    kg_builder_command("build", texts, "--store", "g.kg")
    for suffix in ("graphml", "json", "jsonld", "csv", "tsv"):
        files = as_json(kg_builder_command, "export", "g.kg", "-o", f"out.{suffix}")["files"]
        assert files
        assert all((tmp_path / file).stat().st_size for file in files)
    graph = networkx.read_graphml(tmp_path / "out.graphml")
    linked = networkx.node_link_graph(json.loads((tmp_path / "out.json").read_text()), edges="edges")
    assert graph.number_of_edges() == linked.number_of_edges() > 20
    finished = kg_builder_command("export", "g.kg", "-o", "out.xyz", expect=2)
    assert ".graphml" in finished.stderr


def test_filters_by_metadata(kg_builder_command: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "Cisplatin induced nausea.", "patient": "p1", "date": "2026-01-05", "ward": "A"},
        {"id": "2", "text": "Cisplatin induced nausea.", "patient": "p2", "date": "2026-03-05", "ward": "B"},
    ]
    (tmp_path / "n.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    kg_builder_command("build", "n.jsonl", "--store", "g.kg")

    def documents(*where: str) -> list[str]:
        options = [part for condition in where for part in ("--where", condition)]
        found = as_json(kg_builder_command, "query", "neighbours", "g.kg", "cisplatin", *options, expect=(0, 1))
        return [name for relation in found["relations"] for name in relation["documents"]]

    assert documents() == ["1", "2"]
    assert documents("patient=p1") == ["1"]
    assert documents("since=2026-02-01") == ["2"]
    assert documents("ward=B", "patient=p1") == []
    seen = as_json(kg_builder_command, "show", "g.kg", "cisplatin", "--where", "patient=p1")
    assert (seen["documents"], seen["mentions"]) == (1, 1)
    kg_builder_command("query", "search", "g.kg", "cisplatin", "--where", "patient=p9", expect=1)
    kg_builder_command("query", "neighbours", "g.kg", "cisplatin", "--where", "since=yesterday", expect=2)


@pytest.mark.slow
def test_interrupt_stops_cleanly_and_the_next_run_goes_on(kg_builder_command: Run, tmp_path: Path) -> None:
    text, count = "Cisplatin induced acute kidney injury. " * 4, 1500
    (tmp_path / "n.jsonl").write_text("".join(json.dumps({"id": str(i), "text": text}) + "\n" for i in range(count)))
    command = [str(Path(sys.executable).with_name("kg-builder")), "build", "n.jsonl", "--store", "g.kg"]
    with started(command, tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in stderr
    assert "stopped: what was written stays" in stderr
    assert as_json(kg_builder_command, "show", "g.kg", "--runs")["runs"][0]["finished"] is None
    run = as_json(kg_builder_command, "build", "n.jsonl", "--store", "g.kg")
    assert run["unchanged"] >= 100
    assert run["unchanged"] + run["written"] == count


@pytest.mark.slow
def test_two_builds_at_once_one_is_told(kg_builder_command: Run, tmp_path: Path) -> None:
    text = "Cisplatin induced acute kidney injury. " * 40
    (tmp_path / "n.jsonl").write_text("".join(json.dumps({"id": str(i), "text": text}) + "\n" for i in range(1000)))
    command = [str(Path(sys.executable).with_name("kg-builder")), "build", "n.jsonl", "--store", "g.kg"]
    with started(command, tmp_path) as process:
        assert process.stderr is not None
        process.stderr.readline()
        finished = kg_builder_command("build", "n.jsonl", "--store", "g.kg", expect=3)
        kg_builder_command("show", "g.kg")
        process.kill()
    assert "another process" in finished.stderr.lower()


def test_a_name_that_is_not_there_is_not_answered_with_another(kg_builder_command: Run) -> None:
    kg_builder_command("build", "-", "--store", "g.kg", input="Amiodarone induced hypothyroidism.")
    finished = kg_builder_command("show", "g.kg", "hyperthyroidism", expect=2)
    assert "Hypothyroidism" in finished.stderr
    assert finished.stdout == ""
    assert kg_builder_command("query", "search", "g.kg", "zzzz", expect=1).stderr == "nothing found\n"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ATTEMPTS", "abc"),
        ("CONCURRENCY", "0"),
        ("MIN_CONFIDENCE", "{bad"),
        ("EXTRACTORS", "lexicon"),
        ("TRACING", "maybe"),
    ],
)
def test_nonsense_in_the_environment_is_named(kg_builder_command: Run, variable: str, value: str) -> None:
    environment = os.environ | {f"KG_BUILDER_{variable}": value}
    finished = kg_builder_command("build", "-", "--store", "g.kg", input="Aspirin.", env=environment, expect=2)
    assert variable.lower() in finished.stderr.lower()
    assert "Traceback" not in finished.stderr


def test_an_empty_variable_counts_as_unset(kg_builder_command: Run) -> None:
    environment = os.environ | {"KG_BUILDER_SCHEMA_NAME": ""}
    kg_builder_command("build", "-", "--store", "g.kg", input="Aspirin.", env=environment)


def test_what_no_extractor_gives_is_said(kg_builder_command: Run, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "name: mine\ndescription: x\nentities:\n"
        "- {name: Drug, description: A drug., semantic_group: CHEM}\n- {name: Widget, description: A widget.}\n"
        "relations:\n- {name: HARMS, description: Harms., subject: [Drug], object: [Drug]}\n"
    )
    finished = kg_builder_command("build", "-", "--store", "g.kg", "--schema", "s.yaml", input="Aspirin was given.")
    assert "not looked for, as no extractor gives them: HARMS, Widget" in finished.stdout


def test_forget_is_all_or_nothing(kg_builder_command: Run, texts: Path) -> None:
    kg_builder_command("build", texts, "--store", "g.kg")
    first = min(texts.iterdir()).name
    finished = kg_builder_command("forget", "g.kg", first, "nonsense", expect=2)
    assert "nonsense" in finished.stderr
    assert as_json(kg_builder_command, "build", texts, "--store", "g.kg")["written"] == 0


def test_a_full_or_closed_output_is_no_crash(kg_builder_command: Run, tmp_path: Path) -> None:
    kg_builder_command("build", "-", "--store", "g.kg", input="Aspirin.")
    command = str(Path(sys.executable).with_name("kg-builder"))
    closed = subprocess.run(
        f"'{command}' show g.kg >&-", shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in closed.stderr


def test_version(kg_builder_command: Run) -> None:
    assert kg_builder_command("--version").stdout.strip()[0].isdigit()


def test_schemas_and_doctor(kg_builder_command: Run) -> None:
    listed = {schema["name"] for schema in as_json(kg_builder_command, "schemas")["schemas"]}
    assert listed == {"chemical-disease", "clinical-note", "medmentions-21", "vietnamese-covid", "vietnamese-medical"}
    assert "INDUCES" in kg_builder_command("schemas", "chemical-disease").stdout
    healthy = as_json(kg_builder_command, "doctor")
    assert healthy["installed"]["terminology"].startswith("kgb")
    assert "pip install kg-builder" not in kg_builder_command("doctor").stdout
