"""What the tools are asked with; the descriptions are written for a model to read."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Concept = Annotated[str, Field(min_length=1, max_length=512, description="Id such as MESH:D002945, or a name.")]
Limit = Annotated[int, Field(ge=1, le=100, description="At most so many results.")]
MaxTokens = Annotated[
    int, Field(ge=100, le=20_000, description="Length of the answer; less than fits is told with how much is left.")
]
Predicate = Annotated[
    str | None, Field(max_length=200, description="Only this relation, such as INDUCES or TREATS; null: any.")
]
Narrower = Annotated[
    bool, Field(description="Also for all narrower concepts (any kidney disease), where the graph has a hierarchy.")
]
AcceptedOnly = Annotated[bool, Field(description="Only what a person has accepted in review.")]


class FindConcepts(BaseModel):
    """Arguments of `find_concepts`."""

    text: Annotated[str, Field(min_length=1, max_length=512, description="Name, part of one, synonym, or id.")]
    type: Annotated[
        str | None, Field(max_length=200, description="Only concepts of this type, such as Chemical or Disease.")
    ] = None
    limit: Limit = 10
    max_tokens: MaxTokens = 800


class DescribeConcept(BaseModel):
    """Arguments of `describe_concept`."""

    concept: Concept
    max_tokens: MaxTokens = 800


class Neighbours(BaseModel):
    """Arguments of `neighbours`."""

    concept: Concept
    predicate: Predicate = None
    direction: Annotated[
        Literal["out", "in", "both"],
        Field(description="out: the concept is the subject; in: it is the object; both."),
    ] = "both"
    type: Annotated[str | None, Field(max_length=200, description="Only neighbours of this type, such as Disease.")] = (
        None
    )
    with_narrower: Narrower = False
    accepted_only: AcceptedOnly = False
    limit: Limit = 20
    max_tokens: MaxTokens = 1500


class AboutConcept(BaseModel):
    """Arguments of `what_induces` and `what_treats`."""

    concept: Concept
    with_narrower: Narrower = False
    accepted_only: AcceptedOnly = False
    limit: Limit = 20
    max_tokens: MaxTokens = 1500


class Evidence(BaseModel):
    """Arguments of `evidence`."""

    subject: Concept
    predicate: Annotated[str, Field(min_length=1, max_length=200, description="The relation, such as INDUCES.")]
    object: Concept
    accepted_only: AcceptedOnly = False
    max_tokens: MaxTokens = 2000


class Paths(BaseModel):
    """Arguments of `paths`."""

    source: Concept
    target: Concept
    max_length: Annotated[int, Field(ge=1, le=4, description="Relations in a path, at most.")] = 3
    limit: Limit = 5
    max_tokens: MaxTokens = 1000


class CommonNeighbours(BaseModel):
    """Arguments of `common_neighbours`."""

    concepts: Annotated[list[Concept], Field(min_length=2, max_length=10, description="Two to ten ids or names.")]
    predicate: Predicate = None
    direction: Annotated[
        Literal["out", "in", "both"],
        Field(description="in: what has this relation to all of them (drugs sharing these effects); out; both."),
    ] = "both"
    limit: Limit = 20
    max_tokens: MaxTokens = 1000


class Overview(BaseModel):
    """Arguments of `graph_overview`."""


class Enrich(BaseModel):
    """Arguments of `facts_about`."""

    question: Annotated[str, Field(min_length=1, max_length=2000, description="The question in plain words.")]
    max_tokens: MaxTokens = 1500


Text = Annotated[str, Field(min_length=1, max_length=200_000, description="A clinical or biomedical text.")]


class ReadText(BaseModel):
    """Arguments of `extract_from_text`."""

    text: Text
    max_tokens: MaxTokens = 1500


class SearchEvidence(BaseModel):
    """Arguments of `search_evidence`."""

    text: Annotated[str, Field(min_length=1, max_length=2000, description="Words that the sentences should have.")]
    limit: Limit = 10
    max_tokens: MaxTokens = 1500


class RunCypher(BaseModel):
    """Arguments of `run_cypher`."""

    query: Annotated[
        str, Field(min_length=1, max_length=4000, description="One statement that only reads, without parameters.")
    ]
    limit: Limit = 50
    max_tokens: MaxTokens = 1500


class QueryByQuestion(BaseModel):
    """Arguments of `query_by_question`."""

    question: Annotated[
        str, Field(min_length=1, max_length=2000, description="One question in plain words, with names in full.")
    ]
    max_tokens: MaxTokens = 1500


class AddText(BaseModel):
    """Arguments of `add_text`."""

    text: Text
    document_id: Annotated[
        str | None,
        Field(min_length=1, max_length=512, description="Id of the document; the same id again replaces it."),
    ] = None
