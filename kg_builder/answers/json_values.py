"""The JSON values in an answer: strictly where the answer allows it, else as well as its brackets can be followed.

Whole objects in a damaged answer are found wherever they stand. Numbers come as they are written, so that none is too
long or loses a digit; objects as tuples of pairs, because a model may use a key twice. Time is linear in the
length of the answer, depth is bounded, and nothing raises.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

Pairs = tuple[tuple[str, "Value"], ...]
Value = str | bool | None | list["Value"] | Pairs

DEEPEST = 60
"""Brackets within brackets that are followed."""

_OPENING = re.compile(r"[\[{]")
_STRICT = json.JSONDecoder(
    object_pairs_hook=tuple, parse_int=str, parse_float=str, parse_constant=lambda _name: None, strict=False
)
_MOST_ATTEMPTS = 64
_ATTEMPT = 200
"""What an attempt costs, in characters read."""

_TOKEN = re.compile(
    r"""\s*+(?:
    (?P<mark>[\[\]{}:,\uff1a\uff0c])
    # a quotation mark ends a string where something follows that can come after one
    | "(?P<double>(?:[^"\\\n{]++|\\.|\{(?!\s*+["'])|"(?=[^\S\n]*+[^\s,:}\]"'{\[/])){0,2000}+)"
    | '(?P<single>(?:[^'\\\n{]++|\\.|\{(?!\s*+["'])|'(?![^\S\n]*+(?:[,:}\]\n]|\Z))){0,2000}+)'
    | \u201c(?P<curly>[^\u201c\u201d\n]*+)\u201d
    | (?P<unclosed>"(?:[^\n{]++|\{(?!\s*+["']))*+)
    | (?P<bare>[^\s\[\]{}:,"\uff1a\uff0c]++(?:[^\S\n]++[^\s\[\]{}:,"\uff1a\uff0c]++)*+)
    )""",
    re.VERBOSE,
)
_NOT_OPENING = re.compile(r"[^\s\[]")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CONSTANTS = frozenset({"null", "none", "true", "false", "nan", "infinity", "-infinity", "undefined", "..."})


class JsonValues(NamedTuple):
    """The lists and objects of an answer, in order."""

    values: list[Value]
    route: str
    """``json``: nothing else; ``fenced``, ``embedded``: whole, in a code block or among words; ``repaired``."""
    cut: bool = False
    """A bracket or string is never closed."""


def find_values(answer: str, start: int) -> JsonValues:
    """Lists and objects from `start` on."""
    if (opening := _OPENING.search(answer, start)) is None:
        return JsonValues([], "unreadable")
    values: list[Value] = []
    first, place = opening.start(), opening.start()
    while len(values) < _MOST_ATTEMPTS:
        try:
            value, end = _STRICT.raw_decode(answer, place)
        except (json.JSONDecodeError, RecursionError):
            return _Follower(answer).follow(first)
        values.append(value)
        if (following := _OPENING.search(answer, end)) is None:
            return JsonValues(values, _route(answer, start, first, end))
        place = following.start()
    return _Follower(answer).follow(first)


def _route(answer: str, start: int, first: int, end: int) -> str:
    around = answer[start:first] + answer[end:]
    if not around.strip():
        return "json"
    return "fenced" if "```" in around else "embedded"


class _Open:
    """A bracket that isn't closed yet."""

    __slots__ = ("colon", "is_object", "key", "pairs", "settled", "values")

    def __init__(self, *, is_object: bool) -> None:
        self.is_object = is_object
        self.values: list[Value] = []
        self.pairs: list[tuple[str, Value]] = []
        self.key: str | None = None
        self.colon = False
        self.settled = True

    def add(self, value: Value) -> None:
        """A list's next value, or an object's next key or value."""
        self.settled = False
        if not self.is_object:
            self.values.append(value)
        elif self.key is not None:
            self.pairs.append((self.key, value))
            self.key, self.colon = None, False
        elif isinstance(value, str):
            self.key = value
        else:
            self.pairs.append(("", value))

    def add_nothing(self) -> None:
        """A value that can't be read."""
        if not self.is_object or self.key is not None:
            self.add(None)

    def add_colon(self) -> None:
        """What stands before it is a key; where that was taken for a value, the key before it has none."""
        if self.is_object and self.key is None and self.pairs and not self.settled:
            key, value = self.pairs[-1]
            if isinstance(value, str):
                self.pairs[-1] = (key, None)
                self.key = value
        self.colon = self.key is not None

    def settle(self) -> None:
        """A comma or the end: a key without a value has none, a lone string is a value without a key."""
        self.settled = True
        if self.key is not None:
            self.pairs.append((self.key, None) if self.colon else ("", self.key))
            self.key, self.colon = None, False

    def value(self) -> Value:
        """What it holds; None for an object of which nothing could be read."""
        if not self.is_object:
            return self.values
        return tuple(self.pairs) if not self.pairs or any(value is not None for _, value in self.pairs) else None


class _Follower:
    """Follows the brackets of a damaged answer."""

    def __init__(self, answer: str) -> None:
        self._answer = answer
        self._found: list[Value] = []
        self._open: list[_Open] = []
        self._patience = 4 * len(answer) + 1000
        """Characters that may still be read in vain in looking for intact objects."""

    def follow(self, place: int) -> JsonValues:
        """All values from an opening bracket on."""
        answer, opened = self._answer, self._open
        while (token := _TOKEN.match(answer, place)) is not None:
            place = token.end()
            kind = token.lastgroup
            if kind == "mark":
                place = self._mark(answer[place - 1], place)
            elif kind == "unclosed":
                opened[-1].add_nothing()
            elif kind == "bare":
                self._bare(token["bare"], last=place == len(answer))
            else:
                opened[-1].add(_unescaped(token[kind or 0]))
            if not opened:
                if (following := _OPENING.search(answer, place)) is None:
                    return JsonValues(self._found, "repaired")
                place = following.start()
        self._close_all()
        return JsonValues(self._found, "repaired", cut=True)

    def _mark(self, mark: str, place: int) -> int:
        """Follow a mark that ends at `place`; answers where to go on."""
        if mark in ",\uff0c":
            self._open[-1].settle()
        elif mark in ":\uff1a":
            self._open[-1].add_colon()
        elif mark == "{":
            return self._object(place)
        elif mark == "[":
            return self._list(place)
        else:
            self._closed(is_object=mark == "}")
        return place

    def _list(self, place: int) -> int:
        """Open a list; where brackets are too deep already, go on behind all that follow."""
        if len(self._open) < DEEPEST:
            self._open.append(_Open(is_object=False))
            return place
        following = _NOT_OPENING.search(self._answer, place)
        return following.start() if following else len(self._answer)

    def _object(self, place: int) -> int:
        """Take an object whole where it is intact, else open it."""
        if self._open:
            above = self._open[-1]
            if above.is_object and above.key is None and above.pairs:
                self._close()  # the brace that ends it was left out
        if self._patience > 0:
            try:
                value, end = _STRICT.raw_decode(self._answer, place - 1)
            except json.JSONDecodeError as error:
                self._patience -= error.pos - place + _ATTEMPT
            except RecursionError:
                self._patience = 0
            else:
                self._keep(value)
                return end
        if len(self._open) < DEEPEST:
            self._open.append(_Open(is_object=True))
        return place

    def _closed(self, *, is_object: bool) -> None:
        if self._open[-1].is_object is not is_object and not any(
            bracket.is_object is is_object for bracket in self._open
        ):
            return
        while self._open[-1].is_object is not is_object:
            self._close()
        self._close()

    def _close(self) -> None:
        bracket = self._open.pop()
        bracket.settle()
        self._keep(bracket.value())

    def _keep(self, value: Value) -> None:
        if self._open:
            self._open[-1].add(value)
        else:
            self._found.append(value)

    def _close_all(self) -> None:
        """The answer ends: of what is open, keep what is whole."""
        while self._open:
            bracket = self._open.pop()
            if bracket.is_object and all(isinstance(value, str) for _, value in bracket.pairs):
                # an object with one field only, or none, is a piece of one
                if len(bracket.pairs) > 1:
                    self._keep(tuple(bracket.pairs))
            else:
                self._keep(bracket.value())

    def _bare(self, words: str, *, last: bool) -> None:
        """A number, a constant or unquoted words. Words in a list that no object holds are prose in brackets."""
        if words.lower() in _CONSTANTS:
            self._open[-1].add(None)
        elif not last and any(bracket.is_object for bracket in self._open):
            self._open[-1].add(words)


def _unescaped(string: str) -> str:
    if "\\" not in string:
        return string
    plain = _ESCAPE.sub(_character, string)
    # two escapes may stand for one character
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in string else plain


def _character(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2])
