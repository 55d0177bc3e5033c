"use strict";
/* A page of the graph's documents. */

const DocumentList = (() => {
  const { el } = Dom;

  const COLUMNS = ["Document", "Kind", "Date", "Language", "Mentions", "Relations", "Rejected"];

  const row = (item, actions) =>
    el("tr", {},
      el("th", { scope: "row" }, Parts.documentButton(item.id, null, actions), item.source && item.source !== item.id ? el("span", { class: "muted source" }, ` ${Dom.shown(item.source)}`) : null),
      [item.kind, item.date, item.language].map((value, at) => el("td", { dataset: { name: COLUMNS[at + 1] } }, value ? Dom.shown(value) : "–")),
      [item.mentions, item.relations, item.rejects].map((value, at) => el("td", { class: "figure", dataset: { name: COLUMNS[at + 4] } }, Dom.number(value))));

  const render = (data, actions) =>
    el("article", { class: "list-view" },
      el("h2", {}, "Documents ", el("span", { class: "count" }, Dom.number(data.total))),
      data.items.length
        ? el("table", { class: "documents" },
            el("thead", {}, el("tr", {}, COLUMNS.map((name, at) => el("th", { scope: "col", class: at > 3 ? "figure" : null }, name)))),
            el("tbody", {}, data.items.map((item) => row(item, actions))))
        : null);

  return { render };
})();
