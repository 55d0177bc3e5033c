"use strict";
/* The three views as tabs, and the pages of documents and of the ledger. */

const Views = (() => {
  const NAMES = ["graph", "documents", "ledger"];
  const part = (kind, name) => document.getElementById(`${kind}-${name}`);

  const tabs = (opened) => {
    let current = "graph";
    const show = (name) => {
      current = name;
      for (const one of NAMES) {
        const chosen = one === name;
        part("tab", one).setAttribute("aria-selected", String(chosen));
        part("tab", one).tabIndex = chosen ? 0 : -1;
        part("view", one).hidden = !chosen;
      }
      document.documentElement.dataset.view = name;
    };
    const open = (name) => {
      show(name);
      opened(name);
    };
    NAMES.forEach((name, n) => {
      part("tab", name).addEventListener("click", () => open(name));
      part("tab", name).addEventListener("keydown", (event) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by) return;
        const next = NAMES[(n + by + NAMES.length) % NAMES.length];
        part("tab", next).focus();
        open(next);
        event.preventDefault();
      });
    });
    show(current);
    return { show, current: () => current };
  };

  const problem = (error) => Dom.el("p", { class: "problem", role: "alert" }, error.message);
  const waiting = (text) => Dom.el("p", { class: "waiting" }, text);

  /* Fills a view with what `load` answers, drawn by `draw`; the last one asked for wins. */
  const filler = (root) => {
    let turn = 0;
    return async (text, load, draw) => {
      turn += 1;
      const mine = turn;
      const timer = setTimeout(() => mine === turn && Dom.clear(root).append(waiting(text)), 120);
      try {
        const answer = await load();
        if (mine !== turn) return false;
        Dom.clear(root).append(draw(answer));
        return true;
      } catch (error) {
        if (mine === turn) Dom.clear(root).append(problem(error));
        return false;
      } finally {
        clearTimeout(timer);
      }
    };
  };

  const pager = ({ offset, shown, total, noun, go, step }) => {
    if (total <= shown && offset === 0) return null;
    const button = (text, to, on) => Dom.el("button", { class: "chip", disabled: !on, on: { click: () => go(to) } }, text);
    return Dom.el(
      "nav",
      { class: "pager", "aria-label": `Pages of ${noun}` },
      button("Previous", Math.max(0, offset - step), offset > 0),
      Dom.el("span", {}, `${Dom.number(offset + 1)}–${Dom.number(offset + shown)} of ${Dom.number(total)}`),
      button("Next", offset + step, offset + shown < total),
    );
  };

  const A_PAGE = { documents: 50, ledger: 100 };

  const documents = ({ source, actions }) => {
    const root = part("view", "documents");
    const fill = filler(root);
    let listed = { q: "", offset: 0 };
    let inside = null;

    const finder = () => {
      const input = Dom.el("input", { type: "search", class: "document-search", id: "document-search", placeholder: "Id of a document", value: listed.q, autocomplete: "off", spellcheck: "false" });
      let timer = 0;
      input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(async () => {
          await list(input.value, 0);
          const again = document.getElementById("document-search");
          again?.focus();
          again?.setSelectionRange(again.value.length, again.value.length);
        }, 180);
      });
      return Dom.el("div", { class: "document-find" }, Dom.el("label", { for: "document-search" }, "Find a document"), input);
    };

    const list = (q = listed.q, offset = listed.offset) => {
      inside = null;
      listed = { q, offset };
      return fill("Loading the documents …", () => source.documents(q, offset), (answer) =>
        Dom.el("div", { class: "page-of-documents" }, finder(),
          DocumentView.renderList(answer, actions),
          answer.total ? null : Dom.el("p", { class: "waiting" }, q ? "No document's id has that." : "There are no documents in this graph."),
          pager({ offset, shown: answer.items.length, total: answer.total, noun: "documents", step: A_PAGE.documents, go: (to) => list(q, to).then(() => (root.scrollTop = 0)) })));
    };

    const toList = () => Dom.el("button", { class: "chip back-to-list", on: { click: () => list() } }, "← All documents");

    const open = async (id, focus) => {
      inside = id;
      const drawn = await fill("Loading the document …", () => source.document(id), (answer) =>
        Dom.el("div", { class: "page-of-document" }, toList(), DocumentView.render(answer, actions, focus || null)));
      if (!drawn && inside === id) root.prepend(toList());
      if (!focus) root.scrollTop = 0;
    };

    return { open, list, isEmpty: () => !root.childElementCount };
  };

  const ledger = ({ source, actions }) => {
    const root = part("view", "ledger");
    const fill = filler(root);
    let opened = false;
    const open = (code = null, offset = 0) => {
      opened = true;
      return fill("Loading the ledger …", () => source.ledger({ code, offset }), (answer) =>
        Dom.el("div", { class: "page-of-ledger" },
          code ? Dom.el("p", { class: "ledger-only" }, "Only ", Dom.el("code", {}, Dom.shown(code)), " ", Dom.el("button", { class: "chip", on: { click: () => open() } }, "Show all reasons")) : null,
          LedgerView.render(answer, actions, { code, offset }),
          pager({ offset, shown: answer.rejects.items.length, total: answer.rejects.total, noun: "rejected items", step: A_PAGE.ledger, go: (to) => open(code, to).then(() => (root.scrollTop = 0)) })));
    };
    return { open, isEmpty: () => !opened };
  };

  return { tabs, documents, ledger };
})();
