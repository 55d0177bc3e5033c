"use strict";
/* What can be done with the concept that is picked: its neighbours shown or taken away. */

const SelectionBar = (() => {
  const STEP = 40;

  const words = ({ shown, total }) => {
    if (total === null) return `${Dom.count(shown, "neighbour")} shown`;
    if (total === 0) return "no neighbours pass the filters";
    return shown >= total ? `all ${Dom.count(total, "neighbour")} shown` : `${Dom.number(shown)} of ${Dom.count(total, "neighbour")} shown`;
  };

  const make = ({ root, set, expand, collapse, hide }) => {
    const button = (text, act, name = null) => Dom.el("button", { class: "chip", "aria-label": name, on: { click: act } }, text);

    const unfolding = (id, counts) => {
      const { waiting } = counts;
      if (waiting === 0) return [];
      if (waiting === null) return [button("Show neighbours", () => expand(id, STEP))];
      if (waiting <= STEP) return [button(counts.shown ? `Show ${Dom.number(waiting)} more` : `Show ${Dom.count(waiting, "neighbour")}`, () => expand(id, STEP))];
      return [button(`Show ${STEP} more`, () => expand(id, STEP)), button(`Show all ${Dom.number(counts.total)}`, () => expand(id, Infinity))];
    };

    const refresh = (id) => {
      const node = id === null ? null : set.nodes.get(id);
      root.hidden = !node || !set.has(id);
      if (root.hidden) return;
      const held = root.contains(document.activeElement);
      const counts = set.neighbourhood(id);
      Dom.add(Dom.clear(root), [
        Dom.el("span", { class: "selection-name" }, Shapes.glyph(node.type, node.linked ? "" : "glyph-unlinked"), Dom.el("strong", {}, Dom.shown(node.name)), Dom.el("span", { class: "selection-count" }, words(counts))),
        Dom.el("span", { class: "selection-acts" },
          unfolding(id, counts),
          counts.shown ? button("Collapse", () => collapse(id), "Collapse: take away neighbours that hang on it alone") : null,
          button("Hide", () => hide(id), "Hide this concept")),
      ]);
      if (held) root.querySelector("button")?.focus();
    };

    return { refresh };
  };

  return { make, STEP };
})();
