"use strict";
/* The search box: suggestions as one types (the ARIA combobox pattern), concepts first, then documents. */

const Search = (() => {
  const PAUSE_MS = 90;

  /* The part of a name that was typed, marked; case and diacritics don't count. */
  const marked = (text, asked) => {
    const shown = Dom.shown(text);
    const letters = [...shown];
    const folded = letters.map((letter) => NameSearch.fold(letter) || " ");
    const wanted = NameSearch.fold(asked);
    const at = folded.join("").indexOf(wanted);
    if (!wanted || at < 0) return [shown];
    let [from, seen] = [0, 0];
    while (seen < at) seen += folded[from++].length;
    let to = from;
    while (seen < at + wanted.length && to < folded.length) seen += folded[to++].length;
    return [letters.slice(0, from).join(""), Dom.el("mark", {}, letters.slice(from, to).join("")), letters.slice(to).join("")];
  };

  const conceptOption = (concept, asked) => {
    const other = concept.matched && NameSearch.fold(concept.matched) !== NameSearch.fold(concept.name) ? concept.matched : null;
    return [
      Shapes.glyph(concept.type, concept.linked ? "" : "glyph-unlinked"),
      Dom.el(
        "span",
        { class: "suggestion-text" },
        Dom.el("span", { class: "suggestion-name" }, marked(concept.name, asked)),
        other && other !== concept.id ? Dom.el("span", { class: "suggestion-seen" }, "seen as ", marked(other, asked)) : null,
        Dom.el("span", { class: "suggestion-id" }, marked(concept.id, asked), concept.linked ? "" : " · not linked"),
      ),
      Dom.el("span", { class: "suggestion-count" }, concept.ancestor_only ? "broader concept" : Dom.count(concept.documents, "document")),
    ];
  };

  const documentOption = (document_, asked) => [
    Dom.svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, Dom.svg("path", { d: "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5M7.5 10h5M7.5 13h5" })),
    Dom.el(
      "span",
      { class: "suggestion-text" },
      Dom.el("span", { class: "suggestion-name" }, marked(document_.id, asked)),
      document_.matched ? Dom.el("span", { class: "suggestion-seen" }, `${Dom.shown(document_.matched.name)} `, marked(document_.matched.value, asked)) : null,
    ),
    Dom.el("span", { class: "suggestion-count" }, "document"),
  ];

  const make = ({ input, list, source, openConcept, openDocument, say, complain }) => {
    let options = [];
    let active = -1;
    let timer = 0;
    let running = null;
    let answered = null; // what the suggestions shown were asked for

    const activate = (index) => {
      active = index;
      options.forEach(({ row }, n) => row.setAttribute("aria-selected", String(n === index)));
      if (index >= 0) {
        input.setAttribute("aria-activedescendant", options[index].row.id);
        options[index].row.scrollIntoView({ block: "nearest" });
      } else input.removeAttribute("aria-activedescendant");
    };

    const close = () => {
      running?.abort();
      clearTimeout(timer);
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      options = [];
      activate(-1);
    };

    const choose = (index) => {
      const chosen = options[index];
      if (!chosen) return;
      close();
      input.value = "";
      chosen.act();
    };

    const option = (children, act) => {
      const n = options.length;
      const row = Dom.el("div", { class: "suggestion", id: `suggestion-${n}`, role: "option", "aria-selected": "false", dataset: { testid: "suggestion" } }, children);
      row.addEventListener("mousedown", (event) => event.preventDefault());
      row.addEventListener("click", () => choose(n));
      row.addEventListener("mousemove", () => active !== n && activate(n));
      options.push({ row, act });
      return row;
    };

    const group = (title, rows) =>
      rows.length ? Dom.el("div", { class: "suggestion-group", role: "group", "aria-label": title }, Dom.el("div", { class: "suggestion-title", role: "presentation" }, title), rows) : null;

    const show = (answer, asked) => {
      options = [];
      answered = asked;
      const concepts = answer.concepts.map((one) => option(conceptOption(one, asked), () => openConcept(one.id, one)));
      const documents = answer.documents.map((one) => option(documentOption(one, asked), () => openDocument(one.id)));
      Dom.add(Dom.clear(list), [group("Concepts", concepts), group("Documents", documents)]);
      const none = `Nothing in this graph is called “${Dom.shown(asked)}”.`;
      if (!options.length) list.append(Dom.el("div", { class: "suggestion-none", role: "presentation" }, none));
      list.hidden = false;
      input.setAttribute("aria-expanded", String(options.length > 0));
      activate(options.length ? 0 : -1);
      say(options.length ? Dom.count(options.length, "suggestion") : "No suggestions");
    };

    const ask = async () => {
      const asked = input.value.trim();
      running?.abort();
      if (!asked) return close();
      running = new AbortController();
      const { signal } = running;
      try {
        const answer = await source.search(asked, signal);
        if (!signal.aborted && document.activeElement === input) show(answer, asked);
      } catch (problem) {
        if (problem.name !== "AbortError") complain(problem);
      }
      return undefined;
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE_MS);
    });
    input.addEventListener("focus", () => input.value.trim() && ask());
    input.addEventListener("blur", () => close());

    /* Enter before the suggestions for what was typed came takes the first one that comes. */
    const enter = async () => {
      clearTimeout(timer);
      if (!options.length || answered !== input.value.trim()) await ask();
      choose(Math.max(0, active));
    };

    const keys = {
      ArrowDown: () => (options.length ? activate((active + 1) % options.length) : void ask()),
      ArrowUp: () => options.length && activate((active - 1 + options.length) % options.length),
      Enter: enter,
      Escape: () => {
        if (list.hidden) input.value = "";
        close();
      },
    };
    input.addEventListener("keydown", (event) => {
      const act = Object.hasOwn(keys, event.key) && keys[event.key];
      if (!act || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    });

    return { focus: () => (input.focus(), input.select()), close };
  };

  return { make };
})();
