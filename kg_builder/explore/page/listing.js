"use strict";
/* The nodes and edges shown, as tables: the same for those who don't see the drawing. */

const Listing = (() => {
  const AT_FIRST = 150;

  /* `label` stands before the value where the table is too narrow for columns. */
  const cell = (label, ...children) => Dom.el("td", { dataset: { label } }, children);
  const head = (names) => Dom.el("thead", {}, Dom.el("tr", {}, names.map((name) => Dom.el("th", { scope: "col" }, name))));

  const make = ({ root, actions, expand }) => {
    const limits = { nodes: AT_FIRST, edges: AT_FIRST };

    const nodeRow = (node, edges) =>
      Dom.el(
        "tr",
        { dataset: { testid: "node-row" } },
        Dom.el("th", { scope: "row" }, Dom.el("button", { class: "row-open", on: { click: () => actions.openConcept(node.id) } }, Shapes.glyph(node.type, node.linked ? "" : "glyph-unlinked"), Dom.el("span", {}, Dom.shown(node.name)))),
        Dom.el("td", { class: "word", dataset: { label: "" } }, Dom.shown(node.id), node.linked ? "" : " (not linked)"),
        Dom.el("td", { class: "word", dataset: { label: "" } }, Dom.shown(node.type)),
        cell("documents", Dom.number(node.documents)),
        cell("relations", Dom.number(edges)),
        cell("", Dom.el("button", { class: "chip", "aria-label": `Show neighbours of ${Dom.shown(node.name)}`, on: { click: () => expand(node.id) } }, "Expand")),
      );

    const edgeRow = (edge, nameOf) =>
      Dom.el(
        "tr",
        { dataset: { testid: "edge-row" } },
        Dom.el(
          "th",
          { scope: "row" },
          Dom.el(
            "button",
            { class: "row-open", on: { click: () => actions.openRelation(edge.subject, edge.predicate, edge.object) } },
            Dom.el("span", {}, Dom.shown(nameOf(edge.subject))),
            Dom.el("span", { class: "row-predicate" }, Lines.glyph(edge.predicate, edge), ` ${Dom.shown(edge.predicate)} `),
            Dom.el("span", {}, Dom.shown(nameOf(edge.object))),
          ),
        ),
        cell("documents", Dom.number(edge.support)),
        cell("confidence", Dom.percent(edge.confidence)),
        cell("", Object.entries(edge.assertions).map(([name, count]) => `${name} ${count}`).join(", ")),
      );

    const more = (kind, total, again) =>
      total > limits[kind]
        ? Dom.el("button", { class: "chip", on: { click: () => {
            limits[kind] = Infinity;
            again();
          } } }, `Show all ${Dom.number(total)}`)
        : null;

    const table = (title, names, rows) =>
      Dom.el("table", { class: "list-table" }, Dom.el("caption", {}, title), head(names), Dom.el("tbody", {}, rows));

    const refresh = (view) => {
      if (root.hidden) return;
      const names = new Map(view.nodes.map((node) => [node.id, node.name]));
      const degree = new Map();
      for (const { subject, object } of view.edges) for (const end of new Set([subject, object])) degree.set(end, (degree.get(end) || 0) + 1);
      const nodes = [...view.nodes].sort((a, b) => (degree.get(b.id) || 0) - (degree.get(a.id) || 0) || (a.name < b.name ? -1 : 1));
      const edges = [...view.edges].sort((a, b) => b.support - a.support || (a.key < b.key ? -1 : 1));
      const nameOf = (id) => names.get(id) || id;
      const again = () => refresh(view);
      Dom.add(Dom.clear(root), [
        table(`${Dom.count(nodes.length, "concept")} shown`, ["Concept", "Id", "Type", "Documents", "Relations shown", "Neighbours"], nodes.slice(0, limits.nodes).map((node) => nodeRow(node, degree.get(node.id) || 0))),
        more("nodes", nodes.length, again),
        table(`${Dom.count(edges.length, "relation")} shown`, ["Relation", "Documents", "Confidence", "Statements"], edges.slice(0, limits.edges).map((edge) => edgeRow(edge, nameOf))),
        more("edges", edges.length, again),
      ]);
    };

    return { refresh };
  };

  return { make };
})();
