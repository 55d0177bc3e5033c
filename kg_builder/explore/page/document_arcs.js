"use strict";
/* Relations as arcs over the text, from the subject to the object of each piece of evidence. */

const DocumentArcs = (() => {
  const { svg } = Dom;
  const MOST = 400;

  /* The middle of the first line of a mention. */
  const centre = (nodes, frame) => {
    const boxes = nodes.map((node) => node.firstChild.getClientRects()[0]).filter(Boolean);
    if (!boxes.length) return null;
    const line = boxes.filter((box) => Math.abs(box.bottom - boxes[0].bottom) < 4);
    const [left, right] = [Math.min(...line.map((box) => box.left)), Math.max(...line.map((box) => box.right))];
    return { x: (left + right) / 2 - frame.left, y: boxes[0].top - frame.top };
  };

  /* Whether it is switched on, and in a chunk that the browser has laid out. */
  const inSight = (node) =>
    node.stretch.shown.length > 0 && (!node.checkVisibility || node.checkVisibility({ contentVisibilityAuto: true }));

  const head = ({ x, y }) => svg("path", { class: "arc-head", d: `M${x - 4} ${y - 7} L${x + 4} ${y - 7} L${x} ${y} Z` });

  const arc = (from, to, relation, strong) => {
    const rise = Math.min(34, 12 + Math.abs(to.x - from.x) * 0.08);
    const top = Math.min(from.y, to.y) - rise;
    const drop = `M${from.x} ${from.y} C${from.x} ${top} ${to.x} ${top} ${to.x} ${to.y - 6}`;
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y - 6) / 8 + (top * 6) / 8 };
    return svg("g", { class: `arc${strong ? " strong" : ""}`, dataset: { assertion: relation.assertion } },
      svg("path", { class: "arc-line", d: drop }), head(to),
      svg("text", { class: "arc-name", x: middle.x, y: middle.y + 3, "text-anchor": "middle" },
        `${relation.assertion === "negated" ? "\u2298 " : ""}${Parts.words(relation.predicate)}`));
  };

  /* An overlay for a text; `draw(relations, chosen)` draws those whose ends are near what can be seen. */
  const make = (text) => {
    const layer = svg("svg", { class: "arcs", "aria-hidden": "true", focusable: "false" });

    const draw = (relations, chosen) => {
      Dom.clear(layer);
      layer.setAttribute("height", 0);
      const outer = text.root.getBoundingClientRect();
      const frame = { left: outer.left + text.root.clientLeft, top: outer.top + text.root.clientTop - text.root.scrollTop };
      layer.setAttribute("height", text.root.scrollHeight);
      let drawn = 0;
      for (const relation of relations) {
        for (const { subject, object } of relation.evidence) {
          const [one, other] = [subject, object].map((n) => (n === null ? [] : text.nodesDrawn(`m${n}`).filter(inSight)));
          if (!one.length || !other.length || drawn >= MOST) continue;
          const [from, to] = [centre(one, frame), centre(other, frame)];
          if (!from || !to) continue;
          layer.append(arc(from, to, relation, relation.n === chosen));
          drawn += 1;
        }
      }
      return drawn;
    };

    text.root.append(layer);
    return { draw, clear: () => Dom.clear(layer) };
  };

  return { make };
})();
