"""The two examples on the card of alphaaico/clinical-info-corrector-1B, and a recognizer of a few names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from kg_builder.records import Assertion, Mention

Recognize = Callable[[str], Sequence[Mention]]

COMPLAINT = (
    "PATIENT ADMITTED WITH ABOVE SAID COMPLAINT FOR FURTHER EVALUATION AND MANAGEMENT. "
    "-H/O LAP CHOLECYSTECTOMY(12 YEAR BACK",
    "The patient was admitted with the above-mentioned complaints for further evaluation and management.\n"
    "The patient has a history of laparoscopic cholecystectomy performed 12 years ago.",
)
ADVICE = (
    "DAILY FLUID INTAKE 1.5LTR/DAY Check CBC, RFT,K+, RBS,CXR, ECG, in follow up Chest physiotherapy, wound hygiene "
    "& proper diet. Steam Inhalation three times a day. Syp Alex or TusQDx 2 spoons threee times a day if dry cough is "
    "present FBS AND PPBS AFTER 3DAYS IF BLOOD SUGAR IS <80 OR >200mg/dl THEN CONSULT to local physician. WHILE "
    "SPLEEPING MUST LIE SUPINE FOR ONE MONTH, CAN REMOVE BELT IN NIGHT ONLY.",
    "Maintain a daily fluid intake of about 1.5 L per day. At the follow-up visit, get a complete blood count (CBC), "
    "renal function tests (RFT), serum potassium (K+), random blood sugar (RBS), chest X-ray (CXR), and "
    "electrocardiogram (ECG) done. Continue chest physiotherapy, maintain good wound hygiene, and follow a nutritious "
    "diet. Do steam inhalation three times daily. If you have a dry cough, take syrup Alex or TusQDx 2 spoonfuls three "
    "times daily. Check fasting and post-meal blood sugar after 3 days; if it is less than 80 mg/dL or more than 200 "
    "mg/dL, consult your local physician. While sleeping for the next month, lie on your back (supine), and you may "
    "remove the belt only at night.",
)

NAMES = {
    "hypertension": "MESH:D006973",
    "high blood pressure": "MESH:D006973",
    "hypotension": "MESH:D007022",
    "fever": "MESH:D005334",
    "cough": "MESH:D003371",
    "cholecystectomy": "MESH:D002763",
    "appendectomy": "MESH:D001062",
    "metformin": "MESH:D008687",
    "metoprolol": "MESH:D008790",
    "aspirin": "MESH:D001241",
    "asthma": "MESH:D001249",
}
_NAME = re.compile(rf"\b(?:{'|'.join(NAMES)})\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|denies|without|not)\s+(?:\w+\s+){0,2}\Z", re.IGNORECASE)


def names(text: str) -> list[Mention]:
    """Mentions of the few names, denied where a denial stands right before."""
    return [
        Mention(
            start=match.start(),
            end=match.end(),
            text=match.group(),
            type="Problem",
            assertion=Assertion.NEGATED if _DENIED.search(text[: match.start()]) else Assertion.PRESENT,
            concepts=(NAMES[match.group().lower()],),
        )
        for match in _NAME.finditer(text)
    ]


@pytest.fixture(scope="session")
def recognize() -> Recognize:
    """Finds the few names."""
    return names


@pytest.fixture(scope="session")
def card_examples() -> tuple[tuple[str, str], ...]:
    """Text and rewriting, as on the card."""
    return COMPLAINT, ADVICE
