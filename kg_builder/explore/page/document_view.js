"use strict";
/* A document with what was found in it: text, legend, details, relations, attributes, rejected items. */

const DocumentView = (() => {
  const { el } = Dom;
  const LABELS_UP_TO = 400;
  const AT_ONCE = 2000; // mentions of a document whose cleaned text is drawn before it is looked at

  const about = (data) => {
    const { metadata, selection } = data;
    const extra = Object.entries(metadata.extra || {}).map(([name, value]) => [Dom.shown(name), Dom.shown(value)]);
    const shown = (value) => (value ? Dom.shown(value) : null);
    return el("details", { class: "about-document" }, el("summary", {}, "About this document"),
      Parts.facts([
        ["Kind", shown(metadata.kind)], ["Date", shown(metadata.date)], ["Source", shown(metadata.source)],
        ["Patient", shown(metadata.patient)], ["Encounter", shown(metadata.encounter)],
        ["Tags", (metadata.tags || []).map(Dom.shown).join(", ")], ...extra,
        ["Language", shown(data.language)], ["Schema", shown(selection.schema)],
        ["Extractors", selection.extractors.map(Dom.shown).join(", then ")], ["Chosen because", shown(selection.reason)],
        ["Not served", selection.unserved.map(Dom.shown).join(", ")], ["Warnings", selection.warnings.map(Dom.shown).join(" ")],
      ]));
  };

  /* The same, at most once a frame. */
  const later = (act) => {
    let waiting = false;
    return () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        act();
      });
    };
  };

  const pane = (title, text, single) =>
    el("section", { class: "pane" }, el("h3", { class: single ? "visually-hidden" : null }, title),
      el("p", { class: "visually-hidden" }, "Left and right arrow keys go from mention to mention; Enter shows details."), text.root);

  const head = (data) => {
    const figures = [Dom.count(data.mentions.length, "mention"), Dom.count(data.relations.length, "relation")];
    if (data.rejects.length) figures.push(`${Dom.number(data.rejects.length)} rejected`);
    return el("header", { class: "doc-head" }, el("h2", {}, Dom.shown(data.id)), el("p", { class: "muted" }, figures.join(" · ")), about(data));
  };

  /* The original text, the cleaned one once it is looked at if there is any, and what is done to both. */
  const textsOf = (data, hidden) => {
    const heard = { pick: () => {}, point: (keys, on) => mark(keys, "pointed", on) };
    const marked = new Map();
    const make = (side) => DocumentText.make(data, side, { pick: (keys) => heard.pick(keys), point: heard.point }, marked);
    const sides = { original: make("original") };
    const each = (act) => Object.values(sides).forEach(act);
    const mark = (keys, kind, on) => {
      for (const key of keys) {
        if (!marked.has(key)) marked.set(key, new Set());
        if (on) marked.get(key).add(kind);
        else marked.get(key).delete(kind);
        each((text) => text.mark(key, kind, on));
      }
    };
    const root = el("div", { class: "panes" }, pane("Original text", sides.original, !data.cleaned));
    const want = (view) => {
      if (view === "original" || sides.cleaned) return;
      sides.cleaned = make("cleaned");
      root.append(pane("Cleaned text", sides.cleaned, false));
      sides.cleaned.refresh(hidden);
    };
    if (data.cleaned && data.mentions.length <= AT_ONCE) want("cleaned");
    return { sides, each, mark, root, heard, want };
  };

  /* Details of what is picked, and its marks in the text. */
  const picker = (data, texts, root, actions) => {
    let picked = [];
    const details = el("div", { class: "details", "aria-live": "polite" });
    const box = el("section", { class: "card-section details-box" }, el("h3", {}, "Details"), details);
    const nothing = () => el("p", { class: "muted" }, "Pick a highlighted word to see what was found there.");

    const back = () => {
      const side = texts.sides[root.dataset.view === "cleaned" ? "cleaned" : "original"];
      const [key] = picked;
      pick([]);
      side.nodes(key)[0]?.focus();
    };
    const close = () => el("button", { class: "chip close-details", on: { click: back } }, "Close details");
    const covered = () => root.dataset.view === "both" || getComputedStyle(box).position === "fixed";
    const pick = (keys) => {
      texts.mark(picked, "picked", false);
      picked = keys.slice(-1);
      texts.mark(picked, "picked", true);
      Dom.clear(details).append(...(keys.length ? [close(), ...DocumentLists.details(keys, data, actions)] : [nothing()]));
      root.classList.toggle("has-details", keys.length > 0);
      box.scrollTop = 0;
      if (keys.length && covered()) texts.each((text) => text.nodes(keys.at(-1))[0]?.scrollIntoView({ block: "nearest" }));
    };

    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !picked.length) return;
      event.stopPropagation();
      if (details.contains(document.activeElement)) back();
      else pick([]);
    });
    details.append(nothing());
    return { box, pick };
  };

  /* Relations drawn over the original text: all of them, or the one that was chosen. */
  const drawer = (data, texts, root) => {
    const overlay = DocumentArcs.make(texts.sides.original);
    let all = false;
    let chosen = null;

    const redraw = () => {
      const shown = all ? data.relations : data.relations.filter((item) => item.n === chosen);
      if (shown.length) overlay.draw(shown, chosen);
      else overlay.clear();
    };
    const mark = (item, on) => {
      for (const place of item.evidence) {
        for (const role of ["subject", "object"]) if (place[role] !== null) texts.mark([`m${place[role]}`], `role-${role}`, on);
      }
    };
    const choose = (item) => {
      if (chosen !== null) mark(data.relations[chosen], false);
      chosen = item.n;
      mark(item, true);
      for (const one of root.querySelectorAll("[data-relation]")) one.classList.toggle("chosen", one.dataset.relation === String(item.n));
      redraw();
    };
    const showAll = (on) => {
      all = on;
      root.classList.toggle("with-arcs", on);
      redraw();
    };

    new ResizeObserver(redraw).observe(texts.sides.original.root);
    texts.sides.original.root.addEventListener("contentvisibilityautostatechange", later(redraw));
    return { redraw, choose, showAll };
  };

  const render = (data, actions, focus) => {
    const hidden = new Set([DocumentControls.REJECTS]);
    const labelled = data.mentions.length <= LABELS_UP_TO;
    const root = el("article", { class: `doc${labelled ? " labelled" : ""}`, dataset: { view: "original" } });
    const texts = textsOf(data, hidden);
    const { box, pick } = picker(data, texts, root, actions);
    const { redraw, choose, showAll } = drawer(data, texts, root);
    const views = DocumentControls.views(root, () => {
      texts.want(root.dataset.view);
      redraw();
    });
    texts.heard.pick = pick;

    const original = () => root.dataset.view === "cleaned" && views.set("original");
    const hands = {
      actions,
      place: (start, end) => {
        original();
        texts.sides.original.show(start, end);
      },
      choose: (item, { start, end }) => {
        hands.place(start, end);
        choose(item);
      },
    };
    const changed = () => {
      texts.each((text) => text.refresh(hidden));
      redraw();
    };
    const tools = el("div", { class: "doc-tools" },
      data.cleaned ? views.root : null,
      DocumentControls.toggle("Type names", labelled, (on) => root.classList.toggle("labelled", on)),
      data.relations.length ? DocumentControls.toggle("Arcs", false, (on) => {
        if (on) original();
        showAll(on);
      }, "Draw relations over the original text") : null);

    root.append(head(data),
      el("div", { class: "doc-controls" }, tools, DocumentControls.legend(data, hidden, changed)),
      el("div", { class: "doc-body" }, texts.root,
        el("div", { class: "doc-side" }, box,
          DocumentLists.relations(data, hands), DocumentLists.attributes(data, hands), DocumentLists.rejects(data, hands))));
    changed();
    if (focus) requestAnimationFrame(() => find(data, focus, hands, pick));
    return root;
  };

  /* Goes to where a relation {subject, predicate, object} is stated, to a place {start, end}, or to the first mention
     of a concept {concept}. */
  const find = (data, focus, hands, pick) => {
    const stated = focus.predicate ? data.relations.filter(({ subject, predicate, object }) => subject.id === focus.subject && predicate === focus.predicate && object.id === focus.object) : [];
    for (const item of stated) {
      const place = item.evidence.find(({ start, end }) => start === focus.start && end === focus.end);
      if (place) return hands.choose(item, place);
    }
    const mention = focus.concept ? data.mentions.find((item) => item.concepts.some(({ id }) => id === focus.concept)) : null;
    if (mention) pick([`m${mention.n}`]);
    if (Number.isInteger(focus.start)) return hands.place(focus.start, focus.end);
    return mention && hands.place(mention.start, mention.end);
  };

  return { render, renderList: DocumentList.render };
})();
