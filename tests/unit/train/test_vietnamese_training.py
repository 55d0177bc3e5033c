"""A Vietnamese model trained on sentences of our own: what comes out, and that it comes out the same again."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path

import pytest

from kg_builder.errors import InputError

pytest.importorskip("pycrfsuite")

from kg_builder.calibration import Platt
from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.extract.vietnamese.extractor import VietnameseExtractor
from kg_builder.extract.vietnamese.model import load_model
from kg_builder.extract.vietnamese.sentences import read_sentences
from kg_builder.protocols import ExtractionRequest
from kg_builder.schemas import load_schema
from kg_builder.terminology.rows import ConceptRow
from kg_builder.testing import small_terminology
from kg_builder.train.recipe_files import load_recipe
from kg_builder.train.vietnamese.decoding import Calibration, Judged, chosen, mentions, sequence_model
from kg_builder.train.vietnamese.examples import Labelled, tagged_spans
from kg_builder.train.vietnamese.fitting import fit_weights
from kg_builder.train.vietnamese.recipe import VietnameseRecipe
from kg_builder.train.vietnamese.training import train_vietnamese

TERMS = small_terminology([ConceptRow("MESH:D000001", "DISO", "influenza")])
DISEASES = ("cúm mùa", "sởi", "bạch hầu", "ho gà", "uốn ván")
PLACES = ("Huế", "Đà Nẵng", "Cần Thơ", "Vinh")
SHAPES = ("Người dân {place} mắc {disease} trong tuần {number}.", "Ca {disease} thứ {number} được ghi nhận ở {place}.")
DEV_SHAPES = ("Tại {place} có {number} người mắc {disease} phải cách ly.",)


def row(number: int, shapes: tuple[str, ...], name: str) -> str:
    disease, place = DISEASES[number % len(DISEASES)], PLACES[number % len(PLACES)]
    text = shapes[number % len(shapes)].format(disease=disease, place=place, number=number)
    entities = [
        {"start": text.index(part), "end": text.index(part) + len(part), "text": part, "type": kind}
        for part, kind in ((disease, "Symptom_and_Disease"), (place, "Location"))
    ]
    return json.dumps({"id": f"{name}-{number}", "text": text, "entities": entities}) + "\n"


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "train.jsonl").write_text("".join(row(number, SHAPES, "train") for number in range(40)))
    dev = [row(number, DEV_SHAPES, "dev") for number in range(100, 110)]
    (folder / "dev.jsonl").write_text("".join([*dev, row(3, SHAPES, "dev")]))
    return folder


def recipe(**more: object) -> VietnameseRecipe:
    parts = [{"path": "train.jsonl"}, {"path": "dev.jsonl", "role": "evaluate"}]
    given = {"name": "tiny", "folds": 2, "corpora": parts, "exclude_overlap": "drop", "iterations": 40, **more}
    return VietnameseRecipe.model_validate_json(json.dumps(given))


@pytest.fixture(scope="module")
def run(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("run")
    train_vietnamese(recipe(), output=output, corpora_root=str(corpora), terminology=TERMS)
    return output


def test_a_run_writes_a_model_that_finds_what_it_was_shown(run: Path) -> None:
    extractor = VietnameseExtractor(load_model(run / "model"), LexiconExtractor(TERMS))
    request = ExtractionRequest("Ca sởi thứ 7 được ghi nhận ở Đà Nẵng.", load_schema("vietnamese-covid"), language="vi")
    found = [(one.text, one.type) for one in extractor.extract(request).mentions]
    assert found == [("sởi", "Disease"), ("Đà Nẵng", "Place")]


def test_figures_have_the_baseline_and_leave_shared_sentences_out(run: Path) -> None:
    figures = json.loads((run / "figures.json").read_text())
    scored = figures["evaluation"]["dev.jsonl"]
    assert (scored["documents"], scored["shared"]) == (11, 1)
    assert set(scored["deduplicated"]) == {"dictionary", "baseline", "model"}
    for system in ("dictionary", "baseline", "model"):
        whole, left = scored["whole"][system]["all"], scored["deduplicated"][system]["all"]
        assert (whole["tp"] + whole["fn"], left["tp"] + left["fn"]) == (22, 20)
    assert figures["corpora"][0]["leaking"] == 1


def test_the_card_tells_data_recipe_and_figures(run: Path) -> None:
    card = (run / "model" / "README.md").read_text()
    for expected in ("`train.jsonl`", "iterations: 40", "## Figures", "CRF baseline", "## Limits", "## Data"):
        assert expected in card


def test_the_same_recipe_gives_the_same_bytes(run: Path, corpora: Path, tmp_path: Path) -> None:
    again = train_vietnamese(recipe(), output=tmp_path, corpora_root=str(corpora), terminology=TERMS)
    for name in ("weights.tsv.xz", "vietnamese.json"):
        assert (again / name).read_bytes() == (run / "model" / name).read_bytes()


def test_training_refuses_evaluation_documents(corpora: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="evaluation documents"):
        train_vietnamese(
            recipe(exclude_overlap="refuse"), output=tmp_path, corpora_root=str(corpora), terminology=TERMS
        )


def test_probabilities_are_those_of_crfsuite(tmp_path: Path) -> None:
    import pycrfsuite

    sentences = list(read_sentences("Ca sởi ở Huế. Ca ho gà ở Vinh. Không có ca nào.", ()))
    tags = [["O", "B", "O", "O", "O"], ["O", "B", "I", "O", "O", "O"], ["O"] * 5]
    trainer = pycrfsuite.Trainer(verbose=False)
    for sentence, labels in zip(sentences, tags, strict=True):
        trainer.append(sentence.features, labels)
    trainer.set_params({"c1": 0.05, "c2": 0.05, "max_iterations": 40, "feature.possible_transitions": True})
    trainer.train(str(tmp_path / "field"))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(tmp_path / "field"))
    kind = "Symptom_and_Disease"
    labelled = [
        Labelled(sentence, [tag if tag == "O" else f"{tag}-{kind}" for tag in labels])
        for sentence, labels in zip(sentences, tags, strict=True)
    ]
    model = sequence_model(fit_weights(labelled, recipe()), name="tiny", version="1")
    tagger.set(sentences[1].features)
    scores, transitions = model.scores(sentences[1].features)[0], model.description.decoding[0].transitions

    def score(tags: str) -> float:
        states = ["OBI".index(tag) for tag in tags]
        moves = sum(transitions[one][other] for one, other in pairwise(states))
        return moves + sum(float(scores[place][state]) for place, state in enumerate(states))

    for other in ("OOOOOO", "OBOOOO", "BIIIII", "OBIBIO"):
        theirs = math.log(tagger.probability(list("OBIOOO")) / tagger.probability(list(other)))
        assert score("OBIOOO") - score(other) == pytest.approx(theirs, abs=0.01)
    assert max(mentions(model, labelled[1:2]), key=lambda found: found[1])[0] == (17, 22, kind)


def test_the_likelier_of_overlapping_candidates_is_chosen_and_names_need_less() -> None:
    kinds = ("Location", "Organisation")
    candidates = [
        Judged((0, 9, kinds[0]), 0.6, right=False, named=False),
        Judged((4, 12, kinds[1]), 0.7, right=True, named=False),
        Judged((20, 24, kinds[0]), 0.3, right=True, named=False),
        Judged((30, 34, kinds[0]), 0.3, right=True, named=True),
    ]
    calibration = Calibration(dict.fromkeys(kinds, Platt()), least=0.5, least_named={kinds[0]: 0.2})
    assert [span for span, _ in chosen(candidates, calibration)] == [(4, 12, kinds[1]), (30, 34, kinds[0])]


def test_tags_become_spans() -> None:
    (sentence,) = read_sentences("a b c d", ())
    spans = list(tagged_spans(sentence, ["B-Location", "I-Location", "B-Location", "I-DateTime"]))
    assert spans == [(0, 3, "Location"), (4, 5, "Location"), (6, 7, "DateTime")]


@pytest.mark.parametrize("name", ["vietnamese-dev", "vietnamese-shipped"])
def test_our_recipes_are_read(name: str) -> None:
    assert load_recipe(name, VietnameseRecipe).name == name
