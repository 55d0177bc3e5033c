"use strict";
/* Small things that several panels show: how sure, how stated, a sentence with its mentions, pages of a list. */

const Parts = (() => {
  const { el } = Dom;

  const ASSERTIONS = {
    present: ["\u2713", "stated as present"],
    historical: ["\u21ba", "stated of the past"],
    possible: ["?", "stated as possible"],
    hypothetical: ["?", "stated as a condition or a plan"],
    negated: ["\u2298", "denied"],
    family: ["\u2302", "about a relative"],
  };

  const assertion = (name) => {
    const [sign, meaning] = Object.hasOwn(ASSERTIONS, name) ? ASSERTIONS[name] : ["\u2022", name];
    return el("span", { class: "assertion", title: meaning, dataset: { assertion: name } },
      el("span", { "aria-hidden": "true" }, `${sign} `), Dom.shown(name));
  };

  const REVIEWS = { accepted: "\u2713 accepted by a person", rejected: "\u2717 rejected by a person" };
  const review = (name) =>
    Object.hasOwn(REVIEWS, name) ? el("span", { class: "review", dataset: { review: name } }, REVIEWS[name]) : null;

  /* A bar that fills to a share between 0 and 1; what it says stands beside it, so it's only a picture. */
  const bar = (share, kind = "") => {
    const fill = el("span", { class: "bar-fill" });
    fill.style.setProperty("inline-size", `${Math.max(0, Math.min(1, share || 0)) * 100}%`);
    return el("span", { class: `meter ${kind}`, "aria-hidden": "true" }, fill);
  };

  const confidence = (value) =>
    Number.isFinite(value)
      ? el("span", { class: "confidence", title: "How sure the model was" },
          el("span", { class: "visually-hidden" }, "confidence "), bar(value, "sure"), el("span", { class: "figure" }, Dom.percent(value)))
      : el("span", { class: "confidence muted" }, "no confidence given");

  const support = (documents, most) =>
    el("span", { class: "support", title: `In ${Dom.count(documents, "document")}` },
      bar(documents / Math.max(most, 1), "many"), el("span", { class: "figure" }, Dom.number(documents)),
      el("span", { class: "visually-hidden" }, documents === 1 ? " document" : " documents"));

  const ROLES = { subject: "subject", object: "object", both: "subject and object", mention: null };

  /* A sentence; its ends are named for those who don't see the underlines. */
  const sentence = (pieces) =>
    el("span", { class: "sentence" }, pieces.map(({ text, role }) => {
      if (!role) return Dom.prose(text);
      const named = ROLES[role];
      return el("mark", { class: `end end-${role}` }, Dom.prose(text),
        named ? el("span", { class: "visually-hidden" }, ` (${named}) `) : null);
    }));

  const words = (predicate) => Dom.shown(predicate);

  const conceptButton = (concept, actions, kind = "") =>
    el("button", { class: `as-link ${kind}`, on: { click: () => actions.openConcept(concept.id) } }, Dom.shown(concept.name || concept.id));

  const documentButton = (id, place, actions) =>
    el("button", {
      class: "as-link document-link", title: "Read it in the document",
      on: { click: () => actions.openDocument(id, place) },
    }, Dom.shown(id));

  const section = (level, title, ...children) => el("section", { class: "card-section" }, el(`h${level}`, {}, title), children);

  /* `pairs`: [[word, node or text or null]]; what is null is left out. */
  const facts = (pairs, kind = "") => {
    const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
    return rows.length ? el("dl", { class: `facts ${kind}` }, rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))) : null;
  };

  /* The first few of many, and a button that shows some more. */
  const more = (items, draw, { first = 10, step = 50, noun = "more" } = {}) => {
    const list = el("ul", { class: "plain-list" });
    const button = el("button", { class: "chip more" });
    let shown = 0;
    const grow = (by) => {
      const fresh = items.slice(shown, shown + by).map((item) => el("li", {}, draw(item)));
      list.append(...fresh);
      shown += fresh.length;
      button.textContent = `Show ${Dom.number(Math.min(step, items.length - shown))} more of ${Dom.number(items.length)} ${noun}`;
      button.hidden = shown >= items.length;
      return fresh[0];
    };
    button.addEventListener("click", () => {
      const next = grow(step);
      (next.querySelector("button, a") || button).focus();
    });
    grow(first);
    return items.length > first ? el("div", {}, list, button) : list;
  };

  return { assertion, review, bar, confidence, support, sentence, words, conceptButton, documentButton, section, facts, more };
})();
