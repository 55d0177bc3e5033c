import re
from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.rewriting.fidelity import fact_differences
from kg_builder.records import Mention
from kg_builder.train.generative.corruption import corrupt, damaged, mistyped
from kg_builder.train.generative.rewriting_pairs import pairs

TEXTS = (
    "The patient was admitted with fever for 3 days and has no cough. Paracetamol 500 mg was given twice daily.",
    "There is swelling of the left knee without redness. Review after 2 weeks with a complete blood count.",
    "A 62-year-old woman has a history of hypertension and takes amlodipine 5 mg once daily. She denies chest pain.",
    "The wound is clean. Remove the sutures on 12 March 2024 if the sugar is below 200 mg/dL.",
)


def drugs(text: str) -> Sequence[Mention]:
    return [
        Mention(start=match.start(), end=match.end(), text=match.group(), type="Treatment")
        for match in re.finditer(r"(?i)paracetamol|amlodipine|hypertension", text)
    ]


def test_messy_versions_are_faithful_and_the_same_for_the_same_seed() -> None:
    made = list(pairs(TEXTS, 3, recognize=drugs))
    assert len(made) == len(TEXTS)
    assert [clean for _, clean in made] == list(TEXTS)
    assert all(messy != clean for messy, clean in made)
    assert all(fact_differences(messy, clean, recognize=drugs) == [] for messy, clean in made)
    assert made == list(pairs(TEXTS, 3, recognize=drugs))
    assert made != list(pairs(TEXTS, 4, recognize=drugs))


@given(st.sampled_from(TEXTS), st.integers(0, 10_000))
def test_numbers_and_protected_words_keep_their_letters(text: str, seed: int) -> None:
    messy = corrupt(text, Random(seed), frozenset({"paracetamol", "amlodipine"}))
    for name in ("paracetamol", "amlodipine"):
        assert (name in messy.lower()) == (name in text.lower())
    assert all(number in messy for number in ("500", "62", "200") if number in text)


def test_typing_errors_spare_what_states_facts() -> None:
    text = "without negative bilateral increased redness swelling admitted"
    typed = {word for seed in range(60) for word in mistyped(text, Random(seed), frozenset({"swelling"})).split()}
    assert {"without", "negative", "bilateral", "increased", "swelling"} <= typed
    assert typed > set(text.split())


def test_damage_is_what_wrong_encodings_leave() -> None:
    made = {damaged("Sjögren <5", Random(seed), frozenset()) for seed in range(8)}
    assert made == {"SjÃ¶gren <5", "Sjögren &lt;5"}
