"use strict";
/* What stands beside a document's text: details of what was picked, relations, attributes, rejected items. */

const DocumentLists = (() => {
  const { el } = Dom;

  const conceptOf = (concept, type, actions) =>
    el("span", { class: "concept-line" }, concept.type === type ? null : Dom.typeBadge(concept.type), Parts.conceptButton(concept, actions),
      el("span", { class: "muted" }, Dom.shown(concept.id)), concept.linked ? null : el("span", { class: "label-tag" }, "not linked"));

  const mention = (item, actions) =>
    el("section", { class: "detail" },
      el("h4", {}, el("q", {}, Dom.shown(item.text)), " ", Dom.typeBadge(item.type)),
      Parts.facts([
        ["Concept", item.concepts.length ? item.concepts.map((one) => conceptOf(one, item.type, actions)) : "none"],
        ["Assertion", Parts.assertion(item.assertion)],
        ["Confidence", Parts.confidence(item.confidence)],
        ["In cleaned text", item.clean_text ? Dom.shown(item.clean_text) : null],
        ["Section", item.section ? Dom.shown(item.section) : null],
        ["Found by", Dom.shown(item.extractor)],
        ["Model", item.model ? Dom.shown(item.model) : null],
        ["Review", Parts.review(item.review)],
        ["Characters", `${Dom.number(item.start)}–${Dom.number(item.end)}`],
      ]));

  const values = (value) =>
    Object.entries(value).map(([name, one]) => `${Dom.shown(name)}: ${Dom.shown(one)}`).join(", ");

  const attribute = (item, data) =>
    el("section", { class: "detail" },
      el("h4", {}, el("q", {}, Dom.shown(item.text)), " ", Dom.typeBadge(item.type)),
      Parts.facts([
        ["Belongs to", item.mention === null || item.mention === undefined ? "the document" : Dom.shown(data.mentions[item.mention].text)],
        ["Read as", values(item.value) || "not read"],
      ]));

  const issues = (item, actions) =>
    el("ul", { class: "plain-list issues" }, item.issues.map((issue) => el("li", {},
      el("button", { class: "as-link code", title: "All items with this reason", on: { click: () => actions.openLedger(issue.code) } }, Dom.shown(issue.code)),
      " ", el("span", {}, Dom.shown(issue.message)), issue.severity === "warning" ? el("span", { class: "muted" }, " (warning)") : null)));

  const kindOf = (item) => {
    if (!item.type) return null;
    return item.kind === "relation" ? el("span", { class: "predicate" }, Parts.words(item.type)) : Dom.typeBadge(item.type);
  };

  const reject = (item, actions) =>
    el("section", { class: "detail" },
      el("h4", {}, "Rejected ", Dom.shown(item.kind), ": ", item.text ? el("q", {}, Dom.shown(item.text)) : el("i", {}, "text not kept"), " ", kindOf(item)),
      issues(item, actions));

  /* What was picked in the text, the innermost first. */
  const details = (keys, data, actions) =>
    [...keys].reverse().map((key) => {
      const n = Number(key.slice(1));
      if (key[0] === "m") return mention(data.mentions[n], actions);
      return key[0] === "a" ? attribute(data.attributes[n], data) : reject(data.rejects[n], actions);
    });

  /* A button that goes to the places where the text says it, one after the other. */
  const inText = (item, choose) => {
    const { evidence } = item;
    const words = `${Dom.shown(item.subject.name)} ${Parts.words(item.predicate)} ${Dom.shown(item.object.name)}`;
    let next = 0;
    const button = el("button", { class: "chip", on: { click: () => {
      choose(item, evidence[next]);
      next = (next + 1) % evidence.length;
      name();
    } } });
    const name = () => {
      const place = evidence[next];
      button.textContent = evidence.length > 1 ? `In text ${next + 1}/${evidence.length}` : "In text";
      button.setAttribute("aria-label", `${button.textContent}: ${words}`);
      button.title = place.cue ? `Cue: ${Dom.shown(place.cue)}` : "";
    };
    name();
    return button;
  };

  const relation = (item, { actions, choose }) =>
    el("div", { class: "relation-item", dataset: { relation: item.n } },
      el("p", { class: "relation-words" },
        Parts.conceptButton(item.subject, actions, "end-subject"), " ", el("span", { class: "predicate" }, Parts.words(item.predicate)), " ",
        Parts.conceptButton(item.object, actions, "end-object")),
      el("p", { class: "evidence-source" },
        item.assertion === "present" ? null : Parts.assertion(item.assertion), Parts.confidence(item.confidence), Parts.review(item.review),
        inText(item, choose),
        el("button", {
          class: "chip", "aria-label": `Evidence from all documents: ${Dom.shown(item.subject.name)} ${Parts.words(item.predicate)} ${Dom.shown(item.object.name)}`,
          on: { click: () => actions.openRelation(item.subject.id, item.predicate, item.object.id) },
        }, "All evidence")));

  const relations = (data, hands) =>
    Parts.section(3, `Relations (${Dom.number(data.relations.length)})`,
      data.relations.length
        ? Parts.more(data.relations, (item) => relation(item, hands), { first: 12, noun: "relations" })
        : el("p", { class: "muted" }, "This document states none."));

  const show = (start, end, hands, text) =>
    el("button", { class: "as-link", title: "Show in the text", on: { click: () => hands.place(start, end) } }, text);

  const attributes = (data, hands) =>
    data.attributes.length
      ? Parts.section(3, `Attributes (${Dom.number(data.attributes.length)})`,
          Parts.more(data.attributes, (item) => el("p", { class: "attribute-line" }, Dom.typeBadge(item.type), " ",
            show(item.start, item.end, hands, Dom.shown(item.text)),
            item.mention === null || item.mention === undefined ? null : el("span", { class: "muted" }, ` of ${Dom.shown(data.mentions[item.mention].text)}`),
            Object.keys(item.value).length ? el("span", { class: "muted" }, ` — ${values(item.value)}`) : null), { first: 12, noun: "attributes" }))
      : null;

  const rejects = (data, hands) =>
    data.rejects.length
      ? Parts.section(3, `Rejected (${Dom.number(data.rejects.length)})`,
          el("p", { class: "muted" }, "Found, but not written to the graph, with the reason."),
          Parts.more(data.rejects, (item) => el("div", { class: "reject-item" },
            el("p", {}, el("span", { class: "muted" }, `${Dom.shown(item.kind)} `), kindOf(item), " ",
              item.text === null ? el("i", {}, "text not kept") : item.start === null ? Dom.shown(item.text) : show(item.start, item.end, hands, Dom.shown(item.text))),
            issues(item, hands.actions)), { first: 8, noun: "rejected items" }))
      : null;

  return { details, relations, attributes, rejects };
})();
