"""Names of persons, by what stands around them, by how they are written, and by lists of common ones.

Strong cues (titles, labels, letters behind the name) hold for any word. Weaker ones need words that look like names:
in a list, or unlike anything else we know. Names of drugs, diseases, procedures and devices are never taken for a
person's without a strong cue.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from kg_builder.privacy.identifiers import Identifier, Kind
from kg_builder.privacy.name_cues import (
    AGE,
    ARTICLE,
    BANNER,
    ENTRY,
    INVERTED,
    LINE_END,
    NAME_LABEL,
    YEAR_BORN,
    closings,
    following,
    human,
    labels,
    leading,
    suffixes,
    surely_human,
    titles,
    vietnamese_titles,
)
from kg_builder.privacy.name_evidence import (
    LEAST_REPEATED,
    clinical_part,
    cut,
    eponym,
    given_like,
    looks_like_a_name,
    ordinary,
    personal,
    plain,
    shouted,
    vietnamese,
    vietnamese_word,
    whole,
)
from kg_builder.privacy.name_refusals import (
    at_a_place,
    compound,
    in_a_hospital_name,
    in_a_list_of,
    phrase,
    profession,
    several,
    taken_as_drugs,
    thing,
    usual,
)
from kg_builder.privacy.name_runs import (
    Run,
    Word,
    lower_case_words,
    occurrences,
    run_at,
    runs,
    stand_in,
    with_particles,
)
from kg_builder.privacy.patterns import vietnamese_land
from kg_builder.privacy.words import words

_DOUBTFUL_LABELS = frozenset({"cc", "to", "from", "re", "source", "contact", "attention"})
"""Single words behind them are rather complaints or places."""
_OF_PATIENTS = frozenset({"patient", "pt"})
_OF_PLACES_TOO = frozenset({"capitals", "vietnamese", "verb"})
"""Rules that find *Thái Lan* and *Y Tế*, too."""
_MOST_UNKNOWN = 4
"""Words of which a name may have less where nothing says that it is one."""


def find_names(text: str, clinical: Sequence[tuple[int, int]]) -> list[Identifier]:
    """Names in the text, also where they come back without their cue; may overlap. `clinical`: spans that are none."""
    veto = _Veto(clinical)
    found = {
        (run.start, run.end): (run, rule)
        for run, rule in _candidates(text, veto)
        if not (stand_in(run) or (rule in _OF_PLACES_TOO and vietnamese_land(text[run.start : run.end])))
    }
    names = [
        Identifier(with_particles(text, run.start), run.end, Kind.NAME, f"name:{rule}") for run, rule in found.values()
    ]
    doubtful = {"capitals", "before"}
    whole = (run for run, rule in found.values() if rule not in doubtful or run.words[0].key in words().given)
    return names + list(_repeated(text, whole, veto))


def find_again(text: str, names: Iterable[Identifier], clinical: Sequence[tuple[int, int]]) -> list[Identifier]:
    """Where words of these names stand elsewhere in the text, without a cue."""
    return list(_repeated(text, filter(None, (run_at(text, one.start) for one in names)), _Veto(clinical)))


class _Veto:
    """Spans that are clinical names."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]
        self._longest = max((end - start for start, end in self._spans), default=0)

    def touching(self, start: int, end: int) -> list[tuple[int, int]]:
        """Those that overlap."""
        near = range(bisect_right(self._starts, start - self._longest - 1), bisect_right(self._starts, end - 1))
        return [self._spans[index] for index in near if self._spans[index][1] > start]

    def holds(self, run: Run, *, cued: bool = True) -> bool:
        """Whether the run is, or is part of, a clinical name."""
        return clinical_part(run, self.touching(run.start, run.end), cued=cued)


def _candidates(text: str, veto: _Veto) -> Iterator[tuple[Run, str]]:
    yield from _after_titles(text, veto)
    yield from _after_labels(text, veto)
    yield from _after_closings(text)
    yield from _on_banners(text)
    drugs = taken_as_drugs(text)
    for run, rule in _by_weak_cues(text, veto):
        if not (run.full and all(word.key in drugs for word in run.full)):
            yield run, rule


def _by_weak_cues(text: str, veto: _Veto) -> Iterator[tuple[Run, str]]:
    yield from _after_words(text, veto)
    for run in runs(text):
        yield from _by_what_follows(text, run, veto)
        if not _article(text, run):
            yield from _by_itself(text, run, veto)


def _after_titles(text: str, veto: _Veto) -> Iterator[tuple[Run, str]]:
    for match in titles().finditer(text):
        run = run_at(text, match.end())
        if run is None or run.words[0].key in words().institutions:
            continue
        if run.words[0].initial and len(run.words) > 1 and veto.touching(run.words[1].start, run.words[1].end):
            continue  # another sentence after the initial that stands for a name
        regurgitates = match["abbreviated"] == "MR" and not run.words[0].text.isupper() and plain(run.words[0])
        kept = cut(run) or (Run(run.words[:1]) if match["abbreviated"] and not regurgitates else None)
        if kept is not None:
            yield kept, "title"
    for match in vietnamese_titles().finditer(text):
        run = run_at(text, match.end(), most=5)
        if run is None or ordinary(run.words[0]) or veto.holds(run):
            continue
        headline = match.group().isupper() and all(word.text.isupper() for word in run.words)
        if not headline or vietnamese(run):  # ``BN Lan``, and not ``BỆNH NHÂN LAO PHỔI``
            yield run, "title"


def _after_labels(text: str, veto: _Veto) -> Iterator[tuple[Run, str]]:
    for match in labels().finditer(text):
        run = run_at(text, match.end(), comma=True)
        if run is None:
            continue
        label = match["label"].lower()
        sure = bool(NAME_LABEL.search(label))
        if not sure and phrase(text, run):
            continue
        kept = whole(run) if sure else _labelled(text, run, label)
        if kept is not None and label in _DOUBTFUL_LABELS and len(kept.full) == 1:
            kept = kept if words().known(kept.full[0].key) else None
        if kept is not None and (sure or len(kept.full) > 1 or (personal(kept, single=True) and not veto.holds(kept))):
            yield kept, "label"


def _labelled(text: str, run: Run, label: str) -> Run | None:
    """What a label is followed by; whatever its words are, in ``Patient: Dakota Gross`` and ``RE: Church, Hayden``."""
    if vietnamese(run):
        return run
    likely = len(run.full) > 1 and not plain(run.full[0]) and LINE_END.match(text, run.end) is not None
    inverted = "," in text[run.start : run.end]
    built = any(word.key in words().institutions for word in run.words)
    sure = inverted or label in _OF_PATIENTS or not (built or label in _DOUBTFUL_LABELS)
    return run if likely and sure else cut(run)


def _after_closings(text: str) -> Iterator[tuple[Run, str]]:
    for match in closings().finditer(text):
        run = run_at(text, match.end())
        if run is not None and not phrase(text, run) and (kept := whole(run)) is not None:
            yield kept, "closing"


def _on_banners(text: str) -> Iterator[tuple[Run, str]]:
    """``Okoro, Tadeusz   4471982   03/04/2021``."""
    for match in INVERTED.finditer(text):
        run = run_at(text, match.end(), comma=True)
        if run is not None and "," in text[run.start : run.end] and BANNER.match(text, run.end):
            yield run, "banner"


def _after_words(text: str, veto: _Veto) -> Iterator[tuple[Run, str]]:
    for kind, pattern in leading():
        for match in pattern.finditer(text):
            run = run_at(text, match.end())
            kept = cut(run) if run is not None else None
            if kept is None or veto.holds(kept):
                continue
            alone = kind == "relation" and len(kept.full) == 1 and not shouted(kept.full[0])
            if kind == "named" or alone or personal(kept, single=False):
                yield kept, kind


def _by_what_follows(text: str, run: Run, veto: _Veto) -> Iterator[tuple[Run, str]]:
    name = _without_ordinary_beginning(run)
    if name is None:
        return
    if suffixes().match(text, name.end) and not (len(name.full) == 1 and shouted(name.full[0])):
        yield name, "suffix"
    elif (len(name.words) == 1 and name.words[0].text.isupper()) or veto.holds(name):
        return
    elif AGE.match(text, name.end) or (YEAR_BORN.match(text, name.end) and vietnamese(name)):
        if personal(name, single=looks_like_a_name(name.full[0]) if name.full else False):
            yield name, "age"
    elif _does_something(text, name):
        yield name, "verb"


def _does_something(text: str, run: Run) -> bool:
    """Whether a verb follows; behind one word alone, one of which only persons are the subject."""
    if len(run.full) == 1 and surely_human().match(text, run.end):
        only = run.full[0]
        common = plain(only) or shouted(only) or profession(only)
        return not (common or _begins_entry(text, run) or _article(text, run))
    if human().match(text, run.end):
        unlikely = _begins_entry(text, run) or _article(text, run) or any(map(profession, run.full))
        return personal(run, single=not (len(run.full) == 1 and unlikely))
    return following().match(text, run.end) is not None and personal(run, single=False)


def _begins_entry(text: str, run: Run) -> bool:
    """Whether a heading stands before, or the number of a list's entry: ``DIAGNOSES: Multiparity requested …``."""
    return len(run.full) == 1 and ENTRY.search(text[max(0, run.start - 12) : run.start]) is not None


def _article(text: str, run: Run) -> bool:
    """What has an article, a quotation mark or a number before it is hardly a person."""
    return ARTICLE.search(text[max(0, run.start - 12) : run.start]) is not None


def _by_itself(text: str, run: Run, veto: _Veto) -> Iterator[tuple[Run, str]]:
    """Without a cue: two words or more, of which one at least is a name or unlike other words."""
    for part in _parts(run):
        if in_a_hospital_name(text, part):
            continue
        if vietnamese(part) and not veto.holds(part):
            yield part, "vietnamese"
        elif thing(text, part) or at_a_place(text, part) or several(text, part):
            continue
        elif (
            len(part.full) > 1
            and not any(word.text.isupper() for word in part.full)
            and not (usual(part) and not _first_line(text, part))
            and not veto.holds(part, cued=False)
            and not in_a_list_of(text, part, iter(veto.touching(part.start - 3, part.end + 3)))
        ):
            first, *others = part.full
            listed = first.key in words().given and not any(plain(word) for word in others)
            if listed or len(part.full) < _MOST_UNKNOWN:
                yield part, "capitals"


def _first_line(text: str, run: Run) -> bool:
    """Whether it is all of the text's first line, as above an address."""
    return not text[: run.start].strip() and LINE_END.match(text, run.end) is not None


def _parts(run: Run) -> Iterator[Run]:
    """The run cut at ordinary words; nothing where it is an institution."""
    if any(word.key in words().institutions for word in run.words):
        return
    part: list[Word] = []
    for word in (*run.words, None):
        surname = len(part) == 1 and word is not None and eponym(word) and given_like(part[0])
        if word is not None and (surname or not _breaks(word) or (part and vietnamese_word(part[0]))):
            part.append(word)
        else:
            while part and not part[-1].text[0].isupper():
                part.pop()
            if part:
                yield Run(tuple(part))
            part = []


def _breaks(word: Word) -> bool:
    return ordinary(word) or compound(word)


def _without_ordinary_beginning(run: Run) -> Run | None:
    rest = list(run.words)
    while rest and plain(rest[0]):
        rest.pop(0)
    return Run(tuple(rest)) if rest else None


def _repeated(text: str, found: Iterable[Run], veto: _Veto) -> Iterator[Identifier]:
    """Words of the names again, where they aren't part of something clinical, nor words that the text has anyway."""
    wanted = {
        word.key for run in found for word in run.full if len(word.text) >= LEAST_REPEATED and not shouted(word)
    } - lower_case_words(text)
    wanted = {
        key
        for key in wanted
        if key in words().given or key not in words().plain | words().institutions | words().eponyms
    }
    for word in occurrences(text, frozenset(wanted)):
        if not veto.touching(word.start, word.end):
            yield Identifier(word.start, word.end, Kind.NAME, "name:repeated")
