import pytest

from kg_builder.clean.abbreviations import builtin_abbreviations, parse_abbreviations
from kg_builder.clean.alignment import CleanText
from kg_builder.clean.rules import RuleCleaner
from kg_builder.clean.timings import timings
from kg_builder.errors import SettingsError
from kg_builder.records import Document
from kg_builder.text.sections import section_group

HEADER = "form\texpansion\tcase\tregister\tsection\tbefore\tafter\tnot_near\tnote\n"


def written_out(text: str) -> str:
    """As in a text that is known to be clinical shorthand."""
    edits = builtin_abbreviations().edits(text, shorthand=True)
    return CleanText.unchanged(text).apply(edits).text


def timed(text: str) -> str:
    return CleanText.unchanged(text).apply(timings(text)).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h/o asthma", "history of asthma"),
        ("c/o fever", "complains of fever"),
        ("s/p CABG", "status post coronary artery bypass graft"),
        ("r/o MI", "rule out myocardial infarction"),
        ("5 mg b.i.d.", "5 mg twice daily."),
        ("5 mg b.i.d. for a week", "5 mg twice daily for a week"),
        ("40 mg PO daily", "40 mg by mouth daily"),
        ("10 mg od", "10 mg once daily"),
        ("1 g IV, then IV fluids", "1 g intravenously, then intravenous fluids"),
        ("200 mg po tds prn", "200 mg by mouth three times daily as needed"),
        ("5 mg nocte", "5 mg at night"),
        ("w/ fever, w/o cough", "with fever, without cough"),
        ("pt's wife, 3 pts", "patient's wife, 3 patients"),
        ("PT 13.5 sec, INR 1.1", "Prothrombin time 13.5 sec, INR 1.1"),
        ("refer to PT", "refer to physical therapy"),
        ("PT is well", "Patient is well"),
        ("d/c home today", "discharge home today"),
        ("d/c heparin", "discontinue heparin"),
        ("SOB/CP", "Shortness of breath/CP"),
        ("denies CP", "denies chest pain"),
        ("CVA tenderness", "Costovertebral angle tenderness"),
        ("h/o CVA", "history of cerebrovascular accident"),
        ("progressive MS", "progressive multiple sclerosis"),
        ("MS 4 mg", "Morphine sulfate 4 mg"),
        ("altered MS", "altered mental status"),
        ("lap chole", "laparoscopic cholecystectomy"),
        ("nil fever, nil by mouth", "no fever, nil by mouth"),
        ("EtOH 10 units", "Alcohol 10 units"),
        ("R knee, L5", "Right knee, L5"),
        ("98% on RA", "98% on room air"),
    ],
)
def test_written_out(text: str, expected: str) -> None:
    assert written_out(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "MS",
        "d/c",
        "CA 19-9",
        "stage IV",
        "OD 20/40, OS 20/30",
        "LAP score",
        "OD",
        "PT normal",
        "HR 2.1",
        "CP angle",
        "Detroit, MI 48201",
        "Robitussin DM",
        "WBC, Hb, Na, K, CRP",
        "P.O. Box 12",
        "TID ratio",
        "BP120",
        "co-bid",
        "John DOE",
    ],
)
def test_left_when_in_doubt(text: str) -> None:
    assert written_out(text) == text


def test_the_section_decides() -> None:
    assert written_out("MEDICATIONS: ASA, Plavix") == "MEDICATIONS: aspirin, Plavix"
    assert written_out("Medications Prior to Admission\nASA") == "Medications Prior to Admission\nAspirin"
    assert written_out("ANESTHESIA: ASA III") == "ANESTHESIA: ASA III"


def test_rules_name_section_groups_that_exist() -> None:
    headings = ("medications", "allergies", "physical examination", "hospital course", "history")
    named = {section for rule in builtin_abbreviations().rules for section in rule.sections}
    assert named <= {section_group(heading) for heading in headings}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/7 hx of cough", "3 day hx of cough"),
        ("cough for 3/7", "cough for 3 days"),
        ("1/7 ago", "1 day ago"),
        ("review 2/52", "review 2 weeks"),
        ("6/12 ago", "6 months ago"),
        ("2-3/52 of cough", "2-3 weeks of cough"),
        ("q6h", "every 6 hours"),
        ("q.4-6h. as needed", "every 4-6 hours as needed"),
        ("q2 weeks", "every 2 weeks"),
        ("45yo M", "45 year old male"),
        ("45 y/o F with cough", "45 year old female with cough"),
    ],
)
def test_timings(text: str, expected: str) -> None:
    assert timed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2/7/2020",
        "seen on 3/7",
        "BP 120/80",
        "1/2 tablet",
        "VA 6/12",
        "power 4/7",
        "3/7 patients",
        "for 5/12/21",
        "T7/12",
        "0.3/7",
        "pain score 3/7",
        "yo-yo",
        "M 45",
        "Q10",
        "dated 5/12",
    ],
)
def test_not_timings(text: str) -> None:
    assert timed(text) == text


def test_the_table_is_large_and_every_form_readable() -> None:
    rules = builtin_abbreviations().rules
    assert len({rule.form.lower() for rule in rules}) > 250
    for rule in rules:
        assert rule.expansion.strip() == rule.expansion


def test_no_expansion_is_expanded_again() -> None:
    for rule in builtin_abbreviations().rules:
        assert written_out(f"x {rule.expansion} x") == f"x {rule.expansion} x", rule.form


def test_a_table_of_ones_own() -> None:
    table = parse_abbreviations(HEADER + "zz\tsleep\tany\tany\t\t\t\t\tours\n")
    cleaner = RuleCleaner(table)
    assert cleaner.clean(Document(id="d", text="Some zz and h/o."), "en").text.text == "Some sleep and h/o."


@pytest.mark.parametrize(
    "row", ["zz\tsleep", "zz\tsleep\tloud\tany\t\t\t\t\t", "zz\tsleep\tany\tany\t\t(\t\t\t", "zz\t\tany\tany\t\t\t\t\t"]
)
def test_a_bad_row_is_named(row: str) -> None:
    with pytest.raises(SettingsError, match=r"own\.tsv:2"):
        parse_abbreviations(HEADER + row, source="own.tsv")
