from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.evaluate.excerpts import AROUND, Excerpt, Mark, excerpts

WORDS = " ".join(f"word{number}" for number in range(200))


def test_a_short_text_is_shown_whole() -> None:
    marks = (Mark(0, 7, "subject"), Mark(15, 19, "object"))
    assert excerpts("Lithium caused rash.", reversed(marks)) == (Excerpt(0, "Lithium caused rash.", marks, False),)


def test_the_text_around_begins_and_ends_with_a_word() -> None:
    place = WORDS.index("word100")
    [found] = excerpts(WORDS, [Mark(place, place + 7, "gold")])
    assert WORDS[found.start - 1] == " "
    assert WORDS[found.start + len(found.text)] == " "
    assert found.more
    assert AROUND - 20 <= place - found.start <= AROUND


def test_marks_far_apart_are_shown_apart() -> None:
    far = WORDS.index("word150")
    first, second = excerpts(WORDS, [Mark(0, 5, "subject"), Mark(far, far + 7, "object")])
    assert (first.start, first.marks) == (0, (Mark(0, 5, "subject"),))
    assert second.text[far - second.start :].startswith("word150")


@given(st.text(max_size=900), st.data())
def test_every_mark_is_within_its_excerpt_and_excerpts_are_the_text(text: str, data: st.DataObject) -> None:
    place = st.integers(0, max(0, len(text) - 1))
    marks = [Mark(start, min(len(text), start + 9), "gold") for start in data.draw(st.lists(place, max_size=4)) if text]
    found = excerpts(text, marks)
    assert sorted(mark for one in found for mark in one.marks) == sorted(marks)
    for one in found:
        end = one.start + len(one.text)
        assert text[one.start : end] == one.text
        assert one.more == (end < len(text))
        assert all(one.start <= mark.start <= mark.end <= end for mark in one.marks)
    assert all(one.start + len(one.text) < after.start for one, after in pairwise(found))
