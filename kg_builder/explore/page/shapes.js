"use strict";
/* Outlines of the nodes, for what isn't drawn by Cytoscape: legend, filters and the SVG export. */

const Shapes = (() => {
  const fit = (points) => {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top];
    return points.map(([x, y]) => [((x - left) / width) * 2 - 1, ((y - top) / height) * 2 - 1]);
  };

  const ring = (corners, start, radius = () => 1) =>
    Array.from({ length: corners }, (_, n) => {
      const angle = start + (2 * Math.PI * n) / corners;
      return [radius(n) * Math.cos(angle), radius(n) * Math.sin(angle)];
    });

  const UP = -Math.PI / 2;
  const POLYGONS = {
    triangle: fit(ring(3, UP)),
    diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]],
    pentagon: fit(ring(5, UP)),
    hexagon: fit(ring(6, 0)),
    heptagon: fit(ring(7, UP)),
    octagon: fit(ring(8, Math.PI / 8)),
    star: fit(ring(10, UP, (n) => (n % 2 ? 0.48 : 1))),
    tag: [[-1, -1], [0.25, -1], [1, 0], [0.25, 1], [-1, 1]],
    rhomboid: [[-1, -1], [0.333, -1], [1, 1], [-0.333, 1]],
    vee: [[-1, -1], [0, -0.333], [1, -1], [0, 1]],
    "cut-rectangle": [[-0.6, -1], [0.6, -1], [1, -0.6], [1, 0.6], [0.6, 1], [-0.6, 1], [-1, 0.6], [-1, -0.6]],
  };

  const polygonOf = (shape) => {
    const plain = shape.replace(/^round-/, "");
    return Object.hasOwn(POLYGONS, plain) ? POLYGONS[plain] : null;
  };

  const rounded = (value) => Math.round(value * 100) / 100;

  /* An SVG element of this shape around (x, y), `radius` from middle to edge, without colours. */
  const outline = (shape, x, y, radius) => {
    const polygon = polygonOf(shape);
    if (polygon) {
      const points = polygon.map(([px, py]) => `${rounded(x + px * radius)},${rounded(y + py * radius)}`);
      return Dom.svg("polygon", { points: points.join(" ") });
    }
    if (/rectangle|barrel/.test(shape)) {
      const corner = shape === "rectangle" ? 0 : radius * (shape === "barrel" ? 0.7 : 0.35);
      const [left, top] = [rounded(x - radius), rounded(y - radius)];
      return Dom.svg("rect", { x: left, y: top, width: rounded(2 * radius), height: rounded(2 * radius), rx: rounded(corner) });
    }
    return Dom.svg("circle", { cx: rounded(x), cy: rounded(y), r: rounded(radius) });
  };

  /* A small picture of a type; its colours come from page.css and follow the theme. */
  const glyph = (type, extra = "") => {
    const drawn = outline(Dom.styleOf(type).shape, 9, 9, 6.5);
    const picture = Dom.svg("svg", { class: `glyph ${extra}`, viewBox: "0 0 18 18", width: 18, height: 18, "aria-hidden": "true" }, drawn);
    return Dom.paint(picture, type);
  };

  return { outline, glyph };
})();
