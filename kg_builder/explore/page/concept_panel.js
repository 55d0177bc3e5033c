"use strict";
/* What the graph knows of one concept. */

const ConceptPanel = (() => {
  const { el } = Dom;

  const head = (data, actions) =>
    el("header", { class: "card-head" },
      el("p", { class: "card-kind" }, Dom.typeBadge(data.type), data.linked ? null : el("span", { class: "label-tag", title: "In no vocabulary that was loaded" }, "not linked")),
      el("h2", {}, Dom.shown(data.name)),
      el("p", { class: "card-id" }, Dom.link(data.link, data.id)),
      el("p", { class: "card-figures" }, data.ancestor_only
        ? "No document names it: it stands above concepts that documents name."
        : `${Dom.count(data.mentions, "mention")} in ${Dom.count(data.documents.total, "document")}`),
      el("p", { class: "card-actions" },
        el("button", { class: "chip", on: { click: () => actions.showInGraph([data.id]) } }, "Show in graph")));

  const names = (data) =>
    data.synonyms_seen.length
      ? Parts.section(3, "Written as", el("ul", { class: "tags" }, data.synonyms_seen.slice(0, 60).map((text) => el("li", {}, Dom.shown(text)))),
          data.synonyms_seen.length > 60 ? el("p", { class: "muted" }, `and ${Dom.number(data.synonyms_seen.length - 60)} more`) : null)
      : null;

  const elsewhere = (data) =>
    data.xrefs.length
      ? Parts.section(3, "In other vocabularies", el("ul", { class: "tags" }, data.xrefs.map((xref) => el("li", {}, Dom.link(xref.link, xref.id)))))
      : null;

  const hierarchy = (title, concepts, actions) =>
    concepts.length ? Parts.section(3, title, Parts.more(concepts, (one) => Parts.conceptButton(one, actions), { first: 6, noun: title.toLowerCase() })) : null;

  /* [[title, predicate, outgoing, relations]]: by predicate and direction, best supported group first. */
  const groupsOf = (data) => {
    const groups = new Map();
    for (const relation of data.relations) {
      const outgoing = relation.subject.id === data.id;
      const key = JSON.stringify([relation.predicate, outgoing]);
      if (!groups.has(key)) groups.set(key, { predicate: relation.predicate, outgoing, relations: [] });
      groups.get(key).relations.push(relation);
    }
    for (const group of groups.values()) group.relations.sort((a, b) => b.support - a.support || (b.confidence || 0) - (a.confidence || 0));
    return [...groups.values()].sort((a, b) => b.relations.length - a.relations.length);
  };

  const line = (relation, outgoing, most, actions) => {
    const other = outgoing ? relation.object : relation.subject;
    const odd = relation.assertions.filter((name) => name !== "present");
    const also = odd.length < relation.assertions.length && odd.length ? el("span", { class: "muted" }, "also") : null;
    const { subject, predicate, object } = relation;
    return el("div", { class: "relation-line" },
      Parts.conceptButton(other, actions, "grow"),
      also, odd.map(Parts.assertion),
      el("button", {
        class: "chip evidence-button", title: "Show the sentences",
        "aria-label": `Evidence: ${Dom.shown(subject.name)} ${Parts.words(predicate)} ${Dom.shown(object.name)}, ${Dom.count(relation.support, "document")}`,
        on: { click: () => actions.openRelation(subject.id, predicate, object.id) },
      }, Parts.bar(relation.support / most, "many"), Dom.count(relation.support, "document")));
  };

  const relations = (data, actions) => {
    if (!data.relations.length) return Parts.section(3, "Relations", el("p", { class: "muted" }, "No document states a relation of it."));
    const most = Math.max(...data.relations.map((relation) => relation.support));
    const arrow = () => [" ", el("span", { "aria-hidden": "true" }, "→"), " "];
    const reads = ({ predicate, outgoing, relations: { length } }) => {
      const [me, others] = [Dom.shown(data.name), el("strong", {}, Dom.count(length, "concept"))];
      return [outgoing ? me : others, arrow(), el("span", { class: "predicate" }, Parts.words(predicate)), arrow(), outgoing ? others : me];
    };
    return Parts.section(3, "Relations", groupsOf(data).map((group) =>
      el("section", { class: "group" },
        el("h4", {}, reads(group)),
        Parts.more(group.relations, (relation) => line(relation, group.outgoing, most, actions), { first: 8, noun: "relations" }))));
  };

  const inDocument = (item, data, actions) =>
    el("div", { class: "evidence-item" },
      el("p", { class: "quote" }, Parts.sentence(item.pieces)),
      el("p", { class: "evidence-source" },
        Parts.documentButton(item.document, { start: item.start, end: item.end, concept: data.id }, actions),
        el("span", { class: "muted" }, Dom.count(item.mentions, "mention")),
        Object.entries(item.assertions).filter(([name]) => name !== "present")
          .map(([name, count]) => [Parts.assertion(name), el("span", { class: "muted" }, `× ${Dom.number(count)}`)])));

  const documents = (data, actions) => {
    const { total, items } = data.documents;
    if (!items.length) return null;
    return Parts.section(3, `Documents (${Dom.number(total)})`,
      Parts.more(items, (item) => inDocument(item, data, actions), { first: 5, step: 20, noun: "documents" }),
      total > items.length ? el("p", { class: "muted" }, `The first ${Dom.number(items.length)} of ${Dom.number(total)} documents are listed.`) : null);
  };

  const render = (data, actions) =>
    el("article", { class: "card concept-panel" },
      head(data, actions), names(data), relations(data, actions), documents(data, actions),
      hierarchy("Broader concepts", data.broader, actions), hierarchy("Narrower concepts", data.narrower, actions), elsewhere(data));

  return { render };
})();
