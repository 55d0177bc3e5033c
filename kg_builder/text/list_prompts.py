"""The prompt of models that answer with lists: one task a call, as a raw string with Llama 3 headers.

Interface of the published adapters ``llama3-medical-ner-lora-*``, to the character: not the tokenizer's chat
template, which adds dates. It is encoded as it stands, without adding special tokens a second time.
"""

from __future__ import annotations

from enum import StrEnum

SYSTEM = (
    "You are a medical NER expert specialized in extracting entities from biomedical texts.\n"
    "Extract entities EXACTLY as they appear in the text.\n"
    "\n"
    "CRITICAL RULES:\n"
    "1. Return ONLY entities found verbatim in the article\n"
    "2. Preserve exact formatting: hyphens, capitalization, special characters\n"
    "3. Extract complete multi-word terms\n"
    "4. For relationships: use format 'chemical NAME | disease NAME'\n"
    "\n"
    "OUTPUT FORMAT:\n"
    "- One entity per line with leading dash\n"
    "- No explanations or additional text"
)
"""As on the models' card."""

TURN_OPENING = "<|start_header_id|>"


class ListTask(StrEnum):
    """What is listed, in the prompt's own words."""

    CHEMICALS = "chemicals"
    DISEASES = "diseases"
    INFLUENCES = "influences between the chemicals and diseases"

    @property
    def heading(self) -> str:
        """What the list is called at the prompt's end: the first word."""
        return self.partition(" ")[0]


def list_prompt(task: ListTask, text: str, *, system: str = SYSTEM) -> str:
    """The whole prompt, with the answer's turn opened.

    A blank is set into what looks like a control token in the text, so that a document can't end its turn.
    """
    asked = user_text(task, text.replace("<|", "< |"))
    return (
        f"<|begin_of_text|>{_turn('system', system)}{_turn('user', asked)}{TURN_OPENING}assistant<|end_header_id|>\n\n"
    )


def user_text(task: ListTask, text: str) -> str:
    """The user's turn."""
    return (
        "The following article contains technical terms including diseases, drugs and chemicals. "
        f"Create a list only of the {task} mentioned.\n\n{text}\n\nList of extracted {task.heading}:\n"
    )


def _turn(role: str, content: str) -> str:
    return f"{TURN_OPENING}{role}<|end_header_id|>\n\n{content}<|eot_id|>"
