"""The folder that a page's blocks are run in: graphs, texts and corpora of our own writing."""

from __future__ import annotations

import json
import lzma
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from kg_builder import build
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.rolling_up import roll_up
from kg_builder.review import Decision, Verdict, decision_on, items_of
from kg_builder.review.decisions import RelationTarget
from kg_builder.terminology.shipped import load_terminology
from tests.documentation.pages import ROOT, Block

MATERIALS = Path(__file__).parent / "materials"
OF_THE_CLONE = ("examples", "benchmarks", "docker-compose.yml", "pyproject.toml", ".pre-commit-config.yaml")
SAMPLES = ("case-cisplatin-nephrotoxicity.txt", "case-clozapine-agranulocytosis.txt", "note-clinic-thyroid-review.txt")
MODELS = {"ner-dev": "tagger", "relations-dev": "relations", "linking-dev": "linking", "vietnamese-dev": "vietnamese"}
DRUGS = {"aspirin": "D001241", "lithium": "D008094", "digoxin": "D004077", "codeine": "D003061"}
PROBLEMS = {"rash": "D005076", "nausea": "D009325", "tremor": "D014202", "bleeding": "D006470", "gout": "D006073"}
FRAMES = {"train": "He took {drug} for {good}. Then {drug} caused {bad}.",
          "dev": "Nobody knew why {bad} began so soon after {drug}, which was given for {good}."}  # fmt: skip
VIETNAMESE = {"train": "Người dân {place} mắc {disease} trong tuần {number}.",
              "dev": "Tại {place} có {number} người mắc {disease} phải cách ly."}  # fmt: skip
SIZES = {"train": range(100, 140), "dev": range(200, 212)}


@dataclass(frozen=True)
class Graphs:
    """Built once, copied into each folder."""

    folder: Path

    def build(self) -> Graphs:
        """The three of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        build([ROOT / "examples" / "texts"], store=self.folder / "demo.kg").store.close()
        notes = MATERIALS / "notes.jsonl"
        shutil.copy(self.folder / "demo.kg", self.folder / "graph.kg")
        built = build([notes], store=self.folder / "graph.kg")
        roll_up(built.store, load_terminology())
        built.store.decide([_decision(built.store)])
        built.store.close()
        build([notes], store=self.folder / "other.kg").store.close()
        return self


def _decision(store: GraphStore) -> Decision:
    """One that was made about a note's relation, with an id that pages can name."""
    part = store.part("note-18")
    assert part is not None
    relation = next(item for item in items_of(part, ()) if isinstance(item.about, RelationTarget))
    return decision_on(relation, Verdict.ACCEPTED, by="mai").model_copy(update={"id": "5f3c71a0"})


def furnish(folder: Path, graphs: Graphs, blocks: list[Block]) -> None:
    """Put everything there; `blocks` of the page that are files win."""
    shutil.copytree(MATERIALS, folder, dirs_exist_ok=True)
    for path in graphs.folder.glob("*.kg"):
        shutil.copy(path, folder)
    for name in OF_THE_CLONE:
        _copy(ROOT / name, folder / name)
    (folder / "texts").mkdir()
    for name in SAMPLES:
        shutil.copy(ROOT / "examples" / "texts" / name, folder / "texts")
    for run, model in MODELS.items():
        if any(f"runs/{run}" in block.text for block in blocks):
            _copy(ROOT / "kg_builder" / "models" / model, folder / "runs" / run / "model")
    write_corpora(folder)
    shutil.copytree(folder / "bc5cdr", folder / "CORPORA" / "bc5cdr")
    write_corpora(folder / "CORPORA")
    for block in blocks:
        if "file" in block.notes:
            name = block.notes["file"]
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(block.text, encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    """A copy and no link: what a page's commands write must not reach the repository."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "adapters"))
    elif source.exists():
        shutil.copy(source, target)


def shipped() -> dict[Path, tuple[int, int]]:
    """Files that no block may touch, with their times and sizes."""
    files = [path for name in ("kg_builder/models", "examples") for path in (ROOT / name).rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files if "__pycache__" not in path.parts}


def write_corpora(folder: Path) -> None:
    """A few documents of ours as BC5CDR, NCBI Disease, BioRED, VietBioNER, MTSamples and OHSUMED are laid out."""
    labels = {"bc5cdr": ("Disease", "CID"), "ncbi_disease": ("SpecificDisease", ""),
              "biored": ("Disease", "Negative_Correlation")}  # fmt: skip
    for (corpus, (label, relation)), part in product(labels.items(), SIZES):
        (folder / corpus).mkdir(parents=True, exist_ok=True)
        offset = 1000 * list(labels).index(corpus)
        documents = (_pubtator(number + offset, part, label, relation) for number in SIZES[part])
        (folder / corpus / f"{part}.pubtator").write_text("\n".join(documents), encoding="utf-8")
    for path, numbers in (
        ("mtsamples/sample.jsonl", range(300, 312)),
        ("pubmed_unlabelled/ohsumed.jsonl.xz", range(3)),
    ):
        texts = [
            json.dumps({"id": f"n{number}", "text": f"Case {number} went home. All was well.\n"}) for number in numbers
        ]
        (folder / path).parent.mkdir(exist_ok=True)
        content = ("\n".join(texts) + "\n").encode()
        (folder / path).write_bytes(lzma.compress(content) if path.endswith(".xz") else content)
    (folder / "vietbioner").mkdir(exist_ok=True)
    for part, numbers in SIZES.items():
        rows = (json.dumps(_vietnamese(number, part), ensure_ascii=False) for number in numbers)
        (folder / "vietbioner" / f"{part}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _pubtator(number: int, part: str, label: str, relation: str) -> str:
    drug = list(DRUGS)[number % len(DRUGS)]
    bad, good = (list(PROBLEMS)[(number + step) % len(PROBLEMS)] for step in (0, 2))
    title = f"{drug.capitalize()} and {bad} in case {number}."
    body = FRAMES[part].format(drug=drug, bad=bad, good=good) + f" Bed {number * 7}."
    lines = [f"{number}|t|{title}", f"{number}|a|{body}"]
    for start, name, kind, identifier in _places(f"{title} {body}", label):
        lines.append(f"{number}\t{start}\t{start + len(name)}\t{name}\t{kind}\t{identifier}")
    if relation:
        ends = (DRUGS[drug], PROBLEMS[bad if relation == "CID" else good])
        lines.append("\t".join([str(number), relation, *ends]))
    return "\n".join(lines) + "\n"


def _places(text: str, label: str) -> Iterator[tuple[int, str, str, str]]:
    for names, kind in ((DRUGS, "Chemical"), (PROBLEMS, label)):
        for name, identifier in names.items() if kind != "Chemical" or label == "Disease" else ():
            at = text.lower().find(name)
            while at >= 0:
                yield at, text[at : at + len(name)], kind, identifier
                at = text.lower().find(name, at + 1)


def _vietnamese(number: int, part: str) -> dict[str, object]:
    disease = ("cúm mùa", "sởi", "bạch hầu", "ho gà", "uốn ván")[number % 5]
    place = ("Huế", "Đà Nẵng", "Cần Thơ", "Vinh")[number % 4]
    text = VIETNAMESE[part].format(place=place, disease=disease, number=number)
    entities = [
        {"start": text.index(name), "end": text.index(name) + len(name), "text": name, "type": kind}
        for name, kind in ((disease, "Symptom_and_Disease"), (place, "Location"))
    ]
    return {"id": f"{part}-{number}", "text": text, "entities": entities}
