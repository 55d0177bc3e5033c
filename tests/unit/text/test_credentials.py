from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.credentials import HIDDEN, LONGEST, place_name, without_credentials

SECRET = "s3cretW0rd"


@pytest.mark.parametrize(
    "name", ["password", "PASSWORD", "neo4j_password", "api_key", "apiKey", "openai-api-key", "token", "auth_token"]
)
def test_what_a_secret_is_called_by(name: str) -> None:
    assert without_credentials({"outer": [{name: SECRET}]}) == {"outer": [{name: HIDDEN}]}


@pytest.mark.parametrize(
    "text",
    [
        f"neo4j+s://neo4j:{SECRET}@graph.example.org:7687",
        f"ray://user:{SECRET}@10.0.0.1:10001",
        f"bolt://neo4j:pa/ss{SECRET}@localhost",
        f"user:{SECRET}@10.0.0.1:6379",
        f"https://models.example.org/v1?api_key={SECRET}&size=3",
        f"https://models.example.org/v1?sig={SECRET}",
        f"Authorization: Bearer {SECRET}",
        "chat:openai:sk-proj-1234567890abcdefgh",
        "hf_AbCdEfGhIjKlMnOp0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0",
        "AKIA1234567890ABCDEF",
    ],
)
def test_what_a_secret_looks_like(text: str) -> None:
    kept = json.dumps(without_credentials({"source": text, text: [text]}))
    assert HIDDEN in kept
    for secret in (SECRET, "1234567890abcdefgh", "AbCdEfGhIjKlMnOp", "eyJzdWIiOiIx", "1234567890ABCDEF"):
        assert secret not in kept


@pytest.mark.parametrize(
    "value",
    [
        {"max_new_tokens": 512, "token_budget": 9, "temperature": 0.0, "key": None, "password": None},
        {"source": "hf:org/model-name-1", "revision": "0123abcd", "file": "/models/sk-learn-tagger/model.onnx"},
        {"source": "gguf:models/medium-q4_k_m.gguf", "chat_model": "openai:gpt-5-mini", "address": "10.0.0.1:6379"},
        ["vi", "en", True, 1.5],
    ],
)
def test_what_is_no_secret_stays(value: object) -> None:
    assert without_credentials(value) == value


def test_of_a_long_text_only_length_and_hash_are_kept() -> None:
    prompt = "You are given a note. " * 20
    kept = without_credentials({"system": prompt})["system"]
    assert kept.startswith(f"({len(prompt)} characters, sha256 ")
    assert kept != without_credentials({"system": prompt + " "})["system"]
    assert without_credentials("x" * LONGEST) == "x" * LONGEST


@given(st.text(), st.text(min_size=6))
def test_a_password_of_any_characters_goes_from_an_address(user: str, password: str) -> None:
    kept = without_credentials(f"bolt://{user}:{password}@localhost:7687")
    assert kept.endswith("@localhost:7687")
    assert f":{password}@" not in kept


def test_a_store_is_called_without_folders_and_users() -> None:
    assert place_name("/home/someone/notes/ward.kg") == "ward.kg"
    assert place_name(":memory:") == ":memory:"
    assert place_name(f"neo4j://me:{SECRET}@host:7687/graph") == f"neo4j://{HIDDEN}@host:7687/graph"
