"use strict";
/* How predicates and what is said of them are drawn: colour and dashes by predicate, width by support,
   a hollow arrowhead where nothing states it plainly, a bar across where a document denies it. */

const Lines = (() => {
  const KNOWN = {
    INDUCES: { light: "#b5442a", dark: "#f28b6c", dash: null, arrow: "triangle" },
    TREATS: { light: "#0c7a69", dark: "#4ecab2", dash: [9, 4], arrow: "vee" },
    IS_A: { light: "#66717e", dark: "#9aa6b3", dash: [2, 3], arrow: "triangle-backcurve" },
  };
  const OTHERS = [
    { light: "#5d55b5", dark: "#aaa4f6", dash: [2, 4], arrow: "triangle" },
    { light: "#846400", dark: "#e2be4b", dash: [12, 4, 2, 4], arrow: "vee" },
    { light: "#2c6cb0", dark: "#7db8f0", dash: [5, 3], arrow: "triangle" },
    { light: "#92467d", dark: "#e394c9", dash: [14, 5], arrow: "vee" },
    { light: "#4d6b1f", dark: "#a9cc6d", dash: [7, 3, 2, 3, 2, 3], arrow: "triangle" },
    { light: "#5a6673", dark: "#a9b4c0", dash: [1, 3], arrow: "vee" },
  ];
  const order = new Map();

  /* Predicates that have no style of their own take one in the order in which they come. */
  const know = (predicates) => {
    for (const predicate of predicates) {
      if (!Object.hasOwn(KNOWN, predicate) && !order.has(predicate)) order.set(predicate, order.size);
    }
  };

  const styleOf = (predicate) => {
    if (Object.hasOwn(KNOWN, predicate)) return KNOWN[predicate];
    know([predicate]);
    return OTHERS[order.get(predicate) % OTHERS.length];
  };

  const all = () => [...Object.values(KNOWN), ...OTHERS];
  /* Number of a predicate's style among `all`, by which the stylesheet of the drawing knows it. */
  const classOf = (predicate) => `line-${all().indexOf(styleOf(predicate))}`;

  const width = (support) => Math.min(9, 1.8 + 1.5 * Math.log2(Math.max(1, support)));

  const STATED = new Set(["present", "historical"]);

  /* What the statements that pass say together. */
  const summary = (statements) => {
    const documents = new Set();
    const assertions = {};
    let confidence = null;
    for (const [document, assertion, sure] of statements) {
      documents.add(document);
      assertions[assertion] = (assertions[assertion] || 0) + 1;
      if (sure !== null && (confidence === null || sure > confidence)) confidence = sure;
    }
    const said = Object.keys(assertions);
    return {
      support: documents.size,
      confidence,
      assertions,
      hollow: !said.some((one) => STATED.has(one)),
      denied: said.includes("negated"),
      onlyDenied: said.length === 1 && said[0] === "negated",
    };
  };

  /* A short line with its arrowhead, for legend and filters. */
  const glyph = (predicate, { hollow = false, denied = false, thick = 2 } = {}) => {
    const style = predicate ? styleOf(predicate) : { light: "#5a6673", dark: "#a9b4c0", dash: null };
    const stroke = { stroke: "currentColor", "stroke-width": thick };
    const line = Dom.svg("path", { d: hollow ? "M1 7H26" : "M1 7H28", fill: "none", ...stroke });
    if (style.dash) line.setAttribute("stroke-dasharray", style.dash.map((part) => part * 0.7).join(" "));
    const tip = style.arrow === "vee" ? "M26 2.5 36 7 26 11.5 28.5 7Z" : "M26 2.5 36 7 26 11.5Z";
    const head = Dom.svg("path", { d: tip, fill: hollow ? "none" : "currentColor", stroke: "currentColor", "stroke-width": hollow ? 1.4 : 0.5 });
    const bar = denied ? Dom.svg("path", { d: "M13 1.5V12.5", ...stroke, "stroke-width": 2 }) : null;
    const picture = Dom.svg("svg", { class: "line-glyph", viewBox: "0 0 38 14", width: 38, height: 14, "aria-hidden": "true" }, line, head, bar);
    picture.style.color = `light-dark(${style.light}, ${style.dark})`;
    return picture;
  };

  return { know, styleOf, classOf, all, width, summary, glyph };
})();
