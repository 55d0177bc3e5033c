"""A linking model trained on a tiny corpus of our own: what comes out, and that it comes out the same again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg_builder.errors import InputError

pytest.importorskip("sklearn")

from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.normalize.linking_model import read_linking_model
from kg_builder.terminology.rows import ConceptRow, TermName
from kg_builder.testing import small_terminology
from kg_builder.train.linking import train_linker
from kg_builder.train.linking_examples import hidden_by_hash
from kg_builder.train.linking_recipe import LinkingRecipe
from kg_builder.train.recipe_files import load_recipe

NAMES = {"aspirin": "D000001", "lithium": "D000002", "digoxin": "D000003", "codeine": "D000004"}
PROBLEMS = {
    "rash": "D000011",
    "renal failure": "D000012",
    "tremor": "D000013",
    "bleeding": "D000014",
    "gout": "D000015",
}
TERMS = small_terminology(
    [ConceptRow(f"MESH:{one}", "CHEM", name) for name, one in NAMES.items()]
    + [ConceptRow(f"MESH:{one}", "DISO", name, (TermName(f"{name} disorder"),)) for name, one in PROBLEMS.items()],
    retired={"MESH:C000099": "MESH:D000001"},
)


def document(number: int) -> str:
    """PubTator: drugs, problems as they are named and in other words, one that the terminology lacks."""
    drug = list(NAMES)[number % len(NAMES)]
    problem = list(PROBLEMS)[number % len(PROBLEMS)]
    title = f"{drug} and {problem} in case {number}."
    body = f"He took {drug} for severe {problem}, then for kidney failure and zorking."
    if number >= 300:
        title = f"Woman on {drug}, found with {problem} (report {number})."
        body = (
            f"Nobody knew why zorking, kidney failure or severe {problem} had begun so soon after {drug} was stopped."
        )
    text = f"{title}\n{body}"
    identifier = "C000099" if drug == "aspirin" else NAMES[drug]
    lines = [f"{number}|t|{title}", f"{number}|a|{body}"]
    for name, kind, one in (
        (drug, "Chemical", identifier),
        (problem, "Disease", PROBLEMS[problem]),
        (f"severe {problem}", "Disease", PROBLEMS[problem]),
        ("kidney failure", "Disease", "D000012"),
        ("zorking", "Disease", "-1"),
    ):
        at = text.find(name)
        lines.append(f"{number}\t{at}\t{at + len(name)}\t{name}\t{kind}\t{one}")
    return "\n".join(lines) + "\n\n"


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "train.pubtator").write_text("".join(map(document, range(100, 124))))
    (folder / "dev.pubtator").write_text("".join(map(document, range(300, 308))))
    return folder


def recipe(**more: object) -> LinkingRecipe:
    types = {"Chemical": "CHEM", "Disease": "DISO"}
    parts = [{"path": "train.pubtator", "types": types}, {"path": "dev.pubtator", "types": types, "role": "evaluate"}]
    given = {"name": "tiny", "folds": 2, "corpora": parts, **more}
    return LinkingRecipe.model_validate_json(json.dumps(given))


@pytest.fixture(scope="module")
def run(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("run")
    train_linker(recipe(), output=output, corpora_root=str(corpora), terminology=TERMS)
    return output


def test_a_run_writes_a_model_that_links(run: Path) -> None:
    model = read_linking_model(run / "model")
    assert 0 < model.threshold < 1
    found = LinkingNormalizer(TERMS, model).explain("kidney failure", group="DISO")
    assert found[0].id == "MESH:D000012"


def test_retired_ids_are_made_current(run: Path) -> None:
    figures = json.loads((run / "figures.json").read_text())["evaluation"]["dev.pubtator"]
    assert figures["CHEM"]["first_right"] == figures["CHEM"]["mentions"] > 0


def test_mentions_without_an_id_do_not_count(run: Path) -> None:
    figures = json.loads((run / "figures.json").read_text())["evaluation"]["dev.pubtator"]
    assert figures["DISO"]["mentions"] == 8 * 3
    assert [row["threshold"] for row in figures["DISO"]["thresholds"]][:2] == [0.0, 0.1]


def test_the_card_tells_data_recipe_and_figures(run: Path) -> None:
    card = (run / "model" / "README.md").read_text()
    for expected in ("`train.pubtator`", "fewest_documents: 1", "## Figures", "made-up@0", "## Limits"):
        assert expected in card


def test_the_same_recipe_gives_the_same_bytes(run: Path, corpora: Path, tmp_path: Path) -> None:
    again = train_linker(recipe(), output=tmp_path, corpora_root=str(corpora), terminology=TERMS)
    for name in ("linking.json", "priors.tsv.xz"):
        assert (again / name).read_bytes() == (run / "model" / name).read_bytes()


def test_training_refuses_evaluation_documents(corpora: Path, tmp_path: Path) -> None:
    (tmp_path / "train.pubtator").write_text((corpora / "dev.pubtator").read_text())
    (tmp_path / "dev.pubtator").write_text((corpora / "dev.pubtator").read_text())
    with pytest.raises(InputError, match="evaluation documents"):
        train_linker(recipe(), output=tmp_path / "run", corpora_root=str(tmp_path), terminology=TERMS)


@pytest.mark.parametrize("name", ["linking-dev", "linking-shipped"])
def test_our_recipes_are_read(name: str) -> None:
    assert load_recipe(name, LinkingRecipe).name == name


def test_hiding_depends_on_the_id_alone() -> None:
    hidden = hidden_by_hash(0.3, "salt")
    chosen = [one for one in map(str, range(1000)) if hidden(one)]
    assert chosen == [one for one in map(str, range(1000)) if hidden_by_hash(0.3, "salt")(one)]
    assert 200 < len(chosen) < 400
