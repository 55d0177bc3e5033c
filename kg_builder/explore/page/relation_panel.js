"use strict";
/* Why the graph says that one concept relates to another: the sentences, and what speaks against. */

const RelationPanel = (() => {
  const { el } = Dom;

  const STANDINGS = {
    "states": ["Stated", "Sentences that say it of the patient or of people in general."],
    "uncertain": ["Uncertain", "Sentences that say it may be so, or would be."],
    "denies": ["Denied", "Sentences that say it is not so."],
    "about-others": ["About others", "Sentences that say it of a relative."],
  };

  const end = (concept, role, actions) =>
    el("span", { class: "relation-end" }, Dom.typeBadge(concept.type), Parts.conceptButton(concept, actions, `end-${role}`),
      el("span", { class: "visually-hidden" }, ` (${role})`));

  const head = (data, actions) => {
    const { subject, predicate, object } = data;
    return el("header", { class: "card-head" },
      el("h2", { class: "relation-title" }, Dom.shown(subject.name), " ", el("span", { class: "predicate" }, Parts.words(predicate)), " ", Dom.shown(object.name)),
      el("div", { class: "relation-ends" }, end(subject, "subject", actions), el("span", { class: "arrow", "aria-hidden": "true" }, "→"), end(object, "object", actions)),
      el("p", { class: "card-figures" }, summary(data.groups)),
      el("p", { class: "card-actions" },
        el("button", { class: "chip", on: { click: () => actions.showInGraph([subject.id, object.id]) } }, "Show in graph")));
  };

  const distinct = (evidence) => new Set(evidence.map((item) => item.document)).size;

  const summary = (groups) =>
    groups.map((group) => {
      const [title] = STANDINGS[group.standing] || [group.standing];
      return `${title.toLowerCase()} in ${Dom.count(distinct(group.evidence), "document")}`;
    }).join(" · ") || "No evidence passes.";

  const item = (evidence, ends, actions) =>
    el("div", { class: "evidence-item", dataset: { testid: "evidence", standing: evidence.assertion } },
      el("p", { class: "quote" }, Parts.sentence(evidence.pieces)),
      el("p", { class: "evidence-source" },
        Parts.documentButton(evidence.document, { start: evidence.start, end: evidence.end, ...ends }, actions),
        evidence.assertion === "present" ? null : Parts.assertion(evidence.assertion),
        Parts.confidence(evidence.confidence), Parts.review(evidence.review)),
      el("p", { class: "evidence-how muted" },
        [["by", evidence.extractor], ["model", evidence.model], ["cue", evidence.cue]].filter(([, value]) => value)
          .map(([name, value]) => el("span", {}, `${name} `, el("span", { class: "value" }, Dom.shown(value))))));

  const group = ({ standing, evidence }, ends, actions) => {
    const [title, meaning] = STANDINGS[standing] || [Dom.shown(standing), ""];
    return el("section", { class: "card-section standing", dataset: { standing } },
      el("h3", {}, title, el("span", { class: "count" }, ` ${Dom.count(evidence.length, "sentence")}`)),
      el("p", { class: "muted" }, meaning),
      Parts.more(evidence, (one) => item(one, ends, actions), { first: 10, step: 25, noun: "sentences" }));
  };

  const contradicting = (data, actions) => {
    if (!data.contradicting.length) return null;
    const known = new Map([data.subject, data.object].map((node) => [node.id, node.name]));
    const name = (id) => Dom.shown(known.get(id) || id);
    return el("section", { class: "card-section contradicting" },
      el("h3", {}, "Also stated of these two"),
      el("p", { class: "muted" }, "Other relations between the same concepts, or the same the other way round. They may contradict this one."),
      el("ul", { class: "plain-list" }, data.contradicting.map((other) => el("li", { class: "relation-line" },
        el("button", { class: "as-link grow", on: { click: () => actions.openRelation(other.subject, other.predicate, other.object) } },
          `${name(other.subject)} ${Parts.words(other.predicate)} ${name(other.object)}`),
        Parts.support(other.support, Math.max(...data.contradicting.map((one) => one.support)))))));
  };

  const key = () =>
    el("p", { class: "evidence-key muted" }, "In the sentences: ", el("mark", { class: "end end-subject" }, "subject"), " ", el("mark", { class: "end end-object" }, "object"));

  const render = (data, actions) => {
    const ends = { subject: data.subject.id, predicate: data.predicate, object: data.object.id };
    return el("article", { class: "card relation-panel" },
      head(data, actions), contradicting(data, actions), key(), data.groups.map((one) => group(one, ends, actions)));
  };

  return { render };
})();
