"use strict";
/* What is on the screen as an SVG picture: elements are made as nodes and written by the browser's serializer. */

const SvgExport = (() => {
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const round = (value) => Math.round(value * 10) / 10;
  /* Non-characters that XML forbids; the rest that it forbids `Dom.shown` has already made visible. */
  const clean = (text) => Dom.shown(text).replace(/[\ufffe\uffff]/g, "\ufffd");

  const make = (tag, attributes, ...children) => {
    const node = document.createElementNS(NAMESPACE, tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, String(value));
    node.append(...children);
    return node;
  };
  const titled = (text) => make("title", {}, clean(text));

  const onScreen = (cy) => {
    const { x, y } = cy.pan();
    const zoom = cy.zoom();
    return (point) => ({ x: point.x * zoom + x, y: point.y * zoom + y });
  };

  /* Quadratic curves through the points halfway between control points, as Cytoscape draws them. */
  const path = (from, controls, to) => {
    const p = ({ x, y }) => `${round(x)} ${round(y)}`;
    if (!controls.length) return `M${p(from)}L${p(to)}`;
    let drawn = `M${p(from)}`;
    controls.forEach((control, n) => {
      const next = controls[n + 1];
      const end = next ? { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 } : to;
      drawn += `Q${p(control)} ${p(end)}`;
    });
    return drawn;
  };

  const HEADS = {
    vee: [[0, 0], [-0.15, -0.3], [0, -0.15], [0.15, -0.3]],
    triangle: [[0, 0], [-0.15, -0.3], [0.15, -0.3]],
  };

  const unit = (from, to) => {
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    return { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  };

  const head = (shape, tip, along, size) =>
    (HEADS[shape] || HEADS.triangle)
      .map(([across, back]) => `${round(tip.x + along.x * back * size - along.y * across * size)},${round(tip.y + along.y * back * size + along.x * across * size)}`)
      .join(" ");

  const drawEdge = (item, edge, names, { place, zoom, mode, paper }) => {
    const style = Lines.styleOf(edge.predicate);
    const color = style[mode];
    const [from, to] = [item.sourceEndpoint(), item.targetEndpoint()].map(place);
    const controls = (item.controlPoints() || []).map(place);
    if (![from.x, from.y, to.x, to.y].every(Number.isFinite)) return null;
    const width = edge.width * zoom;
    const size = Math.max((edge.width * 13.37) ** 0.9, 29) * (edge.quiet ? 0.6 : 0.95) * zoom;
    const along = unit(controls.at(-1) || from, to);
    const short = { x: to.x - along.x * size * 0.2, y: to.y - along.y * size * 0.2 };
    const opacity = edge.quiet ? 0.2 : edge.onlyDenied ? 0.42 : edge.hollow ? 0.5 : 0.75;
    const dashes = style.dash ? style.dash.map((part) => round(part * zoom)).join(" ") : null;
    const line = make("path", { d: path(from, controls, short), fill: "none", stroke: color, "stroke-width": round(width), "stroke-dasharray": dashes, "stroke-opacity": opacity });
    const arrow = make("polygon", { points: head(style.arrow, to, along, size), fill: edge.hollow ? paper : color, stroke: color, "stroke-width": 1, opacity: edge.quiet ? 0.3 : null });
    const bar = edge.denied ? denial(place(item.midpoint()), unit(from, to), size * 0.2, color, width) : [];
    return make("g", {}, titled(`${names(edge.subject)} ${edge.predicate} ${names(edge.object)}`), line, arrow, ...[bar].flat());
  };

  const denial = (middle, along, reach, color, width) =>
    make("path", {
      d: `M${round(middle.x - along.y * reach)} ${round(middle.y + along.x * reach)}L${round(middle.x + along.y * reach)} ${round(middle.y - along.x * reach)}`,
      stroke: color, "stroke-width": round(Math.max(2, width)),
    });

  const drawNode = (item, node, { place, zoom, mode }) => {
    const { x, y } = place(item.position());
    const radius = (item.data("size") / 2) * zoom;
    const { fill, rim } = GraphStyle.nodeColours(node.type, { linked: node.linked, ancestor: node.ancestor_only }, mode);
    const shape = Shapes.outline(Dom.styleOf(node.type).shape, x, y, radius);
    const given = { fill, stroke: rim, "stroke-width": round((node.linked ? 1.5 : 2) * zoom), "stroke-linejoin": "round" };
    if (!node.linked) given["stroke-dasharray"] = `${round(4 * zoom)} ${round(2.5 * zoom)}`;
    for (const [name, value] of Object.entries(given)) shape.setAttribute(name, value);
    return make("g", {}, titled(`${node.name} (${node.type}, ${node.id})`), shape);
  };

  const ANCHORS = { left: "start", right: "end", center: "middle" };

  const drawName = (one, { ink, halo }) => {
    const { rows, box, strong } = one;
    const x = Labels.edgeOf(one);
    const anchor = ANCHORS[one.align];
    const lines = rows.map((row, n) => make("tspan", { x: round(x), y: round(box.y1 + n * Labels.LINE + 11) }, clean(row)));
    return make("text", { "text-anchor": anchor, "font-weight": strong ? 600 : 400, fill: ink, stroke: halo, "stroke-width": 3.5, "paint-order": "stroke", "stroke-linejoin": "round" }, ...lines);
  };

  /* The picture as a text. */
  const write = (graph, { width, height, name }) => {
    const { cy } = graph;
    const colours = graph.colours();
    const paper = colours.halo;
    const known = { place: onScreen(cy), zoom: cy.zoom(), mode: graph.mode(), paper };
    const view = graph.view();
    const nodes = new Map(view.nodes.map((node) => [node.id, node]));
    const edges = new Map(view.edges.map((edge) => [edge.key, { ...edge, quiet: graph.isQuiet(edge.key), width: graph.widthOf(edge) }]));
    const names = (id) => nodes.get(id)?.name || id;
    const seen = (item) => {
      const box = item.renderedBoundingBox({ includeLabels: false });
      return box.x2 > 0 && box.y2 > 0 && box.x1 < width && box.y1 < height;
    };
    const lines = cy.edges().filter(seen).map((item) => drawEdge(item, edges.get(item.data("key")), names, known)).filter(Boolean);
    const marks = cy.nodes().filter(seen).map((item) => drawNode(item, nodes.get(item.data("key")), known));
    const texts = graph.labels().map((one) => drawName(one, colours));
    const picture = make(
      "svg",
      { xmlns: NAMESPACE, viewBox: `0 0 ${width} ${height}`, width, height, "font-family": Labels.FAMILY, "font-size": Labels.SIZE },
      titled(name),
      make("rect", { width, height, fill: paper }),
      make("g", {}, ...lines),
      make("g", {}, ...marks),
      make("g", {}, ...texts),
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`;
  };

  return { write };
})();
