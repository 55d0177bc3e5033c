"""Which medicine a dose, strength, route, frequency or duration belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg_builder.extract.attributes.findings import Finding, Places
from kg_builder.extract.attributes.tables import Kind, covers, phrases_with_role
from kg_builder.text.phrases import split_words

Span = tuple[int, int]

_FURTHEST = 30
"""Words between a medicine and the dose after it, at most."""
_WIDEST = 400
"""Characters that the search for a medicine goes, so that text without stops takes no longer."""
_VOLUMES = frozenset({"mL", "L", "uL", "dL"})
_NEAR = {Kind.ROUTE: 5, Kind.FREQUENCY: 8, Kind.DURATION: 6}
"""The same for what comes without a dose."""
_FREE_WORDS = 3
"""Unlisted words between a dose and its medicine after "of" or a dose in words."""
_LISTING = frozenset({",", "and", "or", "then"})
_STOPS = frozenset(",;:.()[]")
_BREAKS = frozenset(
    {"and", "or", "in", "for", "was", "were", "is", "are", "with", "after", "but", "when", "had", "has", "và"}
)


@dataclass(slots=True)
class _Chain:
    """Parts of one prescription, side by side."""

    parts: list[Finding]
    end: int

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.parts[0].start

    @property
    def dosed(self) -> bool:
        """Whether it has a dose or strength."""
        return any(part.kind in {Kind.DOSE, Kind.STRENGTH} for part in self.parts)

    @property
    def in_words(self) -> bool:
        """Whether its only doses are words (``high-dose``)."""
        doses = [part for part in self.parts if part.kind in {Kind.DOSE, Kind.STRENGTH}]
        return bool(doses) and all("level" in part.value for part in doses)

    @property
    def percent_only(self) -> bool:
        """Whether all it has of a dose is a share, which may be one of anything."""
        doses = [part for part in self.parts if part.kind in {Kind.DOSE, Kind.STRENGTH}]
        return bool(doses) and all(part.value.get("unit") == "%" for part in doses)

    @property
    def volume_only(self) -> bool:
        """Whether all it has of a dose is a volume: of a medicine, or of blood lost and oxygen given."""
        doses = [part for part in self.parts if part.kind in {Kind.DOSE, Kind.STRENGTH}]
        return bool(doses) and all(part.value.get("unit") in _VOLUMES for part in doses)


def attach(
    text: str,
    stretch: Span,
    found: Sequence[Finding],
    *,
    drugs: Sequence[Span],
    others: Sequence[Span] = (),
    before: Span | None = None,
) -> list[Finding]:
    """Those that belong to something, with their owners, and doses that belong to nothing known.

    `stretch`: a sentence, with the findings and `drugs` in it in order. `others`: mentions that aren't
    medicines; `before`: the medicine that the sentence before ends with, for a sentence that goes on about it.
    """
    places, elsewhere = Places(drugs), Places(others)
    found = [item for item in found if not places.cover(item.start, item.end)]
    chains = _chains(text, found, places)
    attached: list[Finding] = []
    served: set[Span] = set()
    for chain in chains:
        owners = _owners(text, chain, places, elsewhere, served)
        if not owners and before is not None and not drugs and chain is chains[0] and _opens(text, stretch, chain):
            owners = (before,)
        if owners and owners[0][0] >= chain.end and chain.dosed:
            served.add(owners[0])
        if owners or (chain.dosed and not (chain.in_words or chain.percent_only or chain.volume_only)):
            attached += (replace(part, owners=owners) for part in chain.parts)
    return _in_order(text, stretch, attached, drugs)


def _chains(text: str, found: Sequence[Finding], drugs: Places) -> list[_Chain]:
    chains: list[_Chain] = []
    for item in found:
        last = chains[-1] if chains else None
        if last is not None and _goes_on(text, last, item, drugs):
            last.parts.append(item)
            last.end = max(last.end, item.end)
        else:
            chains.append(_Chain([item], item.end))
    return chains


def _goes_on(text: str, chain: _Chain, item: Finding, drugs: Places) -> bool:
    if item.start < chain.end:
        return True
    if drugs.begin_within(chain.end, item.start):
        return False
    keys = split_words(text, chain.end, item.start).keys
    if not _LISTING.isdisjoint(keys):
        # "5 mg daily, 2 g weekly" are two; "75 and 100 mg/m2" and "daily, at night" are one
        last = chain.parts[-1]
        if "," not in keys and item.kind is not last.kind:
            return False
        if "," in keys and item.kind is Kind.DOSE and any(part.kind is Kind.DOSE for part in chain.parts):
            return False
    return covers(phrases_with_role("joints", "joint"), keys)


def _owners(text: str, chain: _Chain, drugs: Places, others: Places, served: set[Span]) -> tuple[Span, ...]:
    ahead, behind = drugs.after(chain.end), drugs.before(chain.start)
    if ahead is not None and ahead[0] - chain.end > _WIDEST:
        ahead = None
    if behind is not None and chain.start - behind[1] > _WIDEST:
        behind = None
    keys_ahead = split_words(text, chain.end, ahead[0]).keys if ahead else []
    keys_behind = split_words(text, behind[1], chain.start).keys if behind else []
    leads = ahead is not None and _leads(chain, keys_ahead)
    if ahead is not None and leads and not _claimed_behind(chain, keys_ahead, keys_behind, behind, served):
        return _shared(text, ahead, drugs, forward=True) if chain.in_words else (ahead,)
    if behind is not None and _follows(chain, keys_behind, (behind[1], chain.start), others):
        return _shared(text, behind, drugs, forward=False) if chain.in_words and not keys_behind else (behind,)
    if (
        ahead is not None
        and chain.dosed
        and not (chain.percent_only or chain.volume_only)
        and _may_reach(chain, keys_ahead)
    ):
        return (ahead,)
    return ()


def _leads(chain: _Chain, keys: list[str]) -> bool:
    """Whether a dose before a medicine leads up to it: "5 mg of X", "oral X", "high-dose intermittent X"."""
    if not keys:
        return True
    ahead = phrases_with_role("joints", "ahead")
    if covers(ahead, keys):
        return chain.dosed or len(keys) <= 2
    if not _STOPS.isdisjoint(keys) or not chain.dosed:
        return False
    if chain.in_words and covers(phrases_with_role("joints", "level"), keys[:1]):
        keys = keys[1:]
    unlisted = [key for key in keys if not covers(ahead, [key])]
    if not _BREAKS.isdisjoint(unlisted):
        return False
    return ("of" in keys or chain.in_words) and len(unlisted) <= _FREE_WORDS


def _claimed_behind(
    chain: _Chain, keys_ahead: list[str], keys_behind: list[str], behind: Span | None, served: set[Span]
) -> bool:
    """Whether the medicine before has the better claim: it stands just before and has no dose yet."""
    if behind is None or behind in served or chain.in_words or "of" in keys_ahead:
        return False
    if not chain.dosed and keys_behind and not keys_ahead:
        return False
    return (
        chain.parts[0].kind is not Kind.ROUTE
        and covers(phrases_with_role("joints", "back"), keys_behind)
        and "," not in keys_behind[1:]
    )


def _follows(chain: _Chain, keys: list[str], gap: Span, others: Places) -> bool:
    """Whether what stands after a medicine may belong to it."""
    if chain.percent_only:
        return not keys
    if chain.volume_only:
        return covers(phrases_with_role("joints", "back"), keys)
    if chain.dosed:
        return len(keys) <= _FURTHEST
    reach = max(_NEAR[part.kind] for part in chain.parts)
    if len(keys) > reach or not _STOPS.difference("(").isdisjoint(keys):
        return covers(phrases_with_role("joints", "back"), keys)
    return not others.begin_within(*gap)


def _may_reach(chain: _Chain, keys: list[str]) -> bool:
    """Whether a dose with no medicine before it may belong to one further on."""
    reach = _FURTHEST // 5 if chain.in_words else _FURTHEST // 2
    return len(keys) <= reach and ";" not in keys


def _shared(text: str, nearest: Span, drugs: Places, *, forward: bool) -> tuple[Span, ...]:
    """The medicine and those joined to it by "and": a dose in words is of them all."""
    joint, owners = phrases_with_role("joints", "and"), [nearest]
    while (drug := drugs.after(owners[-1][1]) if forward else drugs.before(owners[-1][0])) is not None:
        first, last = (owners[-1], drug) if forward else (drug, owners[-1])
        keys = split_words(text, first[1], last[0]).keys
        if not keys or not covers(joint, keys):
            break
        owners.append(drug)
    return tuple(owners)


def _opens(text: str, stretch: Span, chain: _Chain) -> bool:
    """Whether a sentence begins with a prescription: "500 mg three times daily." after the medicine's name."""
    keys = split_words(text, stretch[0], chain.start).keys
    return chain.dosed and not chain.in_words and (not keys or covers(phrases_with_role("joints", "back"), keys))


def _in_order(text: str, stretch: Span, found: list[Finding], drugs: Sequence[Span]) -> list[Finding]:
    """As many doses as medicines, and "respectively": the first belongs to the first."""
    if not any(phrases_with_role("joints", "in order").find(split_words(text, *stretch).keys)):
        return found
    doses = [place for place, item in enumerate(found) if item.kind is Kind.DOSE and "unit" in item.value]
    if len(doses) < 2:
        return found
    start, end = found[doses[0]].start, found[doses[-1]].end
    between = [drug for drug in drugs if start < drug[0] < end]
    listed = [drug for drug in drugs if drug[1] <= start][-len(doses) :]
    if len(listed) < len(doses):
        listed = [drug for drug in drugs if drug[0] >= end][: len(doses)]
    if between or len(listed) < len(doses):
        return found
    return [
        replace(item, owners=(listed[doses.index(place)],)) if place in doses else item
        for place, item in enumerate(found)
    ]
