"use strict";
/* Filters of what is on the drawing, with counts; the rows of types and predicates are the colour legend too. */

const Filters = (() => {
  const MEANING = {
    present: "stated as a fact",
    possible: "suspected, likely, not sure",
    historical: "in the past",
    negated: "denied: “no …”, “without …”",
    hypothetical: "if it should come, to watch for",
    family: "about a relative",
  };

  const statementsOf = (edge, { assertions, confidence }) =>
    edge.statements.filter(([, assertion, sure]) => assertions.has(assertion) && (sure === null || sure >= confidence));

  /* Counts over all that was unfolded, each as if its own kind of filter were off. */
  const counts = (set) => {
    const { filters, nodes } = set;
    const [types, predicates, assertions] = [new Map(), new Map(), new Map()];
    const bump = (map, key) => map.set(key, (map.get(key) || 0) + 1);
    for (const id of set.ids()) bump(types, nodes.get(id).type);
    let most = 1;
    for (const edge of set.edgesAmong()) {
      const typed = [edge.subject, edge.object].every((id) => !filters.types.has(nodes.get(id).type));
      if (!typed) continue;
      most = Math.max(most, Source.supportOf(edge));
      if (statementsOf(edge, filters).length) bump(predicates, edge.predicate);
      else if (!predicates.has(edge.predicate)) predicates.set(edge.predicate, 0);
      if (filters.predicates.has(edge.predicate)) continue;
      for (const [, assertion, sure] of edge.statements) if (sure === null || sure >= filters.confidence) bump(assertions, assertion);
    }
    return { types, predicates, assertions, most };
  };

  const tidy = (text) => String(text).replace(/[^\p{L}\p{N}_.-]+/gu, "-");

  const make = ({ root, set, changed }) => {
    const box = (kind, name, { on, count, picture, title, toggle }) => {
      const input = Dom.el("input", { type: "checkbox", checked: on, dataset: { testid: `filter-${kind}-${tidy(name)}` } });
      input.addEventListener("change", () => toggle(input.checked));
      return Dom.el(
        "label",
        { class: `filter-row${count ? "" : " filter-none"}`, title },
        input,
        picture,
        Dom.el("span", { class: "filter-name" }, Dom.shown(name || "no type")),
        Dom.el("span", { class: "filter-count" }, Dom.number(count)),
      );
    };

    const group = (title, rows, hint = null) =>
      Dom.el("fieldset", { class: "filter-group" }, Dom.el("legend", {}, title), rows, hint ? Dom.el("p", { class: "filter-hint" }, hint) : null);

    const byCount = (map) => [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

    const offSet = (off) => (name) => (on) => {
      if (on) off.delete(name);
      else off.add(name);
      tell();
    };

    const tell = () => {
      set.changed();
      changed();
    };

    const range = (name, { label, min, max, step, value, show, take }) => {
      const output = Dom.el("output", { class: "range-value", for: `range-${name}` }, show(value));
      const input = Dom.el("input", { type: "range", id: `range-${name}`, min, max, step, value, dataset: { testid: `filter-${name}` }, "aria-valuetext": show(value) });
      let timer = 0;
      input.addEventListener("input", () => {
        const chosen = Number(input.value);
        output.textContent = show(chosen);
        input.setAttribute("aria-valuetext", show(chosen));
        clearTimeout(timer);
        timer = setTimeout(() => {
          take(chosen);
          tell();
        }, 120);
      });
      return Dom.el("div", { class: "range" }, Dom.el("label", { for: `range-${name}` }, label), output, input);
    };

    const parts = {
      types: Dom.el("div", {}),
      predicates: Dom.el("div", {}),
      assertions: Dom.el("div", {}),
      ranges: Dom.el("div", { class: "ranges" }),
    };
    let most = 0;

    const drawRanges = (top) => {
      if (top === most && parts.ranges.childElementCount) return;
      most = top;
      const { filters } = set;
      const support = range("support", {
        label: "Documents, at least", min: 1, max: Math.max(2, Math.min(top, 50)), step: 1, value: filters.support,
        show: (value) => String(value), take: (value) => (filters.support = value),
      });
      const confidence = range("confidence", {
        label: "Confidence, at least", min: 0, max: 1, step: 0.05, value: filters.confidence,
        show: (value) => (value > 0 ? Dom.percent(value) : "any"), take: (value) => (filters.confidence = value),
      });
      Dom.add(Dom.clear(parts.ranges), [support, confidence]);
    };

    const keepFocus = (act) => {
      const held = document.activeElement?.dataset?.testid;
      act();
      if (held && root.contains(document.activeElement) === false) {
        const again = [...root.querySelectorAll("input")].find((input) => input.dataset.testid === held);
        again?.focus({ preventScroll: true });
      }
    };

    const refresh = () => {
      const { filters } = set;
      const found = counts(set);
      keepFocus(() => {
        const type = offSet(filters.types);
        const predicate = offSet(filters.predicates);
        Dom.add(Dom.clear(parts.types), byCount(found.types).map(([name, count]) =>
          box("type", name, { on: !filters.types.has(name), count, picture: Shapes.glyph(name), toggle: type(name) })));
        Dom.add(Dom.clear(parts.predicates), byCount(found.predicates).map(([name, count]) =>
          box("predicate", name, { on: !filters.predicates.has(name), count, picture: Lines.glyph(name), toggle: predicate(name) })));
        Dom.add(Dom.clear(parts.assertions), WorkingSet.ASSERTIONS.map((name) =>
          box("assertion", name, {
            on: filters.assertions.has(name), count: found.assertions.get(name) || 0, picture: null, title: MEANING[name],
            toggle: (on) => {
              if (on) filters.assertions.add(name);
              else filters.assertions.delete(name);
              tell();
            },
          })));
      });
      drawRanges(found.most);
      reset.hidden = !set.filtered();
    };

    const reset = Dom.el("button", {
      class: "chip filter-reset", hidden: true,
      on: { click: () => {
        set.resetFilters();
        most = 0;
        changed();
      } },
    }, "Reset filters");

    const close = Dom.el("button", { class: "icon-button only-narrow", id: "close-filters", "aria-label": "Close the filters" }, "✕");

    Dom.add(Dom.clear(root), [
      Dom.el("div", { class: "filters-head" }, Dom.el("h2", {}, "Filters"), reset, close),
      group("Concept type", parts.types),
      group("Relation", parts.predicates),
      group("What texts say", parts.assertions, "Counts of statements: one a document."),
      group("Support", parts.ranges),
    ]);

    return { refresh, close };
  };

  return { make };
})();
