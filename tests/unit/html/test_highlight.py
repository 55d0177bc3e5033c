from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.html.escaping import escaped, escaped_prose
from kg_builder.html.highlight import Highlight, highlighted
from tests.unit.html.reading import HOSTILE, Reading

PLAIN = st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs", "S")), max_size=25)


def spans_of(text: str) -> st.SearchStrategy[list[Highlight]]:
    offsets = st.integers(0, len(text))
    span = st.builds(
        Highlight,
        offsets,
        offsets,
        st.sampled_from(["Disease", "Chemical", "x"]),
        label=st.just("D"),
        classes=st.just(("subject",)),
        fragments=st.just(()),
        title=st.just("t"),
    )
    return st.lists(span, max_size=5)


@given(PLAIN.flatmap(lambda text: st.tuples(st.just(text), spans_of(text))))
def test_the_text_reads_as_it_was_whatever_is_highlighted(given: tuple[str, list[Highlight]]) -> None:
    text, spans = given
    reading = Reading(highlighted(text, spans))
    assert reading.said == text
    covering = [span for span in spans if span.start < span.end]
    assert reading.tags.count("sup") == len(covering)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_strings_are_shown_and_nothing_else(hostile: str) -> None:
    text = f"before {hostile} after"
    half = len(hostile) // 2
    spans = [
        Highlight(7, 7 + len(hostile), hostile, label=hostile, title=hostile),
        Highlight(7 + half, len(text), hostile, label=hostile),
    ]
    reading = Reading(highlighted(text, spans))
    reading.check_harmless()
    assert set(reading.tags) == {"span", "mark", "sup"}
    assert reading.said == Reading(f"<p>{escaped_prose(text)}</p>").said
    assert reading.text.count(Reading(f"<p>{escaped(hostile)}</p>").text) >= 2
    reading.text.encode()


def test_there_are_at_least_sixty_hostile_strings() -> None:
    assert len(set(HOSTILE)) >= 60


def test_nested_spans_are_nested_elements() -> None:
    html = highlighted("acute kidney injury", [Highlight(0, 19, "Disease"), Highlight(6, 12, "Anatomy")])
    assert Reading(html).tags == ["span", "mark", "mark"]


def test_a_negated_span_says_so_without_colour() -> None:
    html = highlighted("No fever.", [Highlight(3, 8, "Disease", label="Disease", classes=("negated",))])
    assert '<abbr title="negated">' in html
    assert "⊘" in Reading(html).text


def test_spans_may_count_from_the_beginning_of_the_document() -> None:
    html = highlighted("fever.", [Highlight(103, 108, "Disease", fragments=((103, 105), (107, 108)))], offset=103)
    assert html.count("<mark") == 2
    assert ">fe</mark>v<mark" not in html
    assert ">fe</mark>ve<mark" in html


def test_a_class_that_is_no_word_is_refused() -> None:
    with pytest.raises(ValueError, match="no class of a highlight"):
        highlighted("fever", [Highlight(0, 5, "Disease", classes=('x" onclick="y',))])


def test_what_cannot_be_seen_becomes_a_symbol() -> None:
    assert escaped("a\x00b\u202ec\u200bd\ud800e\tf") == "a␀b⟨U+202E⟩c⟨U+200B⟩d⟨U+D800⟩e␉f"
    assert escaped_prose("a\r\nb\tc\x07") == "a\nb\tc␇"
