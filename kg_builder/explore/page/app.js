"use strict";
/* The page: parts are made, told of each other, and the graph's beginning is drawn. */

const App = (() => {
  const byId = (id) => document.getElementById(id);

  const narrow = matchMedia("(max-width: 699px)");
  const source = Source.open();
  const set = WorkingSet.make();
  let overview = null;

  const say = (text) => (byId("status").textContent = text);
  const complain = (problem) => {
    say(problem.message);
    byId("status-bar").classList.add("status-problem");
    setTimeout(() => byId("status-bar").classList.remove("status-problem"), 6000);
  };

  /* Pixels of the drawing under the sheet, on a narrow screen. */
  const covered = () => {
    if (!narrow.matches || byId("panel").hidden) return 0;
    return Math.max(0, byId("cy").getBoundingClientRect().bottom - byId("panel").getBoundingClientRect().top);
  };

  const graph = Graph.make({
    container: byId("cy"),
    canvas: byId("labels"),
    tip: byId("tip"),
    covered: () => covered(),
    heard: {
      pick: (what, how) => pick(what, how),
      expand: (id) => acts.expand(id),
      hide: (id) => acts.hide(id),
      undo: () => acts.undo(),
    },
  });

  /* ---- the drawing ---- */
  const emptyWords = () => {
    const { statistics } = overview;
    const words = (title, text, ...more) => [Dom.el("h2", {}, title), Dom.el("p", {}, text), ...more];
    if (!statistics.documents) return words("This graph is empty", "Build it from texts: kg-builder build FOLDER --store GRAPH");
    const reset = () => Dom.el("button", { class: "chip", on: { click: () => acts.resetFilters() } }, "Reset filters");
    if (set.filtered()) return words("Nothing passes the filters", "Loosen them, or reset them.", reset());
    if (!statistics.relations) return words("No relations in this graph", `It has ${Dom.count(statistics.concepts, "concept")}: search for one above, or read the documents.`);
    return words("Nothing on the drawing", "Search for a concept above, or start over.");
  };

  const drawn = (view) => {
    filters.refresh();
    listing.refresh(view);
    Legend.refresh(byId("legend-body"), view, graph.hasQuiet());
    bar.refresh(pickedId());
    byId("undo").disabled = set.depth() === 0;
    byId("empty").hidden = view.nodes.length > 0;
    if (!view.nodes.length) Dom.add(Dom.clear(byId("empty")), emptyWords());
  };

  const showGraph = () => {
    views.show("graph");
    graph.resize();
  };

  const acts = GraphActions.make({ source, set, graph, screen: { say, complain, drawn, showGraph, pick: (what) => pick(what) } });

  const pickedId = () => graph.picked()?.node ?? null;

  const pick = (what, { quietly = false } = {}) => {
    const wanted = what || null;
    graph.pick(wanted);
    bar.refresh(pickedId());
    if (!wanted) {
      setHash(null);
      if (panel.isOpen()) panel.close();
      return;
    }
    if (wanted.node !== undefined) {
      const node = set.nodes.get(wanted.node);
      setTimeout(() => pickedId() === wanted.node && graph.reveal(wanted.node), 320);
      if (quietly && !panel.isOpen()) say(describe(node));
      else openConcept(wanted.node);
      if (quietly) say(describe(node));
    } else {
      const { subject, predicate, object } = set.edges.get(wanted.edge);
      openRelation(subject, predicate, object);
    }
  };

  const describe = ({ id, name, type, linked }) =>
    `${Dom.shown(name)}, ${Dom.shown(type)}${linked ? "" : ", not linked"}: ${Dom.count(set.neighbourhood(id).shown, "neighbour")} shown`;

  const openConcept = (id) => {
    const node = set.nodes.get(id);
    if (node && graph.place(id) && pickedId() !== id) {
      graph.pick({ node: id });
      bar.refresh(id);
    }
    setHash(id);
    panel.open({
      key: `c${id}`,
      kind: "Concept",
      load: () => source.concept(id),
      draw: (answer) => ConceptPanel.render(answer, actions),
      reopen: () => openConcept(id),
    });
  };

  const openRelation = (s, p, o) => {
    const key = WorkingSet.keyOf({ subject: s, predicate: p, object: o });
    if (graph.view().edges.some((edge) => edge.key === key)) graph.pick({ edge: key });
    bar.refresh(pickedId());
    panel.open({
      key: `r${key}`,
      kind: "Relation",
      load: () => source.relation(s, p, o),
      draw: (answer) => RelationPanel.render(answer, actions),
      reopen: () => openRelation(s, p, o),
    });
  };

  const openDocument = (id, focus) => {
    views.show("documents");
    documents.open(id, focus);
    closeSheet();
  };

  const openLedger = (code) => {
    views.show("ledger");
    ledger.open(code || null);
    closeSheet();
  };

  const closeSheet = () => narrow.matches && panel.close();

  const setHash = (id) => {
    const url = location.pathname + location.search + (id === null ? "" : `#concept=${encodeURIComponent(id)}`);
    try {
      history.replaceState(null, "", url);
    } catch {
      /* some browsers forbid it for files: the address stays as it is */
    }
  };

  const showInGraph = async (ids) => {
    await acts.showInGraph(ids);
    closeSheet();
  };

  const actions = Object.freeze({ openConcept, openRelation, openDocument, openLedger, showInGraph });

  /* ---- parts ---- */
  const panel = SidePanel.make({
    root: byId("panel"),
    closed: () => setHash(null),
    layoutChanged: () => graph.resize(),
  });
  const documents = Views.documents({ source, actions });
  const ledger = Views.ledger({ source, actions });
  const views = Views.tabs((name) => {
    if (name === "documents" && documents.isEmpty()) documents.list();
    if (name === "ledger" && ledger.isEmpty()) ledger.open();
    if (name === "graph") graph.resize();
  });
  const listing = Listing.make({ root: byId("listing"), actions, expand: (id) => acts.expand(id) });
  const bar = SelectionBar.make({ root: byId("selection"), set, expand: acts.expand, collapse: acts.collapse, hide: acts.hide });
  const filters = Filters.make({ root: byId("filters"), set, changed: () => acts.sync() });
  const search = Search.make({
    input: byId("search-input"),
    list: byId("search-list"),
    source,
    openConcept: (id) => acts.goTo(id),
    openDocument: (id) => openDocument(id),
    say,
    complain,
  });
  Theme.make({ button: byId("theme"), changed: (mode) => graph.setTheme(mode) });
  Exports.make({ graph, container: byId("cy"), name: () => overview?.name, inSight: () => drawingInSight(), say, complain });

  /* ---- buttons and keys of the page ---- */
  const showFilters = (open) => {
    byId("side").classList.toggle("side-open", open);
    byId("open-filters").setAttribute("aria-expanded", String(open));
    (open ? filters.close : byId("open-filters")).focus();
  };

  const showTable = () => {
    const open = byId("listing").hidden;
    byId("listing").hidden = !open;
    byId("canvas-wrap").hidden = open;
    byId("as-table").setAttribute("aria-pressed", String(open));
    if (open) listing.refresh(graph.view());
    else graph.resize();
  };

  /* A picture is of the drawing, also where the table stands in its place. */
  const drawingInSight = async () => {
    if (byId("listing").hidden) return;
    showTable();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  };

  const escape = () => {
    if (byId("side").classList.contains("side-open")) return showFilters(false);
    if (panel.isOpen()) {
      const held = byId("panel").contains(document.activeElement);
      panel.close();
      return held && byId("cy").focus();
    }
    return graph.picked() && pick(null);
  };

  const typing = (target) => target instanceof HTMLElement && target.matches("input:not([type=checkbox]):not([type=range]), textarea, select");

  const buttons = {
    undo: acts.undo,
    "start-over": acts.startOver,
    fit: () => graph.fit(),
    "zoom-in": () => graph.zoomBy(1.35),
    "zoom-out": () => graph.zoomBy(1 / 1.35),
    "as-table": showTable,
    "open-filters": () => showFilters(true),
  };
  for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener("click", act);
  filters.close.addEventListener("click", () => showFilters(false));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("stage").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") escape();
    else if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
  });
  new ResizeObserver(() => graph.resize()).observe(byId("cy"));

  /* ---- the beginning ---- */
  const hashConcept = () => {
    const found = /^#concept=(.+)$/.exec(location.hash);
    try {
      return found ? decodeURIComponent(found[1]) : null;
    } catch {
      return null;
    }
  };

  const title = () => {
    const { statistics } = overview;
    byId("graph-name").textContent = Dom.shown(overview.name);
    document.title = `${Dom.shown(overview.name)} · knowledge graph`;
    const size = `${Dom.count(statistics.documents, "document")} · ${Dom.count(statistics.concepts, "concept")} · ${Dom.count(statistics.relations, "statement")}`;
    const part = overview.part_of ? `${Dom.shown(overview.part_of)} ` : "";
    byId("graph-part").textContent = part ? `Part of a graph · ${size}` : size;
    byId("graph-part").title = `${part}${size}`;
    byId("about").textContent = `${part}What is shown was extracted from texts by software: check the evidence. Not a medical device.`;
  };

  const start = async () => {
    const wanted = hashConcept();
    try {
      overview = await source.overview();
    } catch (problem) {
      byId("empty").hidden = false;
      Dom.add(Dom.clear(byId("empty")), [Dom.el("h2", {}, "The graph can't be shown"), Dom.el("p", { role: "alert" }, problem.message)]);
      return complain(problem);
    }
    Lines.know(Object.keys(overview.statistics.relations_by_predicate).sort());
    title();
    acts.begin(overview.start);
    if (wanted) await acts.goTo(wanted);
    return undefined;
  };

  const ready = start();

  return Object.freeze({
    ready,
    shownNodes: () => graph.view().nodes.map((node) => node.id),
    shownEdges: () => graph.view().edges.map((edge) => [edge.subject, edge.predicate, edge.object]),
    select: (id) => acts.goTo(id),
    expand: (id, most) => acts.expand(id, most),
    place: (id) => {
      const at = graph.place(id);
      const box = byId("cy").getBoundingClientRect();
      return at && { x: box.left + at.x, y: box.top + at.y };
    },
  });
})();

Object.defineProperty(window, "kgExplorer", { value: App, enumerable: true });
