"""Recipes of token classifiers, and gold documents as they learn them."""

from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError
from kg_builder.extract.token_classifier.label_schemes import meaning_of, read_labels
from kg_builder.records import Document, Mention
from kg_builder.schemas import builtin_schema
from kg_builder.train.recipe_files import load_recipe, parse_recipe, recipe_yaml
from kg_builder.train.token_classification.card import TokenClassifierFacts, render_token_classifier_card
from kg_builder.train.token_classification.examples import IGNORED, examples_of, label_document, label_names
from kg_builder.train.token_classification.recipe import TokenClassificationRecipe

TEXT = "High-dose cisplatin, then acute renal failure in 5-year-olds."


def recipe(**more: object) -> TokenClassificationRecipe:
    given = {"name": "toy", "base": "somewhere", "corpora": [{"path": "train.pubtator"}]}
    return TokenClassificationRecipe.model_validate_json(json.dumps(given | more))


def gold(*mentions: tuple[str, str]) -> GoldDocument:
    """Each mention at its first place."""
    spans = [
        Mention(start=TEXT.index(text), end=TEXT.index(text) + len(text), text=text, type=kind)
        for text, kind in mentions
    ]
    return GoldDocument(Document(id="1", text=TEXT), tuple(spans))


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Byte pieces of a letter each."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    vocabulary = {piece: number for number, piece in enumerate(["<s>", "</s>", *sorted(alphabet)])}
    made = Tokenizer(models.BPE(vocabulary, []))  # type: ignore[arg-type, call-arg, unused-ignore]
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment, unused-ignore]
    made.post_processor = processors.TemplateProcessing(  # type: ignore[assignment, unused-ignore]
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return made


def labelled(tokenizer: Tokenizer, document: GoldDocument, **more: object) -> tuple[dict[str, str], int]:
    """Words with a label other than the one outside, and what can't be given."""
    made = recipe(**more)
    names = label_names(made, [document])
    found = label_document(document, made, names, tokenizer)
    words = zip(found.words, found.labels, strict=True)
    return {TEXT[start:end]: names[label] for (start, end), label in words if label}, found.unaligned


def test_the_published_recipe_learns_the_published_labels() -> None:
    published = load_recipe("tokens-medmentions", TokenClassificationRecipe)
    steps = (published.batch_size, published.epochs, published.learning_rate, published.weight_decay)
    assert steps == (6, 6, 5e-5, 0.01)
    assert published.labels is not None
    names = (published.outside, *published.labels.values())
    schema = builtin_schema("medmentions-21")
    assert len(read_labels(names, "m")) == 22
    assert {meaning_of(label).name_in(schema) for label in published.labels.values()} == {
        entity.name for entity in schema.entities
    }


def test_the_defaults_are_the_published_settings() -> None:
    made = recipe()
    assert (made.batch_size, made.epochs, made.learning_rate, made.weight_decay) == (6, 6, 5e-5, 0.01)
    assert parse_recipe(recipe_yaml(made), TokenClassificationRecipe) == made


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("labels", {}, "names no type"),
        ("labels", {"A": "X", "B": "X"}, "given twice"),
        ("labels", {"A": "O"}, "word in no mention"),
        ("outside", "Nothing here", "read as a type"),
        ("scheme", "BILOU", "scheme"),
        ("window", 4, "window"),
        ("corpora", [{"path": "dev", "role": "evaluate"}], "none has the role 'train'"),
    ],
)
def test_a_recipe_that_cant_work_is_refused(field: str, value: object, message: str) -> None:
    given = {"name": "toy", "base": "somewhere", "corpora": [{"path": "a"}], field: value}
    with pytest.raises(InputError, match=message):
        parse_recipe(json.dumps(given), TokenClassificationRecipe)


def test_labels_of_both_schemes() -> None:
    document = gold(("cisplatin", "T103"), ("acute renal failure", "T038"))
    assert label_names(recipe(), [document]) == ("O", "B-T038", "I-T038", "B-T103", "I-T103")
    bare = recipe(scheme="IO", outside="None", labels={"T103": "Chemical"})
    assert label_names(bare, [document]) == ("None", "Chemical")
    with pytest.raises(InputError, match="there are: T038, T103"):
        label_names(recipe(labels={"T999": "Y"}), [document])


def test_every_word_of_a_mention_is_labelled(tokenizer: Tokenizer) -> None:
    document = gold(("cisplatin", "Drug"), ("acute renal failure", "Disease"))
    assert labelled(tokenizer, document) == (
        {"cisplatin": "B-Drug", "acute": "B-Disease", "renal": "I-Disease", "failure": "I-Disease"},
        0,
    )
    assert labelled(tokenizer, document, scheme="IO", labels={"Disease": "D"}) == (
        {"acute": "D", "renal": "D", "failure": "D"},
        0,
    )


def test_of_overlapping_mentions_the_longest_counts_and_parts_of_words_are_counted(tokenizer: Tokenizer) -> None:
    document = gold(("renal failure", "Disease"), ("acute renal failure", "Disease"), ("renal", "Organ"))
    assert labelled(tokenizer, document, scheme="IO") == (
        {"acute": "Disease", "renal": "Disease", "failure": "Disease"},
        2,
    )
    assert labelled(tokenizer, gold(("platin", "Drug")), scheme="IO") == ({"cisplatin": "Drug"}, 1)


def test_a_type_that_training_documents_dont_have_isnt_learned(tokenizer: Tokenizer) -> None:
    made = recipe()
    names = label_names(made, [gold(("cisplatin", "Drug"))])
    found = label_document(gold(("renal", "Organ"), ("cisplatin", "Drug")), made, names, tokenizer)
    assert {label for _, _, label in found.gold} == {"Drug"}


@pytest.mark.parametrize("window", [16, 24, 512])
def test_only_first_pieces_say_anything_and_each_once(tokenizer: Tokenizer, window: int) -> None:
    document, made = gold(("cisplatin", "Drug")), recipe(scheme="IO")
    found = label_document(document, made, label_names(made, [document]), tokenizer)
    examples = list(examples_of(found, tokenizer, window))
    assert all(len(one.ids) == len(one.labels) <= window for one in examples)
    assert all((one.ids[0], one.ids[-1], one.labels[0], one.labels[-1]) == (0, 1, IGNORED, IGNORED) for one in examples)
    said = [label for one in examples for label in one.labels if label != IGNORED]
    assert said == list(found.labels)
    assert sum(said) == 1


def test_the_card_declares_the_languages() -> None:
    figures = {
        "words": {"precision": 0.5, "recall": 0.5, "f1": 0.5, "mcc": 0.4},
        "mentions": {"micro": {"f1": 0.6}, "macro": {"f1": 0.55}},
    }
    card = render_token_classifier_card(
        TokenClassifierFacts(
            name="toy",
            base_label="tiny@1",
            languages=("en",),
            labels=("O", "B-Drug", "I-Drug"),
            command="kg-builder train tokens --config toy",
            recipe_yaml="name: toy\n",
            corpora=(),
            device="cpu",
            windows=3,
            unaligned=0,
            history=({"epoch": 1, "loss": 0.3, "figures": figures}, {"epoch": 2, "loss": 0.2, "figures": None}),
            file_bytes={},
        )
    )
    assert card.startswith("---\npipeline_tag: token-classification\n")
    assert "language:\n- en\n" in card
    assert "| 1 | 0.3000 | 0.5000 | 0.5000 | 0.5000 | 0.4000 | 0.6000 | 0.5500 |" in card
