"use strict";
/* Making nodes of the page. Nothing here, and nothing elsewhere in the page, parses HTML: text from
   the graph only ever becomes text nodes and attribute values out of a short list of names. */

const Dom = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const PLAIN = new Set([
    "id", "role", "type", "tabindex", "for", "name", "value", "placeholder", "autocomplete", "scope", "lang", "dir",
    "min", "max", "step", "colspan", "rel", "target", "list", "download", "width", "height", "spellcheck",
  ]);
  const SWITCHES = new Set(["hidden", "disabled", "checked", "open", "selected", "inert"]);
  const DRAWING = new Set([
    "viewBox", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "points", "width", "height", "fill",
    "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "focusable", "preserveAspectRatio", "transform",
  ]);

  const add = (node, children) => {
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  };

  const give = (node, key, value) => {
    if (value === null || value === undefined) return;
    if (key === "class") node.setAttribute("class", value);
    else if (key === "text") node.append(String(value));
    else if (key === "title" || key.startsWith("aria-")) node.setAttribute(key, String(value));
    else if (key === "dataset") for (const [name, item] of Object.entries(value)) node.dataset[name] = String(item);
    else if (key === "on") for (const [event, heard] of Object.entries(value)) node.addEventListener(event, heard);
    else if (SWITCHES.has(key)) node.toggleAttribute(key, Boolean(value));
    else if (PLAIN.has(key) || DRAWING.has(key)) node.setAttribute(key, String(value));
    else throw new Error(`Dom.el knows no attribute ${key}`);
  };

  /* An element: {class, text, title, "aria-…", on: {click}, dataset, hidden …}; children are nodes or text. */
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) give(node, key, value);
    if (tag === "button" && !node.hasAttribute("type")) node.setAttribute("type", "button");
    return add(node, children);
  };

  /* The same in an SVG drawing. */
  const svg = (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes || {})) give(node, key, value);
    return add(node, children);
  };

  const clear = (node) => {
    node.replaceChildren();
    return node;
  };

  const grouped = new Intl.NumberFormat("en");
  const number = (value) => (Number.isFinite(value) ? grouped.format(value) : "–");
  const percent = (value) => (Number.isFinite(value) ? `${Math.round(value * 100)} %` : "–");
  const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

  const MARKS = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]|\p{Cs}/gu;

  const mark = (character) => {
    const code = character.codePointAt(0);
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
  };

  /* What can't be seen, or turns the order of what can, as symbols: for ids, names and labels. */
  const shown = (text) => String(text ?? "").replace(MARKS, mark);
  /* The same for text of a document, whose line breaks and tabs stay. */
  const prose = (text) =>
    String(text ?? "").replace(/\r\n/g, "\n").replace(MARKS, (found) => (found === "\n" || found === "\t" ? found : mark(found)));

  const styleOf = (type) => (Object.hasOwn(TYPE_STYLES, type) ? TYPE_STYLES[type] : TYPE_STYLES.default);

  /* Sets --type, which follows the element's color-scheme; black text is readable on it in both. */
  const paint = (node, type) => {
    const style = styleOf(type);
    node.style.setProperty("--type", `light-dark(${style.light}, ${style.dark})`);
    return node;
  };

  const typeBadge = (type) => paint(el("span", { class: "type-badge" }, shown(type || "no type")), type);

  /* An outside link, or plain text where the address isn't https. */
  const link = (url, text) => {
    let address = null;
    try {
      address = url ? new URL(url) : null;
    } catch {
      address = null;
    }
    if (!address || address.protocol !== "https:") return el("span", {}, shown(text));
    const node = el("a", { class: "outside", target: "_blank", rel: "noopener noreferrer" }, shown(text));
    node.href = address.href;
    node.append(el("span", { class: "visually-hidden" }, " (opens in a new tab)"));
    return node;
  };

  return { el, svg, add, clear, number, percent, count, shown, prose, styleOf, paint, typeBadge, link };
})();
