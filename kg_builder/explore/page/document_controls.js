"use strict";
/* What is shown of a document: buttons above its text. */

const DocumentControls = (() => {
  const { el } = Dom;
  const ATTRIBUTES = "\u0000attributes";
  const REJECTS = "\u0000rejects";

  /* [[kind, label, count]] of what can be switched on and off. */
  const kindsOf = (data) => {
    const counts = new Map();
    for (const { type } of data.mentions) counts.set(type, (counts.get(type) || 0) + 1);
    const kinds = [...counts].sort((a, b) => b[1] - a[1]).map(([type, count]) => [type, Dom.shown(type), count]);
    if (data.attributes.length) kinds.push([ATTRIBUTES, "Attributes", data.attributes.length]);
    const placed = data.rejects.filter((item) => item.start !== null).length;
    if (placed) kinds.push([REJECTS, "Rejected", placed]);
    return kinds;
  };

  const toggle = (label, pressed, act, title = null) => {
    const button = el("button", { class: "chip toggle", "aria-pressed": pressed, title, on: { click: () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", on);
      act(on);
    } } }, label);
    return button;
  };

  /* A button for each kind; `hidden` holds those that are off. */
  const legend = (data, hidden, changed) =>
    el("div", { class: "doc-legend", role: "group", "aria-label": "Types shown in the text" },
      kindsOf(data).map(([kind, label, count]) => {
        const button = toggle([el("span", { class: "swatch", "aria-hidden": "true" }), `${label} `, el("span", { class: "count" }, Dom.number(count))],
          !hidden.has(kind), (on) => {
            if (on) hidden.delete(kind);
            else hidden.add(kind);
            changed();
          });
        if (kind === ATTRIBUTES) button.classList.add("attribute");
        else if (kind === REJECTS) button.classList.add("reject");
        else Dom.paint(button, kind);
        return button;
      }));

  const MODES = [["original", "Original"], ["cleaned", "Cleaned"], ["both", "Side by side"]];

  /* Which text is shown, as `root.dataset.view`. */
  const views = (root, changed) => {
    const set = (mode) => {
      root.dataset.view = mode;
      for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.mode === mode);
      changed();
    };
    const buttons = MODES.map(([mode, name]) => el("button", {
      class: "chip", "aria-pressed": mode === root.dataset.view, dataset: { mode }, on: { click: () => set(mode) },
    }, name));
    return { set, root: el("div", { class: "choice", role: "group", "aria-label": "Text" }, buttons) };
  };

  return { toggle, legend, views, REJECTS };
})();
