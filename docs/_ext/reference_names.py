"""How the reference is made from docstrings: defaults of pydantic fields, names in
single backticks as links."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, get_origin

from docutils import nodes
from pydantic import BaseModel
from sphinx import addnodes
from sphinx.domains.python import PyXRefRole

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LONGEST_DEFAULT = 50
_NONE = MISSING
"""There is no default."""
LENIENT = "kg-name"
"""A name in single backticks: a link where the reference has it, else code."""


class _Name(PyXRefRole):
    def process_link(self, env: BuildEnvironment, refnode: Any, *said: Any) -> tuple[str, str]:
        refnode[LENIENT] = True
        title, target = super().process_link(env, refnode, *said)
        return title, target.removesuffix("()")


def _bases(_app: Sphinx, _name: str, _thing: Any, _options: Any, bases: list[Any]) -> None:
    """Ours that say more than that all records are alike."""
    alike = {"Record", "SchemaPart"}
    bases[:] = [kind for kind in bases if _of_ours(kind) and kind.__name__ not in alike]


def _of_ours(kind: Any) -> bool:
    return str(getattr(kind, "__module__", "")).startswith("kg_builder")


def _without_signature(
    _app: Sphinx, what: str, _name: str, thing: Any, _options: Any, signature: str | None, answer: str | None
) -> tuple[str | None, str | None]:
    """Fields of records, dataclasses and named tuples stand below them; nobody makes a protocol or an enumeration."""
    return ("", None) if what == "class" and _told_below(thing) else (signature, answer)


def _told_below(thing: Any) -> bool:
    named = isinstance(thing, type) and issubclass(thing, tuple) and hasattr(thing, "_fields")
    protocol = getattr(thing, "_is_protocol", False)
    return named or protocol or is_dataclass(thing) or (isinstance(thing, type) and issubclass(thing, BaseModel | Enum))


def _tidied(_app: Sphinx, tree: nodes.document) -> None:
    """What a field is unless given stands after its type; where no base is told, there is no line for them."""
    for paragraph in [one for one in tree.findall(nodes.paragraph) if one.astext().strip() == "Bases:"]:
        paragraph.parent.remove(paragraph)
    for name in tree.findall(addnodes.pending_xref):
        if name.get("reftarget") == "Path" and _takes_pathlib(_module_of(name)):
            name["reftarget"] = "pathlib.Path"  # there is a `Path` of ours too, between two concepts
    for signature in tree.findall(addnodes.desc_signature):
        if (
            "module" in signature
            and (default := _default(f"{signature['module']}.{signature['fullname']}"))
            and " = " not in signature.astext()
        ):
            signature.append(addnodes.desc_annotation("", f" = {default}"))


def _module_of(name: pending_xref) -> str | None:
    above: Any = name
    while above is not None and not isinstance(above, addnodes.desc_signature):
        above = above.parent
    return name.get("py:module") or (above.get("module") if above is not None else None)


def _takes_pathlib(module: str | None) -> bool:
    return module in sys.modules and "from pathlib import Path" in inspect.getsource(sys.modules[module])


def _default(name: str) -> str | None:
    """As it is written, where it is short; None: there is none."""
    value = _default_of(name)
    if value is _NONE:
        return None
    shown = repr(value.value if isinstance(value, Enum) else value)
    return shown if len(shown) < LONGEST_DEFAULT and " object at " not in shown else "…"


def _default_of(name: str) -> Any:
    place, _, field_name = name.rpartition(".")
    module, _, owner = place.rpartition(".")
    try:
        kind = getattr(import_module(module), owner)
    except (ImportError, AttributeError, ValueError):
        return _NONE
    if isinstance(kind, type) and issubclass(kind, BaseModel) and field_name in kind.model_fields:
        field = kind.model_fields[field_name]
        return _NONE if field.is_required() else field.get_default(call_default_factory=True)
    made = {one.name: one for one in fields(kind)}.get(field_name) if is_dataclass(kind) else None
    if made is None:
        return _NONE
    return made.default_factory() if made.default_factory is not MISSING else made.default


def _skip(_app: Sphinx, what: str, name: str, thing: Any, skip: bool, _options: Any) -> bool | None:  # noqa: FBT001
    """What pydantic adds by itself, and annotated types, which `alias_pages` shows."""
    return True if skip or (what == "class" and name.startswith("model_")) or get_origin(thing) is Annotated else None


def _resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Node) -> nodes.Node | None:
    """A name that is nowhere as it stands: that of the one thing that ends in it, or plain text."""
    if node.get("refdomain") != "py":
        return None
    domain, target = env.domains.python_domain, str(node["reftarget"])
    if (found := _meant(target, node.get("py:module"), domain.objects)) is not None:
        there = domain.objects[found]
        uri = app.builder.get_relative_uri(str(node["refdoc"]), there.docname)
        return nodes.reference("", "", content, internal=True, reftitle=found, refuri=f"{uri}#{there.node_id}")
    in_signature = not node.get("refexplicit") and not isinstance(content, nodes.literal)
    elsewhere = "." in target and not target.startswith("kg_builder.")
    return content if node.get(LENIENT) or in_signature or elsewhere else None


def _meant(target: str, module: str | None, known: Iterable[str]) -> str | None:
    """Which of the known names a name means where it stands: one word in small letters may be any argument."""
    if target.islower() and "." not in target:
        return None
    ending = [name for name in known if name == target or name.endswith(f".{target}")]
    thing = getattr(sys.modules.get(module or ""), target.partition(".")[0], None)
    home = getattr(thing, "__module__", "kg_builder")
    ending = [name for name in ending if name == f"{home}.{target}"] or ending
    return min(ending, default=None) if home.startswith("kg_builder") else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_role_to_domain("py", "name", _Name())
    app.connect("autodoc-process-bases", _bases)
    app.connect("autodoc-process-signature", _without_signature)
    app.connect("doctree-read", _tidied)
    app.connect("autodoc-skip-member", _skip)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
