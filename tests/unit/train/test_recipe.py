"""Recipes: what is refused says where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.errors import InputError
from kg_builder.train.corpus_part import RecipePart
from kg_builder.train.denoising.recipe import DenoisingRecipe
from kg_builder.train.generative.recipe import GenerativeRecipe
from kg_builder.train.identifiers.recipe import IdentifierRecipe
from kg_builder.train.linking_recipe import LinkingRecipe
from kg_builder.train.recipe import NerRecipe
from kg_builder.train.recipe_files import load_recipe, parse_recipe, recipe_digest, recipe_names, recipe_yaml
from kg_builder.train.relation_recipe import RelationRecipe
from kg_builder.train.token_classification.recipe import TokenClassificationRecipe
from kg_builder.train.vietnamese.recipe import VietnameseRecipe

SMALL = """
name: small
corpora:
  - {path: a.pubtator, annotates: [Chemical]}
"""

MODELS: dict[str, type[RecipePart]] = {
    "ner": NerRecipe,
    "relations": RelationRecipe,
    "linking": LinkingRecipe,
    "vietnamese": VietnameseRecipe,
    "identifiers": IdentifierRecipe,
    "tokens": TokenClassificationRecipe,
    "denoising": DenoisingRecipe,
    "json": GenerativeRecipe,
    "lists": GenerativeRecipe,
    "rewriting": GenerativeRecipe,
}


def parse(text: str) -> NerRecipe:
    return parse_recipe(text, NerRecipe, source="mine.yaml")


@pytest.mark.parametrize("name", recipe_names())
def test_the_packages_recipes_can_be_read(name: str) -> None:
    recipe = load_recipe(name, MODELS[name.partition("-")[0]])
    assert recipe.model_dump()["name"] == name


def test_development_recipes_train_on_no_development_part() -> None:
    for corpus in load_recipe("ner-dev", NerRecipe).of_role("train"):
        assert "dev" not in corpus.path
    for part in load_recipe("relations-dev", RelationRecipe).of_role("train"):
        assert "dev" not in part.path


def test_the_shipped_recipes_settings_are_those_that_were_measured() -> None:
    measured, shipped = (load_recipe(name, NerRecipe) for name in ("ner-dev", "ner-shipped"))
    stage = {"start_from", "epochs", "learning_rate", "head_learning_rate", "second_look_from"}
    apart = stage | {"name", "corpora", "exclude_overlap"}
    assert measured.model_dump(exclude=apart) == shipped.model_dump(exclude=apart)


def test_a_recipe_reads_back_from_its_own_yaml() -> None:
    recipe = parse(SMALL)
    assert parse(recipe_yaml(recipe)) == recipe


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("epochs: many", "mine.yaml: epochs: Input should be a valid integer"),
        ("epochs: 0", "mine.yaml: epochs: Input should be greater than or equal to 1"),
        ('epochs: "3"', "mine.yaml: epochs: Input should be a valid integer"),
        ("learning_rate: 2e-4", "mine.yaml: learning_rate: YAML reads 2e-4 as text; write the number with a point"),
        ("warmup: 1.5", "mine.yaml: warmup: Input should be less than or equal to 1"),
        ("learningrate: 0.1", "mine.yaml: learningrate: no such field"),
        ("exclude_overlap: maybe", "mine.yaml: exclude_overlap: Input should be 'refuse' or 'drop'"),
        ("average_last: 7", "mine.yaml: average_last: there are 6 epochs"),
        ("name: ../up", "mine.yaml: name: String should match pattern"),
    ],
)
def test_a_wrong_field_is_named(line: str, message: str) -> None:
    text = SMALL.replace("name: small\n", "") if line.startswith("name") else SMALL
    with pytest.raises(InputError) as refused:
        parse(f"{text}\n{line}\n")
    assert message in refused.value.message


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        ("{annotates: [Chemical]}", "corpora[0].path: is missing"),
        ("{path: a}", "corpora[0].annotates: is missing"),
        ("{path: a, annotates: []}", "corpora[0].annotates: Tuple should have at least 1 item"),
        ("{path: a, annotates: [Gene]}", "corpora[0].annotates[0]: Input should be 'Chemical' or 'Disease'"),
        ("{path: a, annotates: [Disease], role: test}", "corpora[0].role: Input should be 'train' or 'evaluate'"),
        ("{path: a, annotates: [Disease], role: evaluate}", "corpora: none has the role 'train'"),
        ("{path: a, annotates: [Disease], id_pattern: '('}", "corpora[0].id_pattern: not a regular expression"),
        ("{path: a, annotates: [Disease], id_pattern: a}", "corpora[0].id_pattern: needs exactly one group"),
    ],
)
def test_a_wrong_corpus_is_named(corpus: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(f"name: small\ncorpora: [{corpus}]\n")
    assert message in refused.value.message


@pytest.mark.parametrize("text", ["name: [", "- a", "", "\x00"])
def test_what_isnt_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"mine\.yaml"):
        parse(text)


def test_a_corpus_is_listed_once() -> None:
    with pytest.raises(InputError, match=r"a\.pubtator is listed 2 times"):
        parse(SMALL + "  - {path: a.pubtator, annotates: [Disease], role: evaluate}\n")


def test_an_unknown_name_lists_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there are .*linking-dev"):
        load_recipe("ner-nothing", NerRecipe)
    with pytest.raises(InputError, match="cannot be read"):
        load_recipe(str(tmp_path / "nothing.yaml"), NerRecipe)


def test_the_digest_tells_what_decides_the_weights() -> None:
    recipe = parse(SMALL)
    assert recipe_digest(recipe) == recipe_digest(parse(SMALL.replace("small", "other") + "threads: 2\n"))
    assert recipe_digest(recipe) != recipe_digest(parse(SMALL + "seed: 2\n"))


def test_the_source_of_a_sentence_is_its_abstract() -> None:
    corpus = parse(SMALL.replace("[Chemical]}", "[Chemical], id_pattern: '^(\\d+)\\.s'}")).corpora[0]
    assert corpus.source_id("123.s4") == "123"
    assert corpus.source_id("note-7") == "note-7"
