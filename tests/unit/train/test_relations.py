"""A relation model trained on a tiny corpus of our own: what comes out, and that it comes out the same again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_builder.errors import InputError

pytest.importorskip("sklearn")
pytest.importorskip("onnx")

from kg_builder.protocols import RelationRequest
from kg_builder.relate.document_classifier import DocumentRelationExtractor
from kg_builder.relate.pair_model import model_version
from kg_builder.schemas import load_schema
from kg_builder.testing import TableNormalizer, small_terminology
from kg_builder.train import relations_fitting
from kg_builder.train.documents import load_corpora
from kg_builder.train.relation_recipe import RelationRecipe
from kg_builder.train.relations import train_relations
from kg_builder.train.relations_examples import PageExample, corpus_examples
from kg_builder.train.relations_fitting import best_threshold, fold_numbers

DRUGS = {"aspirin": "D001241", "lithium": "D008094", "digoxin": "D004077", "codeine": "D003061"}
PROBLEMS = {"rash": "D005076", "nausea": "D009325", "tremor": "D014202", "bleeding": "D006470", "gout": "D006073"}
TERMS = small_terminology()


@pytest.fixture(autouse=True, scope="module")
def _few_trees() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(relations_fitting.TREES, "n_estimators", 5)
        yield


def document(number: int, *, label: str = "CID", both: bool = False) -> str:
    """PubTator: one drug given for one problem, with another one as its effect."""
    drug = list(DRUGS)[number % len(DRUGS)]
    bad, good = (list(PROBLEMS)[(number + step) % len(PROBLEMS)] for step in (0, 2))
    title, body = f"{drug} and {bad} in case {number}.", f"He took {drug} for {good}. Then {drug} caused {bad}."
    text = f"{title}\n{body}"
    lines = [f"{number}|t|{title}", f"{number}|a|{body}"]
    for names, kind in ((DRUGS, "Chemical"), (PROBLEMS, "Disease")):
        for name, identifier in names.items():
            at = text.find(name)
            while at >= 0:
                lines.append(f"{number}\t{at}\t{at + len(name)}\t{name}\t{kind}\t{identifier}")
                at = text.find(name, at + 1)
    lines.append(f"{number}\t{label}\t{DRUGS[drug]}\t{PROBLEMS[bad]}")
    if both:
        lines.append(f"{number}\tNegative_Correlation\t{PROBLEMS[good]}\t{DRUGS[drug]}")
    return "\n".join(lines) + "\n\n"


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "train.pubtator").write_text("".join(map(document, range(100, 130))))
    (folder / "more.pubtator").write_text(
        "".join(document(number, label="Positive_Correlation", both=True) for number in range(200, 215))
    )
    (folder / "dev.pubtator").write_text("".join(map(document, range(300, 308))))
    return folder


def recipe(**more: object) -> RelationRecipe:
    parts = [
        {"path": "train.pubtator", "predicates": {"CID": "INDUCES"}},
        {
            "path": "more.pubtator",
            "predicates": {"Positive_Correlation": "INDUCES", "Negative_Correlation": "TREATS"},
        },
    ]
    evaluated = {"path": "dev.pubtator", "predicates": {"CID": "INDUCES"}, "role": "evaluate"}
    given = {"name": "tiny", "folds": 2, "corpora": (*parts, evaluated), **more}
    return RelationRecipe.model_validate(given, strict=False)


def examples(corpora: Path) -> dict[str, list[PageExample]]:
    loaded = load_corpora(recipe().corpora, corpora, exclude_overlap="drop")
    return {corpus.part.path: list(corpus_examples(corpus, TERMS)) for corpus in loaded}


@pytest.fixture(scope="module")
def run(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("run")
    train_relations(recipe(), output=output, corpora_root=str(corpora), terminology=TERMS)
    return output


def test_the_run_writes_a_model_that_the_extractor_runs(run: Path) -> None:
    extractor = DocumentRelationExtractor(TableNormalizer(), TERMS, run / "model")
    assert extractor.model == model_version(run / "model")
    text = "Lithium and tremor. He took lithium for gout. Then lithium caused tremor."
    gold = [(0, 7, "D008094"), (12, 18, "D014202"), (28, 35, "D008094"), (40, 44, "D006073")]
    gold += [(51, 58, "D008094"), (66, 72, "D014202")]
    from kg_builder.records import Mention

    mentions = [
        Mention(
            start=start,
            end=end,
            text=text[start:end],
            type="Chemical" if name == "D008094" else "Disease",
            concepts=(f"MESH:{name}",),
        )
        for start, end, name in gold
    ]
    found = extractor.relate(RelationRequest(text, mentions, load_schema("chemical-disease"))).relations
    assert ("INDUCES", "MESH:D014202") in {(one.predicate, one.object.concepts[0]) for one in found}


def test_the_figures_are_of_the_evaluation_documents(run: Path) -> None:
    figures = json.loads((run / "figures.json").read_text())
    row = figures["evaluation"]["dev.pubtator"]["INDUCES"]
    assert row["gold"] == 8
    assert 0 <= row["calibration_error"] <= 1
    assert row["f1"] > 0.8
    assert figures["export_shift"] <= 0.005
    assert set(figures["thresholds"]) == {"INDUCES", "TREATS"}
    assert set(figures["cross_validation"]["INDUCES"]) == {"train.pubtator", "more.pubtator", "all"}


def test_the_card_names_data_recipe_figures_and_limits(run: Path) -> None:
    card = (run / "model" / "README.md").read_text()
    for heading in ("## Data", "## Recipe", "## Figures", "## Limits"):
        assert f"\n{heading}\n" in card
    assert "`dev.pubtator`" in card


def test_equal_recipe_and_data_give_equal_files(run: Path, corpora: Path, tmp_path: Path) -> None:
    train_relations(recipe(), output=tmp_path, corpora_root=str(corpora), terminology=TERMS)
    for file in (run / "model").iterdir():
        assert (tmp_path / "model" / file.name).read_bytes() == file.read_bytes(), file.name


def test_what_a_corpus_does_not_annotate_is_left_open(corpora: Path) -> None:
    by_corpus = examples(corpora)
    first = dict(zip(by_corpus["train.pubtator"][0].keys, by_corpus["train.pubtator"][0].labels, strict=True))
    assert sorted(tuple(sorted(labels.items())) for labels in first.values()) == [
        (("INDUCES", False),),
        (("INDUCES", True), ("TREATS", False)),
    ]
    more = by_corpus["more.pubtator"][0].labels
    assert sorted(tuple(sorted(labels.items())) for labels in more) == [
        (("INDUCES", False), ("TREATS", True)),
        (("INDUCES", True), ("TREATS", False)),
    ]


def test_a_pair_related_in_another_way_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "train.pubtator").write_text(document(1, label="Association"))
    one = recipe(corpora=({"path": "train.pubtator", "predicates": {"Positive_Correlation": "INDUCES"}},))
    (corpus,) = load_corpora(one.corpora, tmp_path, exclude_overlap="drop")
    (example,) = corpus_examples(corpus, TERMS)
    assert sorted(len(labels) for labels in example.labels) == [0, 1]


def test_parts_keep_documents_whole_and_depend_on_the_seed(corpora: Path) -> None:
    found = examples(corpora)["train.pubtator"]
    assert sorted(set(fold_numbers(found, 5, 1).tolist())) == [0, 1, 2, 3, 4]
    assert fold_numbers(found, 5, 1).tolist() == fold_numbers(found, 5, 1).tolist()
    assert fold_numbers(found, 5, 1).tolist() != fold_numbers(found, 5, 2).tolist()


def test_the_threshold_is_that_of_the_best_f1() -> None:
    import numpy as np

    threshold, f1 = best_threshold(np.array([0.9, 0.8, 0.4, 0.3]), np.array([True, True, False, False]))
    assert (round(threshold, 6), f1) == (0.6, 1.0)


def test_training_documents_among_the_evaluation_ones_are_refused(corpora: Path, tmp_path: Path) -> None:
    (tmp_path / "train.pubtator").write_text((corpora / "dev.pubtator").read_text())
    (tmp_path / "more.pubtator").write_text((corpora / "more.pubtator").read_text())
    (tmp_path / "dev.pubtator").write_text((corpora / "dev.pubtator").read_text())
    with pytest.raises(InputError, match="evaluation documents"):
        train_relations(recipe(), output=tmp_path / "run", corpora_root=str(tmp_path), terminology=TERMS)


def test_a_shipped_run_quotes_the_figures_of_the_run_it_follows(run: Path, corpora: Path, tmp_path: Path) -> None:
    everything = ({"path": "train.pubtator", "predicates": {"CID": "INDUCES"}},)
    following = recipe(corpora=everything, figures_from=str(run))
    train_relations(following, output=tmp_path, corpora_root=str(corpora), terminology=TERMS)
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["evaluation"] == json.loads((run / "figures.json").read_text())["evaluation"]
    missing = recipe(corpora=everything, figures_from=str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="figures_from"):
        train_relations(missing, output=tmp_path / "again", corpora_root=str(corpora), terminology=TERMS)
