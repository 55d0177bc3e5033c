"use strict";
/* The drawing's stylesheet, by theme. Elements carry classes and numbers only; no text of the graph is a selector. */

const GraphStyle = (() => {
  const THEMES = {
    light: { paper: "#fafbfc", ink: "#1a2330", faint: "#a3acb8", accent: "#2557c7", edge: "#7c8794", dim: 0.13, rim: 0.22 },
    dark: { paper: "#10151b", ink: "#e8edf3", faint: "#5c6773", accent: "#8ab4ff", edge: "#7f8b98", dim: 0.16, rim: 0.3 },
  };

  const types = Object.keys(TYPE_STYLES);
  const typeClass = (type) => `type-${types.indexOf(Object.hasOwn(TYPE_STYLES, type) ? type : "default")}`;

  const mix = (color, other, share) => {
    const part = (at) => {
      const [a, b] = [color, other].map((one) => parseInt(one.slice(at, at + 2), 16));
      return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
    };
    return `#${part(1)}${part(3)}${part(5)}`;
  };

  /* Fill and rim of a node, also for the SVG export. */
  const nodeColours = (type, { linked, ancestor }, mode) => {
    const theme = THEMES[mode];
    const color = Dom.styleOf(type)[mode];
    const rim = mix(color, theme.ink, theme.rim);
    if (ancestor) return { fill: theme.paper, rim: color };
    return linked ? { fill: color, rim } : { fill: mix(theme.paper, color, 0.28), rim };
  };

  const ofTypes = (mode) =>
    types.flatMap((type, n) => {
      const [linked, loose, above] = [{ linked: true }, { linked: false }, { linked: true, ancestor: true }].map((kind) => nodeColours(type, kind, mode));
      return [
        { selector: `.type-${n}`, style: { "background-color": linked.fill, "border-color": linked.rim, "outline-color": linked.fill, shape: TYPE_STYLES[type].shape } },
        { selector: `.type-${n}.unlinked`, style: { "background-color": loose.fill, "border-color": loose.rim } },
        { selector: `.type-${n}.ancestor`, style: { "background-color": above.fill, "border-color": above.rim } },
      ];
    });

  const ofLines = (mode) =>
    Lines.all().map((line, n) => {
      const dashes = line.dash ? { "line-style": "dashed", "line-dash-pattern": line.dash } : { "line-style": "solid" };
      const color = line[mode];
      const ends = { "target-arrow-color": color, "mid-target-arrow-color": color, "target-arrow-shape": line.arrow };
      return { selector: `.line-${n}`, style: { "line-color": color, ...ends, ...dashes } };
    });

  const sheet = (mode) => {
    const theme = THEMES[mode];
    return [
      {
        selector: "node",
        style: {
          width: "data(size)",
          height: "data(size)",
          "border-width": 1.5,
          label: "",
          "overlay-opacity": 0,
          "underlay-color": theme.accent,
          "outline-width": 0,
          "z-index": 2,
        },
      },
      ...ofTypes(mode),
      { selector: ".unlinked", style: { "border-style": "dashed", "border-width": 2 } },
      { selector: ".ancestor", style: { "border-width": 2 } },
      { selector: ".more", style: { "outline-width": 1.5, "outline-offset": 2.5, "outline-opacity": 0.55 } },
      {
        selector: "edge",
        style: {
          width: "data(width)",
          "curve-style": "bezier",
          "control-point-step-size": 26,
          "arrow-scale": 0.95,
          "target-distance-from-node": 3,
          "line-opacity": 0.72,
          "line-color": theme.edge,
          "target-arrow-fill": "filled",
          "overlay-opacity": 0,
          "underlay-color": theme.accent,
          "z-index": 1,
        },
      },
      ...ofLines(mode),
      { selector: "edge.hollow", style: { "target-arrow-fill": "hollow", "line-opacity": 0.5 } },
      { selector: "edge.denied", style: { "mid-target-arrow-shape": "tee" } },
      { selector: "edge.only-denied", style: { "line-opacity": 0.42 } },
      { selector: "edge.quiet", style: { "line-opacity": 0.2, "arrow-scale": 0.6 } },
      { selector: "edge.bulk", style: { "curve-style": "haystack", "haystack-radius": 0.5, "line-opacity": 0.42, width: 2 } },
      { selector: "edge.bulk.hovered, edge.bulk.picked", style: { "curve-style": "bezier" } },
      { selector: ".faded", style: { opacity: theme.dim } },
      { selector: "node.near", style: { "z-index": 3 } },
      { selector: "edge.near", style: { "line-opacity": 1, "z-index": 3 } },
      { selector: "node.hovered", style: { "underlay-opacity": 0.16, "underlay-padding": 7, "underlay-shape": "ellipse" } },
      { selector: "node.picked", style: { "underlay-opacity": 0.34, "underlay-padding": 8, "underlay-shape": "ellipse", "z-index": 4 } },
      { selector: "edge.hovered", style: { "underlay-opacity": 0.18, "underlay-padding": 4, "line-opacity": 1 } },
      { selector: "edge.picked", style: { "underlay-opacity": 0.36, "underlay-padding": 5, "line-opacity": 1, "z-index": 4 } },
    ];
  };

  /* Shapes that fill less of their box are drawn larger, so that all look equally large. */
  const FULLER = { diamond: 1.22, triangle: 1.16, star: 1.3, vee: 1.3, rectangle: 0.9, "cut-rectangle": 0.92, barrel: 0.9, pentagon: 1.06 };
  const size = ({ documents, type }) => {
    const shape = Dom.styleOf(type).shape.replace(/^round-/, "");
    return Math.min(60, 19 + 6 * Math.log2(1 + Math.max(0, documents || 0))) * (Object.hasOwn(FULLER, shape) ? FULLER[shape] : 1);
  };

  return { sheet, size, typeClass, nodeColours, THEMES };
})();
