"""Where in an answer its parts stand, found by going through it once."""

from __future__ import annotations

import json

_AS_IT_IS = json.JSONEncoder(ensure_ascii=False).encode
_ESCAPED = json.JSONEncoder().encode


class Places:
    """Finds the parts of an answer in the order in which they are asked for."""

    def __init__(self, answer: str, start: int) -> None:
        self._answer = answer
        self._place = start

    def pass_by(self, key: str) -> None:
        """Go on after the next place where `key` stands, if there is one."""
        place = self._answer.find(key, self._place)
        if place >= 0:
            self._place = place + len(key)

    def find(self, part: str) -> tuple[int, int]:
        """Half-open offsets of the part from the last one on; equal ones where it isn't found as it is."""
        start = self._answer.find(part, self._place)
        if start >= 0:
            self._place = start + len(part)
            return start, self._place
        for encode in (_AS_IT_IS, _ESCAPED):
            written = encode(part)[1:-1]
            start = self._answer.find(written, self._place)
            if start >= 0:
                self._place = start + len(written)
                return start, self._place
        return self._place, self._place
