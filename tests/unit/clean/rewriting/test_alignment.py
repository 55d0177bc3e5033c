import re

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.alignment import CleanText
from kg_builder.clean.rewriting.alignment import align, within

WORDS = st.sampled_from(
    [
        *("pt", "patient", "c/o", "complains", "of", "SOB", "shortness", "breath", "HTN", "hypertension", "no", "not"),
        *("3/7", "for", "3 days", "120/80", "5 mg", "BD", "twice", "daily", "(CBC)", "complete blood count", "CBC"),
        *("\n", ".", ",", "-", "aspirin", "ASPIRIN", "aspirn", "left", "knee", "Ã©", "é", "İ", "😀", "  ", "K+", "x"),
    ]
)
PLAIN = ["zubo", "kalin", "merit", "dofa", "pelun", "tarris"]
TEXTS = st.lists(WORDS, max_size=25).map(" ".join) | st.text(st.characters(codec="utf-8"), max_size=60)


def origins(source: str, rewrite: str, *words: str) -> list[str | None]:
    clean = align(source, rewrite)
    found = []
    for word in words:
        where = clean.to_original(rewrite.index(word), rewrite.index(word) + len(word))
        found.append(None if where is None else source[slice(*where)])
    return found


@given(TEXTS, TEXTS)
def test_the_mapping_holds_together_and_never_goes_back(source: str, rewrite: str) -> None:
    clean = align(source, rewrite)
    assert (clean.text, clean.original) == (rewrite, source)
    assert len(clean.starts) == len(clean.ends) == len(rewrite)
    assert all(0 <= first <= last <= len(source) for first, last in zip(clean.starts, clean.ends, strict=True))
    assert list(clean.starts) == sorted(clean.starts)
    assert list(clean.ends) == sorted(clean.ends)


@given(st.lists(st.sampled_from(PLAIN), min_size=1, max_size=12).map(" ".join))
def test_a_copy_maps_character_by_character(text: str) -> None:
    clean = align(text, text)
    assert list(clean.starts) == list(range(len(text)))
    assert list(clean.ends) == list(range(1, len(text) + 1))


@given(
    st.lists(st.sampled_from(PLAIN), min_size=1, max_size=10, unique=True),
    st.data(),
)
def test_copied_words_land_on_equal_words(words: list[str], data: st.DataObject) -> None:
    source = " ".join(words)
    kept = [word for word in words if data.draw(st.booleans())]
    rewrite = " ".join(f"{data.draw(st.sampled_from(['the', 'new', 'and']))} {word.upper()}" for word in kept)
    clean = align(source, rewrite)
    for match in re.finditer(r"[A-Z]+", rewrite):
        where = clean.to_original(*match.span())
        assert where is not None
        assert source[slice(*where)] == match.group().lower()


def test_short_forms_written_out_map_as_a_whole() -> None:
    source = "-H/O LAP CHOLECYSTECTOMY, HTN. Check CBC"
    rewrite = "History of laparoscopic cholecystectomy and hypertension. Get a complete blood count (CBC)."
    found = origins(
        source, rewrite, "History of", "laparoscopic", "cholecystectomy", "hypertension", "complete blood count"
    )
    assert found == ["H/O", "LAP", "CHOLECYSTECTOMY", "HTN", "CBC"]
    assert origins(source, rewrite, "(CBC)", "Get") == ["CBC", None]


def test_misspelled_words_are_traced_and_invented_ones_are_not() -> None:
    source = "while spleeping must lie supine, proper diet"
    rewrite = "While sleeping, lie supine and follow a nutritious diet."
    assert origins(source, rewrite, "sleeping", "supine", "nutritious", "diet") == ["spleeping", "supine", None, "diet"]


def test_what_changed_places_is_traced_once_at_most() -> None:
    found = origins(
        "aspirin 75 mg after food for fever", "For fever, aspirin 75 mg after food.", "aspirin 75 mg", "fever"
    )
    assert found == ["aspirin 75 mg", None]


def test_a_piece_is_traced_through_earlier_edits() -> None:
    base = CleanText.unchanged("ignored. fi&eacute;vre aspirin").apply([(11, 19, "e")])  # type: ignore[list-item]
    assert base.text == "ignored. fievre aspirin"
    traced = within(align(base.text[9:], "fievre, and aspirin"), base, 9)
    assert traced.to_original(0, 6) == (9, 22)
    assert traced.to_original(8, 11) is None
    assert traced.to_original(12, 19) == (23, 30)
    assert list(traced.starts) == sorted(traced.starts)
