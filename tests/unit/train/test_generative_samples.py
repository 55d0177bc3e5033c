"""What generative models learn: prompts of the extractors, right answers, types that change from sample to sample."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.corpora.gold import make_mention
from kg_builder.corpora.records import GoldDocument, GoldRelation
from kg_builder.errors import InputError
from kg_builder.extract.prompted.json_prompts import json_prompt
from kg_builder.records import Document, Metadata
from kg_builder.schema import EntityType
from kg_builder.text.list_prompts import ListTask, list_prompt
from kg_builder.train.generative.prompt_injection import choose_types
from kg_builder.train.generative.recipe import GenerativeRecipe, Injection
from kg_builder.train.generative.samples import Corpus, Sample, counted, make_samples
from kg_builder.train.recipe_files import load_recipe, parse_recipe, recipe_yaml

TEXT = "Zolmiprid and  ZOLMIPRID\ncaused Rash. Rash and itch went away. Nothing else was seen in this person."
LISTS = """
name: mine
family: lists
base: folder
lora: {}
corpora:
  - {path: a.pubtator}
"""
TYPES = {
    "DRUG": {"description": "Medicines.", "labels": ["Chemical"]},
    "PROBLEM": {"description": "Diseases and symptoms.", "labels": ["Disease", "Symptom"]},
    "DATE": {"description": "Dates.", "labels": ["Date"]},
}


def document(text: str = TEXT) -> GoldDocument:
    def mention(form: str, label: str, concept: str, nth: int = 0) -> Any:
        start = -1
        for _ in range(nth + 1):
            start = text.index(form, start + 1)
        return make_mention(text, [(start, start + len(form))], label, concepts=(concept,))

    mentions = (
        mention("Zolmiprid", "Chemical", "X:1"),
        mention("ZOLMIPRID", "Chemical", "X:1"),
        mention("Rash", "Disease", "X:2"),
        mention("Rash", "Disease", "X:2", nth=1),
        mention("itch", "Disease", "X:3"),
    )
    relations = (GoldRelation("CID", ("X:1",), ("X:2",)), GoldRelation("CID", ("X:1",), ("X:3",)))
    return GoldDocument(Document(id="d", text=text), mentions, relations)


CORPUS = Corpus((document(),), frozenset({"Chemical", "Disease"}))


def recipe(**changes: Any) -> GenerativeRecipe:
    given = {"name": "mine", "family": "lists", "base": "b", "corpora": [{"path": "a"}], **changes}
    return GenerativeRecipe.model_validate_json(json.dumps(given))


def by_kind(samples: list[Sample]) -> dict[str, list[Sample]]:
    return {kind: [one for one in samples if one.kind == kind] for kind in ("CHEMICALS", "DISEASES", "INFLUENCES")}


def test_lists_are_asked_for_as_the_extractor_asks_and_answered_in_lower_case() -> None:
    samples = by_kind(make_samples([CORPUS], recipe(), epoch=0))
    [chemicals], [diseases], [influences] = samples.values()
    assert chemicals.prompt == list_prompt(ListTask.CHEMICALS, TEXT)
    assert influences.prompt == list_prompt(ListTask.INFLUENCES, TEXT)
    assert chemicals.answer == "- zolmiprid"
    assert diseases.answer == "- rash\n- itch"
    assert influences.answer == "- zolmiprid | rash\n- zolmiprid | itch"


def test_bases_without_header_tokens_are_asked_by_their_own_template() -> None:
    [sample, *_] = make_samples([CORPUS], recipe(system="Be short."), epoch=0, headers=False)
    assert not isinstance(sample.prompt, str)
    assert [(turn.role, turn.content[:9]) for turn in sample.prompt] == [("system", "Be short."), ("user", "The follo")]
    [sample, *_] = make_samples([CORPUS], recipe(system=""), epoch=0, headers=False)
    assert not isinstance(sample.prompt, str)
    assert [turn.role for turn in sample.prompt] == ["user"]


def test_windows_list_only_what_stands_in_them() -> None:
    padded = TEXT + " Filler words without any meaning stand here." * 4
    corpus = Corpus((document(padded),), CORPUS.labels)
    samples = by_kind(make_samples([corpus], recipe(max_characters=100, lists={"pair_characters": 4000}), epoch=0))
    assert len(samples["CHEMICALS"]) > 1
    assert {one.answer for one in samples["CHEMICALS"]} == {"- zolmiprid", ""}
    assert len(samples["INFLUENCES"]) == 1
    kept = make_samples([corpus], recipe(max_characters=100, empty_share=0), epoch=0)
    assert all(one.answer for one in kept)


def test_equal_prompts_are_learned_once() -> None:
    assert len(make_samples([CORPUS, CORPUS], recipe(), epoch=0)) == 3
    assert counted(make_samples([CORPUS], recipe(), epoch=0)) == {
        "chemicals": 1,
        "diseases": 1,
        "influences": 1,
        "empty": 0,
    }


def test_a_share_of_the_samples_about_entities_may_do() -> None:
    padded = "Nothing of note in sentence number {}. "
    corpus = Corpus(tuple(document(padded.format(place) + TEXT) for place in range(100)), CORPUS.labels)
    kinds = counted(make_samples([corpus], recipe(lists={"entity_share": 0.5}), epoch=0))
    assert kinds["influences"] == 100
    assert 30 < kinds["chemicals"] < 70


def test_pairs_named_by_mentions_need_no_ids() -> None:
    plain = tuple(mention.model_copy(update={"concepts": ()}) for mention in document().mentions)
    relation = GoldRelation("CID", subject_mention=0, object_mention=4)
    corpus = Corpus((GoldDocument(document().document, plain, (relation,)),), CORPUS.labels)
    assert by_kind(make_samples([corpus], recipe(), epoch=0))["INFLUENCES"][0].answer == "- zolmiprid | itch"


def test_json_samples_answer_the_types_they_show_and_no_other() -> None:
    chosen = recipe(family="json", types=TYPES)
    shown = set()
    for epoch in range(40):
        [sample] = make_samples([CORPUS], chosen, epoch=epoch)
        answers = json.loads(sample.answer)
        prompt = str(sample.prompt)
        types = frozenset(name for name in TYPES if f"- {name}:" in prompt)
        shown.add(types)
        assert {answer["type"] for answer in answers} == types
        expected = {"DRUG": ["Zolmiprid", "ZOLMIPRID"], "PROBLEM": ["Rash", "Rash", "itch"]}
        for name in types:
            assert [answer["entity"] for answer in answers if answer["type"] == name] == expected[name]
    assert shown == {frozenset({"DRUG"}), frozenset({"PROBLEM"}), frozenset({"DRUG", "PROBLEM"})}


def test_json_prompts_are_the_extractors() -> None:
    chosen = recipe(family="json", types={"DRUG": TYPES["DRUG"]})
    [sample] = make_samples([CORPUS], chosen, epoch=0)
    assert sample.prompt == json_prompt([EntityType(name="DRUG", description="Medicines.")], TEXT)


def test_a_corpus_without_the_types_is_refused() -> None:
    with pytest.raises(InputError, match="Chemical, Disease"):
        make_samples([CORPUS], recipe(family="json", types={"DATE": TYPES["DATE"]}), epoch=0)


names = st.lists(st.sampled_from(["A", "B", "C", "D"]), unique=True, min_size=1)


@given(names, st.sets(st.sampled_from(["A", "B", "C", "D"])), st.integers(1, 5), st.floats(0, 1), st.integers())
def test_types_are_chosen_among_those_annotated(
    annotated: list[str], present: set[str], least: int, absent: float, seed: int
) -> None:
    settings = Injection(least=least, absent=absent)
    chosen = choose_types(annotated, present, settings, random.Random(seed))
    assert chosen
    assert set(chosen) <= set(annotated)
    assert len(set(chosen)) == len(chosen)
    assert choose_types(annotated, present, settings, random.Random(seed)) == chosen


def test_sometimes_none_of_the_types_is_in_the_text() -> None:
    always = Injection(absent=1.0)
    assert set(choose_types(["A", "B", "C"], {"A"}, always, random.Random(1))) <= {"B", "C"}
    assert choose_types(["A"], {"A"}, always, random.Random(1)) == ["A"]


def test_samples_depend_on_seed_and_epoch_only() -> None:
    chosen = recipe(family="json", types=TYPES)
    assert make_samples([CORPUS], chosen, epoch=3) == make_samples([CORPUS], chosen, epoch=3)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("types: {DRUG: {description: A, labels: [B]}}", "types: the JSON family needs them"),
        ("family: json", "types: the JSON family needs them"),
        ("quantization: 4bit\nlora: null", "'lora' is needed"),
        ("gradient_checkpointing: true\ntraining: {share_beginnings: true}", "gradient_checkpointing"),
        ("dtype: float16\nlora: null", "bfloat16"),
        ("training: {learning_rate: 0}", "training.learning_rate"),
        ("lora: {rank: 0}", "lora.rank"),
    ],
)
def test_what_a_recipe_refuses(line: str, message: str) -> None:
    kept = [row for row in LISTS.strip().splitlines() if row.partition(":")[0] not in {*_keys(line)}]
    with pytest.raises(InputError, match=message):
        parse_recipe("\n".join([*kept, line]), GenerativeRecipe, source="mine.yaml")


def _keys(line: str) -> list[str]:
    return [row.partition(":")[0] for row in line.splitlines()]


def test_a_recipe_reads_back_from_its_own_yaml() -> None:
    for name in ("json-sft", "lists-lora", "lists-lora-small", "rewriting-sft"):
        found = load_recipe(name, GenerativeRecipe)
        assert parse_recipe(recipe_yaml(found), GenerativeRecipe) == found


def test_the_published_hyperparameters_are_the_recipes() -> None:
    lists = load_recipe("lists-lora", GenerativeRecipe)
    assert lists.lora is not None
    assert (lists.lora.rank, lists.lora.alpha, lists.lora.dropout, len(lists.lora.targets)) == (16, 32, 0.05, 7)
    assert (lists.quantization, lists.dtype, lists.max_tokens, lists.gradient_checkpointing) == (
        "4bit",
        "float16",
        2048,
        True,
    )
    steps = lists.training
    assert (steps.epochs, steps.batch_size, steps.accumulation, steps.learning_rate) == (5, 4, 4, 5e-5)
    assert (steps.warmup, steps.weight_decay) == (0.03, 0.01)
    whole = load_recipe("json-sft", GenerativeRecipe)
    assert (whole.lora, whole.dtype, whole.max_tokens) == (None, "bfloat16", 4096)
    assert (whole.training.batch_size, whole.training.accumulation, whole.training.learning_rate) == (2, 8, 2e-5)


def test_recipes_learn_from_no_development_part() -> None:
    for name in ("json-sft", "lists-lora", "lists-lora-small", "rewriting-sft"):
        for part in load_recipe(name, GenerativeRecipe).corpora:
            assert ("dev" in part.path) == (part.role == "evaluate")


def test_the_copy_editor_learns_the_clean_text_from_the_messy_one() -> None:
    clean = Document(id="n", text="The patient has a fever.", metadata=Metadata(extra={"messy": "PT HAS FEVER"}))
    corpus = Corpus((GoldDocument(clean),), frozenset())
    [sample] = make_samples([corpus], recipe(family="copy-editor"), epoch=0)
    assert not isinstance(sample.prompt, str)
    assert [turn.role for turn in sample.prompt] == ["system", "user"]
    assert (sample.prompt[1].content, sample.answer) == ("PT HAS FEVER", "The patient has a fever.")


def test_messy_text_is_made_where_none_is_given_and_names_keep_their_letters() -> None:
    chosen = recipe(family="copy-editor")
    messy = set()
    for epoch in range(20):
        [sample] = make_samples([CORPUS], chosen, epoch=epoch)
        assert sample.answer == TEXT
        messy.add(sample.prompt[1].content)  # type: ignore[union-attr]
    assert len(messy) > 10
    assert all("zolmiprid" in text.lower() and "itch" in text.lower() for text in messy)
