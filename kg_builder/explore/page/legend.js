"use strict";
/* What the marks on the drawing mean; colours, shapes and lines are explained by the rows of the filters. */

const Legend = (() => {
  const row = (picture, text) => Dom.el("li", {}, picture, Dom.el("span", {}, text));

  const mark = (kind) => {
    const circle = (more) => Dom.svg("circle", { cx: 11, cy: 9, r: 6, ...more });
    const drawn = {
      unlinked: [circle({ fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-dasharray": "3 2.2" })],
      more: [circle({ r: 4.6, fill: "currentColor" }), circle({ r: 7.4, fill: "none", stroke: "currentColor", "stroke-width": 1.2 })],
      broader: [circle({ fill: "none", stroke: "currentColor", "stroke-width": 1.8 })],
    }[kind];
    return Dom.svg("svg", { class: "mark-glyph", viewBox: "0 0 22 18", width: 22, height: 18, "aria-hidden": "true" }, drawn);
  };

  const sizes = () => {
    const circles = [[5, 3], [15, 5], [29, 7.5]].map(([cx, r]) => Dom.svg("circle", { cx, cy: 9.5, r, fill: "currentColor" }));
    return Dom.svg("svg", { class: "line-glyph", viewBox: "0 0 38 19", width: 38, height: 19, "aria-hidden": "true" }, circles);
  };

  const pale = () =>
    Dom.svg("svg", { class: "line-glyph line-pale", viewBox: "0 0 38 14", width: 38, height: 14, "aria-hidden": "true" }, Dom.svg("path", { d: "M2 7H36", stroke: "currentColor", "stroke-width": 1.2 }));

  const widths = () => {
    const lines = [1, 3, 10].map((support, n) => Dom.svg("path", { d: `M2 ${3.5 + n * 5.5}H36`, stroke: "currentColor", "stroke-width": Lines.width(support) * 0.7 }));
    return Dom.svg("svg", { class: "line-glyph", viewBox: "0 0 38 19", width: 38, height: 19, "aria-hidden": "true" }, lines);
  };

  const refresh = (root, view, dense) => {
    const some = (test) => view.edges.some(test);
    const loose = view.nodes.some((node) => !node.linked);
    const broader = view.nodes.some((node) => node.ancestor_only);
    Dom.add(Dom.clear(root), [
      row(mark("more"), "has more neighbours than shown"),
      loose ? row(mark("unlinked"), "not linked to a vocabulary") : null,
      broader ? row(mark("broader"), "broader concept, in no document") : null,
      view.nodes.length ? row(sizes(), "size: documents that mention it") : null,
      view.edges.length ? row(widths(), "width: 1, 3, 10 documents") : null,
      dense ? row(pale(), "pale: least supported, as there are many") : null,
      some((edge) => edge.hollow) ? row(Lines.glyph(null, { hollow: true }), "not stated as a fact") : null,
      some((edge) => edge.denied) ? row(Lines.glyph(null, { denied: true }), "denied by a document") : null,
    ]);
  };

  return { refresh };
})();
