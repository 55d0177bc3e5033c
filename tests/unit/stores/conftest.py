"""Parts with tokens that can be found again in bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg_builder.records import (
    Attribute,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Issue,
    Mention,
    Metadata,
    Reject,
    Relation,
    Selection,
)

SHARED = Concept(id="MESH:D006470", name="Hemorrhage", type="Disease")


def tokened_part(number: int, version: str = "v") -> DocumentGraph:
    """A part in which everything that is its document's alone holds ``q<version><number>q``."""
    token = f"q{version}{number}q"
    text = f"The {token}name led to bleeding. " + f"More {token}text. " * 40 + f"Late {token}tail."
    drug = Mention(
        start=4,
        end=4 + len(f"{token}name"),
        text=f"{token}name",
        type="DRUG",
        clean_text=f"{token}clean",
        section=f"{token}section",
        concepts=(f"local:{token}",),
    )
    start = text.index("bleeding")
    bleeding = Mention(start=start, end=start + 8, text="bleeding", type="DISEASE", concepts=(SHARED.id,))
    return DocumentGraph(
        document=Document(
            id=f"note-{number}-q{number}q",
            text=text,
            metadata=Metadata(patient=f"{token}patient", tags=(f"{token}tag",), extra={f"{token}key": f"{token}value"}),
        ),
        selection=Selection(schema_name="s", extractors=("lexicon",), language="en", reason="asked for"),
        settings_hash="s1",
        mentions=(drug, bleeding),
        attributes=(Attribute(start=4, end=drug.end, text=drug.text, type="DOSE"),),
        concepts=(Concept(id=f"local:{token}", name=f"{token}name", type="Chemical", linked=False), SHARED),
        relations=(
            Relation(
                subject=f"local:{token}",
                predicate="INDUCES",
                object=SHARED.id,
                evidence=(
                    Evidence(
                        sentence=(0, start + 9),
                        subject=(4, drug.end),
                        object=(start, start + 8),
                        cue=f"{token}cue",
                    ),
                ),
            ),
        ),
        rejects=(Reject(kind="mention", text=f"{token}reject", issues=(Issue(code="generic", message=f"{token}."),)),),
    )


@pytest.fixture
def make_part() -> Callable[..., DocumentGraph]:
    """`tokened_part`."""
    return tokened_part
