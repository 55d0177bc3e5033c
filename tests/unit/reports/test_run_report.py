"""The page of a build says what its record and the graph say, and nothing in them becomes markup."""

from __future__ import annotations

import datetime as dt
import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.graph_store import Failure
from kg_builder.reports.run_report import run_report
from kg_builder.stores import open_store
from kg_builder.stores.run_setup import RunSetup
from kg_builder.stores.views import RunRecord
from tests.unit.reports.graphs import HOSTILE, NOW, UNSEEN, graph, part, run_record, usage
from tests.unit.reports.page_reading import Element, check_page, read_page, tables


def page_of(*arguments: object, **options: object) -> Element:
    page = read_page(run_report(graph(*arguments, **options))[1])  # type: ignore[arg-type]
    check_page(page)
    return page


def test_the_figures_are_those_of_the_record() -> None:
    page = page_of(runs=(run_record(usage=usage()),))
    sums = [item.text for item in page.one("accounting").all("li")] or [
        item.text for item in page.all("li") if "=" in item.text
    ]
    assert sums == [
        "1,204 documents read = 1,200 written + 1 unchanged + 3 failed ✓ adds up",
        "5,012 items extracted = 5,000 written + 12 rejected ✓ adds up",
    ]
    found = tables(page)
    assert found["Added up over the documents that were read"][1:] == [
        ["clean", "1.5 s", "2.4 %", "1.2 ms", ""],
        ["extract", "60.0 s", "97.6 %", "50 ms", ""],
        ["write", "4.0 ms", "under 0.1 %", "0.0 ms", ""],
    ]
    rejects = next(rows for caption, rows in found.items() if caption.startswith("By reason, the commonest first. The"))
    assert rejects[1:] == [["not-in-text", "10", "3"], ["low-confidence", "2", "0"]]
    assert found["What language models took in this run"][1] == [
        *("openai:big", "1,041", "52,000", "900", "1.25", "4", "")
    ]
    assert found["Settings that weren't the defaults"][1:] == [["attempts", "5"]]
    assert ["clinical-kg-builder", "9.9.9"] in found["Versions"]
    assert ["extract", "tagger", "t 1"] in found["Parts that were ready in this run"]
    lead = next(one for one in page.all("p") if one.attributes.get("class") == "lead").text
    assert "read 1,204 documents in 90.0 s" in lead


def test_the_figures_of_the_graph_are_those_of_the_graph() -> None:
    found = tables(page_of())
    assert found["Concepts by type"][1:] == [["Chemical", "1", "50.0 %", ""], ["Disease", "1", "50.0 %", ""]]
    assert found["What is said of relations"][1:] == [["present", "2", "66.7 %", ""], ["negated", "1", "33.3 %", ""]]
    best = next(rows for caption, rows in found.items() if caption.startswith("The 1 relation"))
    assert best[1][1:3] == ["2", "0.750"], "a negated statement supports nothing"
    assert best[1][3].startswith("The aspirin brought bleeding.")
    assert found["Who found what the graph holds"][1:] == [["tagger", "t 1", "6", "3"]]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_looks_like_markup_is_shown_as_text(hostile: str) -> None:
    run = run_record(
        id=f"r{hostile}"[:60],
        warnings={hostile: 2},
        unserved=(hostile,),
        failures_by_code={hostile: 1},
        rejects_by_code={hostile: 1},
        seconds_by_step={hostile: 1.0},
        usage={hostile: usage()["openai:big"]},
        setup=RunSetup(package=hostile, schemas={hostile: hostile}, settings={hostile: [hostile]}, changed=(hostile,)),
    )
    failed = (Failure(f"d {hostile}", hostile, hostile),)
    page = page_of(part(f"n {hostile}", hostile, f"{hostile} disease"), runs=(run,), failures=failed)
    said = " ".join(hostile.split())
    assert page.text.count(said) >= 15
    assert [mark.text for mark in page.all("mark")] == [said, f"{said} disease"]


def test_what_cannot_be_seen_is_made_visible() -> None:
    page = page_of(part(f"n {UNSEEN[:-2]}", UNSEEN, "bleeding"))
    assert not [unseen for unseen in "\u202e\u200b\x00" if unseen in page.text]
    assert "a⟨U+202E⟩b⟨U+200B⟩c␀d" in page.text


@settings(max_examples=30)
@given(st.text(min_size=1).filter(lambda text: text.strip() and "bleeding" not in text))
def test_any_text_gives_a_sound_page(text: str) -> None:
    assert page_of(part("n1", text, "bleeding"), runs=(run_record(warnings={text: 1}),)).text


def test_equal_graphs_give_equal_pages() -> None:
    assert run_report(graph())[1] == run_report(graph())[1]


def test_a_run_of_before_settings_were_recorded() -> None:
    page = page_of(runs=(run_record(setup=None),))
    assert "recorded before settings and versions were kept" in page.text
    assert "Versions" not in tables(page)


def test_an_empty_graph_of_a_run_that_was_killed() -> None:
    store = open_store(":memory:")
    store.record_run(RunRecord(id="a", started=NOW, settings_hash="s1"))
    page = read_page(run_report(store)[1])
    check_page(page)
    assert "The run has no end" in page.text
    assert "The graph states no relation." in page.text


def test_runs_are_listed_and_chosen_by_how_their_ids_begin() -> None:
    later = run_record("0199", started=NOW + dt.timedelta(days=1), read=1, written=1, unchanged=0, failed=0)
    store = graph(runs=(run_record("0100"), later, run_record("0200")))
    assert run_report(store)[0].id == "0199", "the latest by default"
    run, page = run_report(store, "010")
    assert run.id == "0100"
    assert "This isn't the latest run" in page
    rows = tables(read_page(page))
    listed = next(rows for caption, rows in rows.items() if caption.startswith("3 runs"))
    assert [row[0] for row in listed[1:]] == ["0199", "0200", "0100 (this one)"]
    for unknown in ("01", "zz", ""):
        with pytest.raises(InputError) as error:
            run_report(store, unknown)
        assert error.value.hint is not None
        assert "0199" in error.value.hint


def test_of_many_runs_the_latest_are_listed_and_the_one_that_is_told_of() -> None:
    runs = tuple(run_record(f"{n:04}", started=NOW + dt.timedelta(hours=n)) for n in range(80))
    rows = tables(read_page(run_report(graph(runs=runs), "0003")[1]))
    caption, listed = next(one for one in rows.items() if one[0].startswith("80 runs"))
    assert "of which 51 are shown" in caption
    assert [row[0] for row in (listed[1], listed[50], listed[51])] == ["0079", "0030", "0003 (this one)"]


def test_a_graph_that_no_build_made() -> None:
    store = graph()
    store.runs = lambda: ()  # type: ignore[method-assign]
    with pytest.raises(InputError, match="no build has been recorded"):
        run_report(store)


def test_a_store_is_named_without_its_folders() -> None:
    page = html.unescape(run_report(graph())[1])
    assert "Build report: :memory:" in page
