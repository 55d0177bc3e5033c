"""Answers that advise, prescribe or diagnose are told from those that report."""

from __future__ import annotations

import pytest

from kg_builder.retrieve.advice import advice_in

ADVISING = [
    "You should stop the lithium.",
    "You must see this through, whatever the nausea.",
    "I recommend ibuprofen against the fever.",
    "We would prescribe amoxicillin here.",
    "Take 20 mg in the evening.",
    "Please take two tablets with water.",
    "You can take 400 mg every six hours.",
    "Your dose should be doubled.",
    "Stop taking your warfarin before that.",
    "You probably have pneumonia.",
    "You have diabetes.",
    "You are suffering from migraine.",
    "Your symptoms point to gout.",
    "Your diagnosis is asthma.",
    "Bạn nên uống thuốc này.",
    "Tôi khuyên dùng paracetamol.",
    "Chị có lẽ bị viêm phổi.",
]
REPORTING = [
    "Cisplatin induces nephrotoxicity [a:0-20].",
    "Two documents state that patients should take folic acid with methotrexate [b:1-9].",
    "One note says “you should stop lithium” [c:1-9].",
    'The letter reads "Take 20 mg in the evening." [d:0-10]',
    "I can't diagnose, prescribe or advise on treatment; please ask a clinician.",
    "I recommend that you ask a clinician.",
    "I suggest to talk to a doctor about that.",
    "You have asked about aspirin; nothing is known.",
    "Of the 12 patients, 3 had to take 20 mg more [e:4-60].",
    "It was given in 2.5 mg doses, and you find that in two documents [f:1-2].",
    "Bạn nên hỏi bác sĩ.",
    "Thuốc này gây buồn nôn [g:0-9].",
]


@pytest.mark.parametrize("answer", ADVISING)
def test_advice_is_found(answer: str) -> None:
    assert advice_in(f"Fever was seen [a:0-2]. {answer} Nothing more is known.") == (answer,)


@pytest.mark.parametrize("answer", REPORTING)
def test_reports_are_let_through(answer: str) -> None:
    assert advice_in(f"{answer}\n\nThis reports what documents in the graph state.") == ()
