"""Sentences with the expectation inline: ``[C:name]`` and ``[D:name]`` are mentions, ``[D-:name]`` a negated one."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.protocols import RelationRequest
from kg_builder.records import Assertion, Mention, RelationMention
from kg_builder.relate.cooccurrence import CueRelationExtractor
from kg_builder.relate.cues import relation_cues
from kg_builder.schema import EntityType, RelationType, Schema

_MARKED = re.compile(r"\[([CDG])([-?]?):([^\]]+)\]")
_TYPES = {"C": "Chemical", "D": "Disease", "G": "Gene"}
_ASSERTIONS = {"": Assertion.PRESENT, "-": Assertion.NEGATED, "?": Assertion.POSSIBLE}


def schema(*predicates: str) -> Schema:
    return Schema(
        name="test",
        description="For tests.",
        entities=tuple(EntityType(name=name, description=name) for name in _TYPES.values()),
        relations=tuple(
            RelationType(name=name, description=name, subject=("Chemical",), object=("Disease",)) for name in predicates
        ),
    )


BOTH = schema("INDUCES", "TREATS")


def unmarked(marked: str) -> tuple[str, list[Mention]]:
    text, mentions, position = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[position : match.start()]
        mentions.append(
            Mention(
                start=len(text),
                end=len(text) + len(match[3]),
                text=match[3],
                type=_TYPES[match[1]],
                assertion=_ASSERTIONS[match[2]],
            )
        )
        text += match[3]
        position = match.end()
    return text + marked[position:], mentions


def relate(marked: str, language: str = "en", asked: Schema = BOTH) -> list[RelationMention]:
    text, mentions = unmarked(marked)
    request = RelationRequest(text=text, mentions=mentions, schema=asked, language=language)
    return list(CueRelationExtractor().relate(request).relations)


def told(relations: list[RelationMention]) -> list[str]:
    return sorted(f"{one.subject.text} {one.predicate} {one.object.text} {one.assertion}" for one in relations)


ENGLISH = [
    ("[C:Lithium]-induced [D:tremor] is common.", ["Lithium INDUCES tremor present"]),
    ("[D:Hepatitis] induced by [C:isoniazid].", ["isoniazid INDUCES Hepatitis present"]),
    (
        "[C:Aspirin] and [C:ibuprofen] caused [D:gastritis] and [D:ulcers].",
        [
            "Aspirin INDUCES gastritis present",
            "Aspirin INDUCES ulcers present",
            "ibuprofen INDUCES gastritis present",
            "ibuprofen INDUCES ulcers present",
        ],
    ),
    ("Acute [D:liver failure] due to an overdose of [C:paracetamol].", ["paracetamol INDUCES liver failure present"]),
    ("[D:Seizures] after intravenous [C:theophylline].", ["theophylline INDUCES Seizures present"]),
    ("A patient on [C:warfarin] developed [D:haematuria].", ["warfarin INDUCES haematuria present"]),
    ("[C:Cisplatin] [D:nephrotoxicity] limits its use.", ["Cisplatin INDUCES nephrotoxicity present"]),
    ("Adverse effects of [C:prednisone] include [D:osteoporosis].", ["prednisone INDUCES osteoporosis present"]),
    ("[C:Drugamine] did not cause [D:rash].", ["Drugamine INDUCES rash negated"]),
    ("No [D-:rash] was seen after [C:drugamine].", ["drugamine INDUCES rash negated"]),
    ("[C:Drugamine] may cause [D:rash].", ["Drugamine INDUCES rash possible"]),
    ("We asked whether [C:drugamine] causes [D:rash].", ["drugamine INDUCES rash hypothetical"]),
    ("[C:Metformin] in the treatment of [D:diabetes].", ["Metformin TREATS diabetes present"]),
    ("[C:Propranolol] for [D:migraine].", ["Propranolol TREATS migraine present"]),
    ("[D:Asthma] patients treated with [C:budesonide] did well.", ["budesonide TREATS Asthma present"]),
    ("[C:Ondansetron] prevented [D:vomiting].", ["Ondansetron TREATS vomiting present"]),
    ("[C:Ondansetron] did not prevent [D:vomiting].", ["Ondansetron TREATS vomiting negated"]),
    ("The [D:arrhythmia] was reversed by [C:atropine].", ["atropine TREATS arrhythmia present"]),
    (
        "[C:Naloxone] reversed the [C:morphine]-induced [D:respiratory depression].",
        ["Naloxone TREATS respiratory depression present", "morphine INDUCES respiratory depression present"],
    ),
    (
        "[D:Parkinsonism] was observed in subjects treated with [C:drugamine].",
        ["drugamine INDUCES Parkinsonism present"],
    ),
    (
        "After [C:drugamine]-induced [D:colitis], the colitis was treated with rest.",
        ["drugamine INDUCES colitis present"],
    ),
]

NOTHING = [
    "[C:Glucose] was measured in all patients and [D:anaemia] was recorded.",
    "[C:Digoxin] levels were stable. [D:Nausea] was absent.",
    "[C:Digoxin] was stopped; [D:nausea] had been present for years.",
    "[C:Creatinine] was higher in [D:stroke] than in controls.",
    "[C:NO] synthase inhibitors prevented [D:oedema].",
    "[D:Angioedema] was relieved by stopping [C:lisinopril].",
    "[C:Aspirin] for patients without [D-:ulcer].",
    "[D:Fever] and [D:cough] after surgery.",
    "[C:Aspirin] and [C:heparin] were given.",
    "[C:Angiotensin] converting enzyme inhibition for [D:hypertension].",
    "[C:Methadrug] was given and the mice were examined for [D:neurotoxicity].",
    "[C:Potassium] requirements for [D:acidosis].",
]

RECOVERY = [
    (
        "A man with [C:drugamine]-induced [D:hepatitis] developed [D:jaundice] and recovered after [C:acetylcysteine].",
        [
            "acetylcysteine TREATS jaundice present",
            "drugamine INDUCES hepatitis present",
            "drugamine INDUCES jaundice present",
        ],
    ),
    ("The [D:bleeding] stopped being heavy and resolved over a week, after which [C:warfarin] was begun.", []),
    ("Her [D:chest pain] improved with [C:nitroglycerin].", ["nitroglycerin TREATS chest pain present"]),
    ("He had some relief from the [D:chest pain] after [C:nitroglycerin].", []),
    ("After [C:papaverine] she no longer had any [D:headache].", []),
    ("After [C:papaverine] the [D:headache] subsided.", []),
    (
        "[C:Drugamine] caused a [D:rash], which resolved after [C:prednisone].",
        ["Drugamine INDUCES rash present", "prednisone TREATS rash present"],
    ),
    ("The [D:rash] resolved after withdrawal of [C:drugamine].", ["drugamine INDUCES rash present"]),
    ("[D:Thrombosis] recurred after [C:heparin] was stopped.", []),
]

COORDINATION = [
    ("Probably due to [C:oxycodone] and [D:urinary retention].", []),
    ("No [C:alcohol], [D:drug abuse] or smoking.", []),
    ("A raised [C:creatinine] or [D:hypertension].", []),
    ("[C:Lisinopril], [D:hypertension] not controlled.", []),
    ("Given [C:drugamine] ([D:gout] for years).", []),
    (
        "[C:Methotrexate] ([C:MTX]) [D:toxicity].",
        ["MTX INDUCES toxicity present", "Methotrexate INDUCES toxicity present"],
    ),
    ("A case of [C:drugamine] [D:overdose].", []),
    ("[D:Alcohol dependence] after [C:alcohol].", []),
    ("Presently on [C:methadone] treatment, [D:hepatitis] and [D:headache].", []),
]

COMPARISON = [
    ("[D:Injury] developed in 6 of 61 patients given [C:magnesium] and in 15 of 57 who were not (p = 0.02).", []),
    ("[D:Hepatitis] occurred after [C:drugamine] in 12% versus 11% with placebo.", []),
    ("[D:Rash] was more common after [C:drugamine] (12% versus 1%).", ["drugamine INDUCES Rash present"]),
    ("None of 23 patients who received [C:drugamine] developed [D:rash].", ["drugamine INDUCES rash negated"]),
    ("[C:Losartan] caused less [D:cough].", []),
    (
        "[C:Magnesium] was associated with less [C:cisplatin]-induced [D:injury].",
        ["cisplatin INDUCES injury present"],
    ),
    ("[C:Drugamine] resulted in a lower incidence of [D:stroke].", []),
    ("The trial aimed to reduce [D:vomiting] caused by [C:cisplatin].", ["cisplatin INDUCES vomiting present"]),
]

ANOTHER_CAUSE: list[tuple[str, list[str]]] = [
    ("[D:Neuropathy] due to deficiency of [C:thiamine].", []),
    ("[D:Chest pain] due to a lack of [C:oxygen].", []),
    ("[D:Otitis] due to a [C:penicillin]-resistant organism.", []),
    ("[D:Anaemia] secondary to [D:renal failure], and [C:insulin]-dependent [D:diabetes].", []),
    ("[D:Nephrosis] due to [D:sclerosis] did not respond at first to [C:prednisone].", []),
    ("[D:Cough] attributed to an inhibitor took [C:drugamine].", []),
    ("[C:Drugamine] can cause unexpected harm in patients with [D:gout].", []),
    ("Mutations in [C:fibrillin] cause [D:Marfan syndrome].", []),
    ("The [C:fibrillin] gene causes [D:Marfan syndrome] when altered.", []),
]

OWN_DISEASE: list[tuple[str, list[str]]] = [
    (
        "[D:Renal failure] in a patient with [D:cirrhosis] after [C:drugamine].",
        ["drugamine INDUCES Renal failure present"],
    ),
    (
        "[D:Rash] in a child with [D:epilepsy] and [D:asthma] during treatment with [C:drugamine].",
        ["drugamine INDUCES Rash present"],
    ),
]

WITHDRAWAL: list[tuple[str, list[str]]] = [
    ("[D:Seizures] recurred after discontinuation of [C:phenytoin].", []),
    ("[D:Seizures] returned upon withdrawal of [C:phenytoin].", []),
    ("[D:Seizures] after stopping [C:phenytoin].", []),
    ("[D:Thrombocytopenia] resolved after stopping [C:heparin].", ["heparin INDUCES Thrombocytopenia present"]),
    ("[D:Thrombocytopenia] resolved after [C:heparin] was stopped.", []),
]

QUESTIONS: list[tuple[str, list[str]]] = [
    ("Does [C:ibuprofen] cause [D:gastritis]?", ["ibuprofen INDUCES gastritis possible"]),
    ("Is [C:ibuprofen] never a cause of [D:gastritis]?", ["ibuprofen INDUCES gastritis negated"]),
]

MEASURED: list[tuple[str, list[str]]] = [
    ("Serum levels of [C:leptin] and [C:ghrelin] were high in women with [D:obesity].", []),
    ("[C:Leptin] was measured in women with [D:obesity].", []),
    ("Increased [C:glucose] in patients with [D:diabetes].", []),
    ("Expression of [C:leptin] in women with [D:obesity].", []),
    ("The [C:leptin] concentration in women with [D:obesity].", []),
    ("[C:Calcium] 2.3, no need for [D:tumor] surgery.", []),
    ("Low-dose [C:aspirin] in patients with [D:stroke].", ["aspirin TREATS stroke present"]),
]

NOTES = [
    ("Allergies: [C:penicillin]. Medications: [C:aspirin] for [D:angina].", ["aspirin TREATS angina present"]),
    ("[D:Allergies]: adverse reaction to [C:penicillin].", []),
    ("She is allergic to [C:penicillin], [D:hypertension] and [D:diabetes] are stable.", []),
    ("No known drug allergies, [C:aspirin] daily, [D:gout].", []),
    ("PAST MEDICAL HISTORY: [D:hypertension], [D:diabetes]. MEDICATIONS: [C:aspirin], [C:insulin].", []),
    ("History: [D:gout], [D:rash] after flu Medications: [C:aspirin]", []),
    ("1. [D:Hypertension] 2. [D:Cough] due to a cold 3. [C:Aspirin]", []),
]

VIETNAMESE = [
    ("[C:Paracetamol] gây [D:viêm gan].", ["Paracetamol INDUCES viêm gan present"]),
    ("[C:Paracetamol] có thể gây ra [D:viêm gan].", ["Paracetamol INDUCES viêm gan possible"]),
    ("[C:Amoxicillin] không gây [D:viêm gan].", ["Amoxicillin INDUCES viêm gan negated"]),
    ("[D:Suy thận] do [C:gentamicin].", ["gentamicin INDUCES Suy thận present"]),
    ("[D:Ho khan] là tác dụng phụ của [C:enalapril].", ["enalapril INDUCES Ho khan present"]),
    ("[D:Nổi mẩn] sau khi uống [C:amoxicillin].", ["amoxicillin INDUCES Nổi mẩn present"]),
    ("Dùng [C:metformin] điều trị [D:đái tháo đường].", ["metformin TREATS đái tháo đường present"]),
    ("Điều trị [D:tăng huyết áp] bằng [C:amlodipin].", ["amlodipin TREATS tăng huyết áp present"]),
    ("[D:Hen phế quản] được điều trị bằng [C:salbutamol].", ["salbutamol TREATS Hen phế quản present"]),
    ("Bệnh nhân dùng [C:aspirin], có [D:sốt].", []),
    ("[D:Nổi mẩn] hết sau khi uống [C:cetirizin].", []),
    ("[D:Thiếu máu] do thiếu [C:sắt].", []),
]


@pytest.mark.parametrize(("marked", "expected"), ENGLISH)
def test_english(marked: str, expected: list[str]) -> None:
    assert told(relate(marked)) == sorted(expected)


@pytest.mark.parametrize(("marked", "expected"), [*OWN_DISEASE, *WITHDRAWAL, *QUESTIONS, *MEASURED])
def test_what_surrounds_a_cue_is_read(marked: str, expected: list[str]) -> None:
    assert told(relate(marked)) == sorted(expected)


@pytest.mark.parametrize(("marked", "expected"), [*RECOVERY, *COORDINATION, *COMPARISON, *ANOTHER_CAUSE, *NOTES])
def test_what_only_looks_like_harm(marked: str, expected: list[str]) -> None:
    assert told(relate(marked)) == sorted(expected)


def test_a_treatment_read_from_recovery_is_held_doubtful() -> None:
    (relation,) = relate("The [D:rash] resolved after [C:prednisone].")
    assert relation.confidence is not None
    assert relation.confidence <= 0.5


@pytest.mark.parametrize("marked", NOTHING)
def test_nothing_is_stated_without_a_cue(marked: str) -> None:
    assert relate(marked) == []


@pytest.mark.parametrize(("marked", "expected"), VIETNAMESE)
def test_vietnamese(marked: str, expected: list[str]) -> None:
    assert told(relate(marked, "vi")) == expected


def test_evidence_is_the_sentence_the_cue_and_a_confidence() -> None:
    marked = "All was well. [D:Hepatitis] was caused by [C:isoniazid]. It resolved."
    text, _ = unmarked(marked)
    (relation,) = relate(marked)
    assert text[slice(*relation.sentence)] == "Hepatitis was caused by isoniazid."
    assert relation.cue == "was caused by"
    assert relation.confidence == relation_cues("en").confidence["caused"]
    assert relation.provenance.extractor == "cooccurrence"


def test_a_text_that_says_a_drug_harms_does_not_say_it_treats_the_same() -> None:
    marked = "[C:Drugamine] for [D:colitis]. Five cases of [C:drugamine]-induced [D:colitis] were seen."
    assert told(relate(marked)) == ["drugamine INDUCES colitis present"]


def test_weak_harm_gives_way_to_a_stated_treatment() -> None:
    marked = "[C:Timolol] was given for [D:glaucoma]. The [C:timolol] [D:glaucoma] group was small."
    assert told(relate(marked)) == ["Timolol TREATS glaucoma present"]


def test_possible_mentions_make_possible_harm() -> None:
    assert told(relate("[C:Drugamine]-induced [D?:hepatitis].")) == ["Drugamine INDUCES hepatitis possible"]


def test_only_what_the_schema_has_is_stated() -> None:
    both = "[C:Aspirin] for [D:fever] after [C:drugamine]-induced [D:colitis]."
    assert {one.predicate for one in relate(both)} == {"INDUCES", "TREATS"}
    assert {one.predicate for one in relate(both, asked=schema("TREATS"))} == {"TREATS"}
    assert relate(both, asked=schema("OTHER")) == []
    assert relate(both, asked=schema()) == []


def test_types_that_the_relation_does_not_take_are_left_alone() -> None:
    assert relate("[G:TP53]-induced [D:colitis].") == []


def test_schema_with_types_of_other_names() -> None:
    asked = Schema(
        name="test",
        description="For tests.",
        entities=(EntityType(name="DRUG", description="d"), EntityType(name="PROBLEM", description="p")),
        relations=(RelationType(name="INDUCES", description="i", subject=("DRUG",), object=("PROBLEM",)),),
    )
    text, mentions = unmarked("[C:Lithium]-induced [D:tremor].")
    names = {"Chemical": "DRUG", "Disease": "PROBLEM"}
    renamed = [mention.model_copy(update={"type": names[mention.type]}) for mention in mentions]
    answer = CueRelationExtractor().relate(RelationRequest(text=text, mentions=renamed, schema=asked))
    assert told(list(answer.relations)) == ["Lithium INDUCES tremor present"]


def test_languages() -> None:
    assert relate("[C:Lithium]-induced [D:tremor].", "vi") == []
    assert relate("[C:Lithium]-induced [D:tremor].", "fr") == []
    assert len(relate("[C:Lithium]-induced [D:tremor]. [C:Aspirin] gây [D:loét].", "und")) == 2


@pytest.mark.parametrize("language", ["en", "vi", "und"])
def test_every_class_of_the_list_has_a_confidence(language: str) -> None:
    cues = relation_cues(language)
    assert all(0 < value < 1 for value in cues.confidence.values())
    assert cues.unknown_classes == frozenset()


_WORDS = st.lists(
    st.sampled_from(
        ["[C:iron]", "[D:rash]", "[D-:cough]", "-induced", "no", "after", "for", ";", ".", "\n", "\x00", "("]
    ),
    max_size=25,
)


@given(_WORDS, st.sampled_from(["en", "vi", "und"]))
def test_relations_hold_together_whatever_the_text(parts: list[str], language: str) -> None:
    text, mentions = unmarked(" ".join(parts))
    request = RelationRequest(text=text, mentions=mentions, schema=BOTH, language=language)
    answer = CueRelationExtractor().relate(request)
    assert answer == CueRelationExtractor().relate(request)
    keys = [(one.subject.key, one.object.key) for one in answer.relations]
    assert len(keys) == len(set(keys))
    for one in answer.relations:
        assert one.subject in mentions
        assert one.object in mentions
        start, end = one.sentence
        assert start <= min(one.subject.start, one.object.start)
        assert max(one.subject.end, one.object.end) <= end <= len(text)


@given(st.text(max_size=60), st.data())
def test_hostile_text_never_crashes(text: str, data: st.DataObject) -> None:
    spans = data.draw(st.lists(st.tuples(st.integers(0, 59), st.integers(1, 9), st.booleans()), max_size=5))
    mentions = [
        Mention(start=s, end=min(len(text), s + n), text=text[s : s + n], type="Chemical" if c else "Disease")
        for s, n, c in spans
        if s < len(text)
    ]
    CueRelationExtractor().relate(RelationRequest(text=text, mentions=mentions, schema=BOTH, language="und"))


@pytest.mark.parametrize(
    "piece",
    [
        "[C:Iron] after [D:rash], and no [D:cough]; ",
        "[C:Iron], [D:rash] after ",
        "[C:iron], ",
        "less [D:rash] 12% versus 13% due to ",
        "in patients with [D:rash] ",
    ],
)
def test_a_sentence_without_end_takes_time_in_proportion(piece: str) -> None:
    def seconds(times: int) -> float:
        text, mentions = unmarked(piece * times + "caused [D:rash].")
        request = RelationRequest(text=text, mentions=mentions, schema=BOTH)
        taken = []
        for _ in range(3):  # the best of three: a collection of garbage may fall into any one
            start = time.process_time()
            CueRelationExtractor().relate(request)
            taken.append(time.process_time() - start)
        return min(taken)

    seconds(10)
    assert seconds(1600) < 20 * seconds(200) + 0.2
