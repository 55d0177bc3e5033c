from collections.abc import Callable, Sequence

import pytest

from kg_builder.backends.family import Family
from kg_builder.backends.generation import Generated
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.clean.grounding import ground
from kg_builder.clean.rewriting.cleaner import RewritingCleaner
from kg_builder.clean.rules import RuleCleaner
from kg_builder.errors import ModelError, TransientModelError
from kg_builder.protocols import Cleaner, Cleaning
from kg_builder.records import Document, Mention, Metadata
from kg_builder.testing import ScriptedGenerator

SETTINGS = ModelSettings(source="hf:somewhere", family=Family.EDITOR)
NOTE = "PT C/O FEVER X 3 DAYS, NO COUGH. K/C/O HTN. METFORMIN 500 MG BD"
GOOD = (
    "The patient complains of fever for 3 days and has no cough. The patient is a known case of hypertension. "
    "Metformin 500 mg twice daily."
)
WRONG = GOOD.replace("500 mg", "50 mg")


Clean = Callable[..., Cleaning]


@pytest.fixture
def clean(recognize: Callable[[str], Sequence[Mention]]) -> Clean:
    """Cleans a text by a generator's answers."""

    def run(
        generator: ScriptedGenerator,
        text: str = NOTE,
        language: str = "en",
        *,
        kind: str | None = None,
        **settings: object,
    ) -> Cleaning:
        made: Cleaner = RewritingCleaner(
            generator,
            SETTINGS.model_copy(update=settings),
            name="editor",
            fallback=RuleCleaner(),
            recognize=recognize,
        )
        return made.clean(Document(id="d", text=text, metadata=Metadata(kind=kind)), language)

    return run


def by_rules(text: str) -> str:
    return RuleCleaner().clean(Document(id="d", text=text), "en").text.text


def test_a_faithful_rewriting_is_taken_and_traced(clean: Clean, recognize: Callable[[str], Sequence[Mention]]) -> None:
    cleaning = clean(ScriptedGenerator([GOOD]))
    assert cleaning.text.text == GOOD
    assert not cleaning.rejects
    assert cleaning.text.original == NOTE
    grounded = [ground(mention, cleaning.text) for mention in recognize(GOOD)]
    assert [mention.text if mention else None for mention in grounded] == ["FEVER", "COUGH", "HTN", "METFORMIN"]
    assert grounded[2] is not None
    assert grounded[2].clean_text == "hypertension"


def test_words_that_the_model_added_are_not_grounded(clean: Clean) -> None:
    text = clean(ScriptedGenerator([GOOD])).text
    start = text.text.index("The patient is a")
    assert text.to_original(start, start + len("The patient is a")) is None


def test_a_changed_fact_is_named_and_asked_for_again(clean: Clean) -> None:
    generator = ScriptedGenerator([WRONG, GOOD])
    assert clean(generator).text.text == GOOD
    first, second = (request.prompt for request in generator.requests)
    assert len(first) == 2
    assert isinstance(second, tuple)
    assert second[2].content == WRONG
    assert "500" in second[3].content
    seeds = {request.options.seed for request in generator.requests}
    assert len(seeds) == 2


def test_when_no_answer_is_faithful_the_rules_clean_and_the_reason_is_kept(clean: Clean) -> None:
    generator = ScriptedGenerator([WRONG])
    cleaning = clean(generator)
    assert len(generator.requests) == 3
    assert cleaning.text.text == by_rules(NOTE)
    (reject,) = cleaning.rejects
    assert (reject.kind, reject.issues[0].code) == ("answer", "fact-changed")
    assert (reject.start, reject.end) == (0, len(NOTE))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Generated(GOOD, complete=False), "truncated-rewrite"),
        (Generated(GOOD[:50]), "truncated-rewrite"),
        (Generated(""), "fact-lost"),
        (Generated("I am sorry, I can't help with that."), "fact-lost"),
    ],
)
def test_answers_that_are_no_rewriting(clean: Clean, answer: Generated, code: str) -> None:
    cleaning = clean(ScriptedGenerator([answer]))
    assert code in {issue.code for issue in cleaning.rejects[0].issues}
    assert cleaning.text.text == by_rules(NOTE)


def test_a_preface_is_left_out(clean: Clean) -> None:
    assert clean(ScriptedGenerator([f"Here is the cleaned text:\n{GOOD}"])).text.text == GOOD


def test_long_notes_are_rewritten_in_pieces_each_judged_by_itself(clean: Clean) -> None:
    text = f"{NOTE}.\n\nPLAN: METOPROLOL 25 MG OD. REVIEW AFTER 2 WEEKS."
    plan = "Plan: metoprolol 25 mg once daily. Review after 2 weeks."
    cleaning = clean(ScriptedGenerator([WRONG, plan, WRONG]), text, max_characters=100)
    assert cleaning.text.text == f"{by_rules(NOTE + '.')}\n\n{plan}"
    (reject,) = cleaning.rejects
    assert text[reject.start : reject.end] == f"{NOTE}."
    start = cleaning.text.text.index("metoprolol")
    where = cleaning.text.to_original(start, start + len("metoprolol"))
    assert where is not None
    assert text[slice(*where)] == "METOPROLOL"


def test_encoding_damage_is_mended_before_the_model_sees_the_text(clean: Clean) -> None:
    text = "Fi&egrave;vre clinic: fever 3 days, Sj\u00c3\u00b6gren syndrome"
    generator = ScriptedGenerator(["Fi\u00e8vre clinic: fever for 3 days, Sj\u00f6gren syndrome."])
    cleaning = clean(generator, text)
    assert "Sj\u00f6gren" in str(generator.requests[0].prompt)
    start = cleaning.text.text.index("Sj\u00f6gren")
    where = cleaning.text.to_original(start, start + 7)
    assert where is not None
    assert text[slice(*where)] == "Sj\u00c3\u00b6gren"


@pytest.mark.parametrize(("language", "kind"), [("vi", None), ("und", None), ("en", "abstract")])
def test_texts_it_was_not_made_for_go_to_the_rules(clean: Clean, language: str, kind: str | None) -> None:
    generator = ScriptedGenerator([GOOD])
    assert not clean(generator, NOTE, language, kind=kind).rejects
    assert not generator.requests


def test_a_model_that_fails_leaves_the_text_to_the_rules(clean: Clean) -> None:
    cleaning = clean(ScriptedGenerator([ModelError("out of memory")]))
    assert cleaning.rejects[0].issues[0].code == "cleaner-failed"
    assert cleaning.text.text == by_rules(NOTE)
    with pytest.raises(TransientModelError):
        clean(ScriptedGenerator([TransientModelError("rate limit")]))


def test_equal_documents_are_asked_with_equal_seeds(clean: Clean) -> None:
    first, second = ScriptedGenerator([WRONG]), ScriptedGenerator([WRONG])
    clean(first)
    clean(second)
    assert first.requests == second.requests
