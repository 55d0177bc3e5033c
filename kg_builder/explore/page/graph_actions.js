"use strict";
/* What a person does with the drawing: unfold, fold, hide, undo, start over, go to a concept. */

const GraphActions = (() => {
  const MOST_SHOWN_AT_ONCE = 30;
  const { STEP } = SelectionBar;

  /* `screen`: {say, complain, drawn(view), pick(what), showGraph()}, by which the page hears of it. */
  const make = ({ source, set, graph, screen }) => {
    let beginning = { nodes: [], edges: [] };
    const whole = new Set(); // concepts all of whose relations are known
    let joined = new Set(); // concepts among which all are known
    let busy = 0;

    const counted = (view) => `${Dom.count(view.nodes.length, "concept")} and ${Dom.count(view.edges.length, "relation")} shown${set.filtered() ? ", filtered" : ""}`;

    const sync = (options = {}) => {
      const view = set.visible();
      graph.sync(view, { ...options, more: (id) => set.neighbourhood(id).waiting > 0 });
      screen.drawn(view);
      if (!busy) screen.say(counted(view));
    };

    const resetFilters = () => {
      set.resetFilters();
      sync();
    };

    const remember = () => set.remember({ positions: graph.current() });

    /* Says that something is awaited, and what went wrong with it; null if it did. */
    const during = async (text, act) => {
      busy += 1;
      screen.say(text);
      document.documentElement.dataset.busy = "true";
      try {
        const answer = await act();
        if (busy === 1) screen.say(counted(set.visible())); // until there is more to say
        return answer;
      } catch (problem) {
        screen.complain(problem);
        return null;
      } finally {
        busy -= 1;
        if (!busy) delete document.documentElement.dataset.busy;
      }
    };

    const load = async (id) => {
      if (!set.complete.has(id)) {
        const answer = await source.neighbours(id);
        set.learn(answer);
        set.complete.add(id);
        if (answer.total <= answer.edges.length) whole.add(id);
      }
      return true;
    };

    /* Relations among all that is on the drawing, also where neither end was unfolded. */
    const join = async () => {
      const ids = set.ids().filter((id) => !whole.has(id));
      if (ids.every((id) => joined.has(id))) return;
      await during("Loading the relations among them …", async () => {
        set.learn({ nodes: [], ...(await source.edges(ids)) });
        joined = new Set(ids);
      });
    };

    const nameOf = (id) => Dom.shown(set.nodes.get(id)?.name || id);

    const expand = async (id, most = STEP) => {
      const name = nameOf(id);
      if (!(await during(`Loading the neighbours of ${name} …`, () => load(id)))) return;
      remember();
      const added = set.expand(id, most);
      await join();
      sync({ how: added.length ? "around" : "keep", id });
      const { shown, total } = set.neighbourhood(id);
      const done = `${Dom.count(added.length, "neighbour")} of ${name} added, ${Dom.number(shown)} of ${Dom.number(total)} shown`;
      screen.say(added.length ? done : `${name} has no further neighbours that pass the filters`);
    };

    const collapse = (id) => {
      remember();
      const gone = set.collapse(id);
      sync();
      screen.say(gone.length ? `${Dom.count(gone.length, "concept")} taken off` : "None of its neighbours hangs on it alone");
    };

    const hide = (id) => {
      remember();
      set.hide(id);
      if (graph.picked()?.node === id) screen.pick(null);
      sync();
      screen.say(`${nameOf(id)} hidden`);
    };

    const undo = () => {
      const back = set.back();
      if (!back) return screen.say("Nothing to undo");
      sync({ positions: back.positions });
      graph.fit();
      return screen.say("Undone");
    };

    const restart = () => {
      const ids = beginning.nodes.map((node) => node.id);
      set.startWith(beginning, ids);
      joined = new Set(ids);
      graph.forget();
      sync({ how: "fresh" });
    };

    const begin = (answer) => {
      beginning = answer;
      restart();
    };

    const startOver = () => {
      remember();
      screen.pick(null);
      restart();
    };

    /* The concept first, so that its neighbours have a middle to stand around. */
    const arrive = (id) => {
      const view = set.visible();
      if (!view.nodes.some((node) => graph.place(node.id))) return sync({ how: "fresh" });
      const there = new Set(view.nodes.filter((node) => node.id === id || graph.place(node.id)).map((node) => node.id));
      graph.sync({
        nodes: view.nodes.filter((node) => there.has(node.id)),
        edges: view.edges.filter((edge) => there.has(edge.subject) && there.has(edge.object)),
      });
      return sync({ how: "around", id });
    };

    const bring = async (id) => {
      remember();
      set.filters.types.delete(set.nodes.get(id).type);
      set.changed();
      set.expand(id, STEP);
      await join();
      arrive(id);
    };

    /* A concept that was searched for: put on the drawing with its best neighbours, picked, described. */
    const goTo = async (id) => {
      screen.showGraph();
      if (!(await during("Loading the concept …", () => load(id)))) return;
      if (!set.nodes.has(id)) return void screen.complain(new Error("The graph has no such concept."));
      const { shown, waiting } = set.neighbourhood(id);
      if (!graph.place(id)) await bring(id);
      else if (shown < STEP && waiting) await expand(id, STEP - shown);
      screen.pick({ node: id });
      graph.reveal(id);
    };

    const showInGraph = async (ids) => {
      screen.showGraph();
      const some = ids.slice(0, MOST_SHOWN_AT_ONCE);
      if (!(await during("Loading the concepts …", () => Promise.all(some.map(load))))) return;
      remember();
      const known = some.filter((id) => set.nodes.has(id));
      set.add(known, { pinned: true });
      await join();
      sync();
      if (known.length === 1) graph.pick({ node: known[0] });
      screen.drawn(graph.view());
      graph.fit();
    };

    return { sync, resetFilters, expand, collapse, hide, undo, begin, startOver, goTo, showInGraph };
  };

  return { make };
})();
