import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.alignment import CleanText
from kg_builder.clean.encoding import composed, html_remains, mojibake, odd_characters


def after(text: str, *passes: object) -> str:
    clean = CleanText.unchanged(text)
    for edits_of in passes:
        assert callable(edits_of)
        clean = clean.apply(edits_of(clean.text))
    return clean.text


@given(st.text(st.sampled_from("abc é ü ñ — “ ” µ ± β ≥ 12.5mg"), min_size=1, max_size=60))
def test_mojibake_is_undone_between_the_words(text: str) -> None:
    damaged = f"La patiente {text.encode().decode('latin-1')} prend 5 mg"
    clean = CleanText.unchanged(damaged).apply(mojibake(damaged))
    assert clean.text.startswith("La patiente ")
    assert clean.text.endswith("prend 5 mg")
    start = clean.text.rindex("prend")
    assert clean.to_original(start, start + 5) == (damaged.rindex("prend"), damaged.rindex("prend") + 5)


def test_mojibake_maps_letter_by_letter() -> None:
    damaged = "voilÃ  le cafÃ© â€œnoirâ€\x9d"
    clean = CleanText.unchanged(damaged).apply(mojibake(damaged))
    assert clean.text == "voilà le café “noir”"
    start = clean.text.index("é")
    assert clean.to_original(start, start + 1) == (damaged.index("Ã©"), damaged.index("Ã©") + 2)


def test_sound_vietnamese_is_left_alone() -> None:
    assert mojibake("Bệnh nhân bị tăng huyết áp, đái tháo đường típ 2; đã mổ ruột thừa năm 2010.") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p &lt; 0.05 &amp; more", "p < 0.05 & more"),
        ("p &amp;lt; 0.05", "p < 0.05"),
        ("5&nbsp;mg", "5\u00a0mg"),
        ("AT&T; Q&A", "AT&T; Q&A"),
        ("<p>One</p>", "\nOne\n"),
        ("<b>bold</b> and <i class='x'>it</i>", "bold and it"),
        ("10<sup>3</sup>/l, H<sub>2</sub>O", "10^3/l, H2O"),
        ("5<b>6</b>", "5 6"),
        ("a <b and c> d", "a <b and c> d"),
        ("x < 5 and y > 3", "x < 5 and y > 3"),
        ("one<!-- note &lt; -->two", "onetwo"),
        ("<ul><li>aspirin</li></ul>", "\n\n- aspirin\n"),
    ],
)
def test_html_remains(text: str, expected: str) -> None:
    assert after(text, html_remains) == expected


@given(st.text(max_size=80))
def test_escaped_text_comes_back(text: str) -> None:
    escaped = html.escape(text.replace("<", "").replace("&", ""))
    assert after(escaped, html_remains) == html.unescape(escaped)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ufeffstart", "start"),
        ("dia\u200bbetes co\u00adugh", "diabetes cough"),
        ("abc \u202edef\u202c", "abc def"),
        ("one\r\ntwo\rthree\x0cfour", "one\ntwo\nthree\nfour"),
        ("1\x002", "1 2"),
        ("5\u00a0mg\u2009daily", "5 mg daily"),
        ("\x93quoted\x94 it\x92s", '"quoted" it\'s'),
        ("Crohn’s", "Crohn's"),
        ("ﬁrst eﬀect", "first effect"),
        ("\ud83d\ude00 \ud800", "😀 \ufffd"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("５ ｍｇ", "5 mg"),
        ("5 µg ± 2 ≥ 1", "5 µg ± 2 ≥ 1"),
    ],
)
def test_odd_characters(text: str, expected: str) -> None:
    assert after(text, odd_characters) == expected


def test_letters_and_marks_are_composed_but_units_stay() -> None:
    assert after("cafe\u0301 \u212b \u2126 310 \u212a", composed) == "café \u212b \u2126 310 \u212a"
