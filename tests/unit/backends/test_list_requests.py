from __future__ import annotations

from kg_builder.backends.generation import Message
from kg_builder.backends.list_requests import knows_headers, list_request
from kg_builder.testing import ScriptedGenerator
from kg_builder.text.list_prompts import ListTask, list_prompt, user_text


class Knowing(ScriptedGenerator):
    tokens = frozenset({"<|im_start|>"})

    def knows_token(self, token: str) -> bool:
        return token in self.tokens


class Llama(Knowing):
    tokens = frozenset({"<|start_header_id|>"})


def test_a_model_that_does_not_say_is_asked_as_published() -> None:
    assert knows_headers(ScriptedGenerator([]))
    assert knows_headers(Llama([]))
    assert not knows_headers(Knowing([]))


def test_with_headers_it_is_the_published_string() -> None:
    found = list_request(ListTask.DISEASES, "A text.", system="Be brief.", headers=True)
    assert found == list_prompt(ListTask.DISEASES, "A text.", system="Be brief.")


def test_else_a_conversation_of_the_same_turns() -> None:
    user = Message("user", user_text(ListTask.DISEASES, "A text."))
    assert list_request(ListTask.DISEASES, "A text.", system="Be brief.", headers=False) == (
        Message("system", "Be brief."),
        user,
    )
    assert list_request(ListTask.DISEASES, "A text.", system="", headers=False) == (user,)
