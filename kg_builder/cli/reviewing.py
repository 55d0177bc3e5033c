"""``kg-builder review``: the queue of what people should look at, and the decisions that were made."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg_builder.cli.answers import print_table
from kg_builder.cli.console import AsJson, Graph, Where, console, nothing_found, parse_where, print_json
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.graph_store import GraphStore
    from kg_builder.records import DocumentGraph, ReviewStatus
    from kg_builder.review import Decision, Item

STANDARD_OUTPUT = "-"


def review(
    graph: Graph,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Only what was read with less confidence than this.")
    ] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only this entity type or predicate; repeat for more.")
    ] = None,
    statuses: Annotated[
        list[str] | None, typer.Option("--status", help="unreviewed (default), accepted or rejected; repeat for more.")
    ] = None,
    where: Where = None,
    by: Annotated[str | None, typer.Option(help="Who decides. Default: the name you are logged in with.")] = None,
    as_list: Annotated[bool, typer.Option("--list", help="Show the queue and decide nothing.")] = False,
    history: Annotated[bool, typer.Option("--history", help="Show the decisions that were made.")] = False,
    undo: Annotated[str | None, typer.Option(metavar="ID", help="Take a decision back, or an undoing.")] = None,
    export: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write all decisions as JSON Lines; - is standard output.")
    ] = None,
    import_from: Annotated[
        Path | None, typer.Option("--import", metavar="FILE", help="Take over decisions that --export wrote.")
    ] = None,
    settings: Annotated[Path | None, typer.Option(help="YAML file of settings: where concepts are looked up.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide about mentions and relations one by one: accept, reject, relink, edit. Every decision can be undone."""
    from kg_builder.errors import InputError

    if sum((as_list, history, undo is not None, export is not None, import_from is not None)) > 1:
        raise InputError("--list, --history, --undo, --export and --import are given one at a time")
    changes = undo is not None or import_from is not None or not (as_list or history or export is not None)
    store = _opened(graph, read_only=not changes)
    queue = Queue(store, threshold, types or [], _statuses(statuses), where)
    if as_list:
        _list(queue, as_json=as_json)
    elif history:
        _history(store, as_json=as_json)
    elif export is not None:
        _export(store, export, as_json=as_json)
    elif import_from is not None:
        _import(store, graph, import_from, as_json=as_json)
    elif undo is not None:
        _undo(store, graph, undo, by=who(by), as_json=as_json)
    else:
        from kg_builder.cli.review_session import Session

        counts = Session(queue, by=who(by), settings=settings).walk()
        told = ", ".join(f"{number:,} {what}" for what, number in counts.items()) or "nothing was decided"
        print_json(counts) if as_json else console().print(told, markup=False)
    store.close()


class Queue:
    """What is to be looked at, a document at a time."""

    def __init__(
        self,
        store: GraphStore,
        threshold: float | None,
        types: list[str],
        statuses: list[ReviewStatus],
        where: list[str] | None,
    ) -> None:
        self.store = store
        self._chosen = {"threshold": threshold, "types": types, "statuses": statuses}
        self._where = parse_where(where, every_assertion=not any(item.startswith("assertion=") for item in where or []))

    def documents(self) -> Iterator[str]:
        """Ids of those that have something in the queue, in order."""
        return (part.document.id for part, items in self._read() if next(items, None) is not None)

    def items(self, document_id: str) -> Iterator[Item]:
        """Of one document as it is now, in order of their places."""
        return self._of(self.store.part(document_id), self.store.decisions(document_id))

    def __iter__(self) -> Iterator[Item]:
        """All of it."""
        return (item for _, items in self._read() for item in items)

    def _read(self) -> Iterator[tuple[DocumentGraph, Iterator[Item]]]:
        """Documents with their items, many at a time."""
        from kg_builder.review.decisions import by_document

        decisions, wanted = by_document(self.store.decisions()), None
        if not self._where.every_document:
            wanted = {view.id for view in self.store.documents(self._where)}
        for part in self.store.parts():
            if wanted is None or part.document.id in wanted:
                yield part, self._of(part, decisions.get(part.document.id, ()))

    def _of(self, part: DocumentGraph, decisions: Iterable[Decision]) -> Iterator[Item]:
        from kg_builder.review import items_of, to_review

        return to_review(filter(self._passes, items_of(part, decisions)), **self._chosen)  # type: ignore[arg-type]

    def _passes(self, item: Item) -> bool:
        """Whether its assertion and confidence are asked for."""
        where, reading = self._where, item.reading
        said = where.assertions is None or reading.assertion in where.assertions
        least = where.min_confidence
        return said and (least is None or reading.confidence is None or reading.confidence >= least)


def who(by: str | None) -> str:
    """Who decides."""
    import getpass

    from kg_builder.errors import InputError

    if by is not None and by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # nobody that this machine knows
        raise InputError("nobody is logged in by name", hint="Say who decides: --by NAME") from None


def on_one_line(text: str) -> str:
    """With nothing that a terminal would act on."""
    from kg_builder.text.printable import printable

    return " ".join(printable(text).split())


def reads(item: Item) -> str:
    """What an item says: ``aspirin [Chemical] → Aspirin MESH:D001241``."""
    from kg_builder.records import Mention

    names = {concept: on_one_line(f"{name} {concept}") for concept, name in item.names.items()}
    reading = item.reading
    if isinstance(reading, Mention):
        concepts = " + ".join(names[concept] for concept in reading.concepts)
        text = f"{on_one_line(reading.text)} [{on_one_line(reading.type)}] → {concepts}"
    else:
        text = f"{names[reading.subject]} -[{on_one_line(reading.predicate)}]-> {names[reading.object]}"
    about = "" if reading.assertion == "present" else f" ({reading.assertion})"
    status = "" if item.status == "unreviewed" else f" ({item.status})"
    return text + about + status


def _opened(graph: str, *, read_only: bool) -> GraphStore:
    """A graph that is there: one that isn't is an error, not a new one."""
    from kg_builder.stores import open_store

    open_store(graph, read_only=True).close()
    return open_store(graph, read_only=read_only)


def _statuses(given: list[str] | None) -> list[ReviewStatus]:
    from kg_builder.errors import InputError
    from kg_builder.records import ReviewStatus

    try:
        return [ReviewStatus(name) for name in given or ["unreviewed"]]
    except ValueError:
        raise InputError(f"--status is one of {', '.join(ReviewStatus)}") from None


def _list(queue: Queue, *, as_json: bool) -> None:
    items = list(queue)
    if as_json:
        print_json({"items": [item.model_dump(mode="json") for item in items]})
    else:
        print_table(
            ("document", "offset", "what", "confidence"),
            ((on_one_line(i.document), i.marks[0][0], reads(i), _number(i.confidence)) for i in items),
        )
    if not items:
        nothing_found()


def _number(confidence: float | None) -> str:
    return "" if confidence is None else f"{confidence:.2f}"


def _history(store: GraphStore, *, as_json: bool) -> None:
    rows = [(decision, state) for decision, state in _with_states(store)]
    if as_json:
        print_json({"decisions": [one.model_dump(mode="json") | {"state": state} for one, state in rows]})
    else:
        print_table(
            ("id", "when", "who", "document", "what", "state"),
            (
                (one.id, f"{one.at:%Y-%m-%d %H:%M}", on_one_line(one.by), on_one_line(one.document), _told(one), state)
                for one, state in rows
            ),
        )
    if not rows:
        nothing_found()


def _told(decision: Decision) -> str:
    from kg_builder.review import MentionTarget

    if decision.undoes is not None:
        return f"undone: {decision.undoes}"
    about = decision.about
    what = about.text if isinstance(about, MentionTarget) else f"{about.subject} {about.predicate} {about.object}"
    to = " → " + " + ".join(concept.id for concept in decision.concepts) if decision.concepts else ""
    note = f" ({decision.note})" if decision.note else ""
    return on_one_line(f"{decision.verdict}: {what}{to}{note}")


def _with_states(store: GraphStore) -> Iterator[tuple[Decision, str]]:
    """All decisions, and whether they count: what isn't there any more as it was judged waits."""
    from kg_builder.errors import UnknownDocumentError
    from kg_builder.review import review, standing
    from kg_builder.review.decisions import by_document

    for document_id, decisions in by_document(store.decisions()).items():
        counting = {decision.id for decision in standing(decisions)}
        try:
            waiting = {decision.id for decision in review(store.part(document_id), decisions).waiting}
        except UnknownDocumentError:
            waiting = counting
        for decision in decisions:
            if decision.undoes is not None:
                yield decision, ""
            elif decision.id not in counting:
                yield decision, "undone"
            else:
                yield decision, "not applicable now" if decision.id in waiting else "counts"


def _export(store: GraphStore, file: str, *, as_json: bool) -> None:
    from kg_builder.review.json_lines import decision_json

    lines = (decision_json(decision) + "\n" for decision in store.decisions())
    if file == STANDARD_OUTPUT:
        sys.stdout.writelines(lines)
        return
    from kg_builder.stores.export_files import written_whole

    count = 0
    with written_whole([Path(file)]) as [output]:
        for line in lines:
            output.write(line)
            count += 1
    print_json({"file": file, "decisions": count}) if as_json else console().print(
        f"wrote {file}: {counted(count, 'decision')}; they quote the documents", markup=False
    )


def _import(store: GraphStore, graph: str, file: Path, *, as_json: bool) -> None:
    from kg_builder.review.json_lines import read_decisions

    known = {decision.id for decision in store.decisions()}
    given = list(read_decisions(file))
    store.decide(given)
    new = len({decision.id for decision in given} - known)
    if as_json:
        print_json({"store": graph, "decisions": len(given), "new": new})
    else:
        console().print(f"{counted(len(given), 'decision')} read, {new:,} of them new", markup=False)


def _undo(store: GraphStore, graph: str, decision_id: str, *, by: str, as_json: bool) -> None:
    from kg_builder.errors import InputError
    from kg_builder.review import undoing

    found = [decision for decision in store.decisions() if decision.id.startswith(decision_id)]
    if len(found) != 1:
        many = f"{len(found)} decisions begin with" if found else "there is no decision"
        raise InputError(f"{graph}: {many} '{decision_id}'", hint=f"See them: kg-builder review {graph} --history")
    undone = undoing(found[0], by=by)
    store.decide([undone])
    shown: dict[str, Any] = {"store": graph, "undone": found[0].id, "id": undone.id}
    if as_json:
        print_json(shown)
    else:
        console().print(f"undone: {_told(found[0])}; take that back with --undo {undone.id}", markup=False)
