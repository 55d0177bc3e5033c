"use strict";
/* What is shown: the concepts that a person unfolded, the statements that pass the filters, and how to go back. */

const WorkingSet = (() => {
  const PLAIN = ["present", "possible", "historical"];
  const ASSERTIONS = ["present", "possible", "historical", "negated", "hypothetical", "family"];
  const HISTORY = 60;

  const keyOf = (edge) => JSON.stringify([edge.subject, edge.predicate, edge.object]);
  const noFilters = () => ({ types: new Set(), predicates: new Set(), assertions: new Set(PLAIN), confidence: 0, support: 1 });

  const make = () => {
    const nodes = new Map();
    const edges = new Map();
    const at = new Map();
    const complete = new Set(); // concepts all of whose neighbours are known
    let members = new Map(); // id → {via, pinned}: on the drawing, unless filtered out
    let hidden = new Set(); // taken off by hand: expanding doesn't bring them back
    const filters = noFilters();
    const past = [];
    let views = new Map();

    const learn = (answer) => {
      for (const node of answer.nodes) if (!nodes.has(node.id)) nodes.set(node.id, node);
      for (const edge of answer.edges) {
        const key = keyOf(edge);
        if (edges.has(key)) continue;
        edges.set(key, { ...edge, key });
        for (const end of new Set([edge.subject, edge.object])) {
          if (!at.has(end)) at.set(end, []);
          at.get(end).push(key);
        }
      }
    };

    const passes = (statement) => filters.assertions.has(statement[1]) && (statement[2] === null || statement[2] >= filters.confidence);

    /* An edge as the filters leave it, or null. */
    const viewOf = (key) => {
      if (views.has(key)) return views.get(key);
      const edge = edges.get(key);
      let view = null;
      if (!filters.predicates.has(edge.predicate)) {
        const left = edge.statements.filter(passes);
        const said = left.length ? Lines.summary(left) : null;
        if (said && said.support >= filters.support) view = { ...edge, ...said, statements: left };
      }
      views.set(key, view);
      return view;
    };

    const typePasses = (id) => nodes.has(id) && !filters.types.has(nodes.get(id).type);
    const edgesAt = (id) => (at.get(id) || []).map(viewOf).filter(Boolean);
    const other = (edge, id) => (edge.subject === id ? edge.object : edge.subject);

    /* What is to be drawn now: {nodes, edges}; concepts without a relation only where they were asked for. */
    const visible = () => {
      const drawn = new Map();
      for (const id of members.keys()) {
        if (!typePasses(id)) continue;
        for (const edge of edgesAt(id)) {
          const end = other(edge, id);
          if (members.has(end) && typePasses(end)) drawn.set(edge.key, edge);
        }
      }
      const linked = new Set([...drawn.values()].flatMap((edge) => [edge.subject, edge.object]));
      const kept = [...members].filter(([id, { pinned }]) => typePasses(id) && (pinned || linked.has(id)));
      return { nodes: kept.map(([id]) => nodes.get(id)), edges: [...drawn.values()] };
    };

    /* Neighbours that pass the filters, best supported first. */
    const ranked = (id) => {
      const best = new Map();
      for (const edge of edgesAt(id)) {
        const end = other(edge, id);
        if (end === id || !typePasses(end)) continue;
        const known = best.get(end);
        if (!known || known.support < edge.support) best.set(end, edge);
      }
      const order = ([a, x], [b, y]) => y.support - x.support || (y.confidence || 0) - (x.confidence || 0) || (a < b ? -1 : 1);
      return [...best].sort(order).map(([end]) => end);
    };

    const waiting = (id) => ranked(id).filter((end) => !members.has(end) && !hidden.has(end));

    /* How many neighbours are shown and could be; `total` is null where nobody counted them. */
    const neighbourhood = (id) => {
      const known = ranked(id);
      const shown = known.filter((end) => members.has(end)).length;
      const asserted = nodes.get(id)?.neighbours;
      if (complete.has(id)) return { shown, total: known.length, waiting: waiting(id).length };
      if (typeof asserted !== "number") return { shown, total: null, waiting: null };
      return { shown, total: Math.max(asserted, shown), waiting: Math.max(0, asserted - shown) };
    };

    const add = (ids, { via = null, pinned = false } = {}) => {
      const added = [];
      for (const id of ids) {
        if (!nodes.has(id)) continue;
        hidden.delete(id);
        const known = members.get(id);
        if (!known) added.push(id);
        members.set(id, { via: known ? known.via : via, pinned: pinned || Boolean(known?.pinned) });
      }
      return added;
    };

    const expand = (id, most) => {
      add([id], { pinned: true });
      return add(waiting(id).slice(0, most), { via: id });
    };

    /* Takes off what hangs on this concept alone, or came with it and wasn't unfolded itself. */
    const collapse = (id) => {
      const gone = [...members].filter(([end, { via, pinned }]) => {
        if (end === id || pinned) return false;
        const ends = edgesAt(end).map((edge) => other(edge, end)).filter((one) => one !== end && members.has(one));
        return ends.includes(id) && (via === id || ends.every((one) => one === id));
      });
      for (const [end] of gone) members.delete(end);
      return gone.map(([end]) => end);
    };

    const hide = (id) => {
      members.delete(id);
      hidden.add(id);
    };

    const startWith = (answer, ids) => {
      learn(answer);
      members = new Map(ids.map((id) => [id, { via: null, pinned: false }]));
      hidden = new Set();
    };

    const changed = () => {
      views = new Map();
    };

    const remember = (extra) => {
      past.push({ members: new Map(members), hidden: new Set(hidden), extra });
      if (past.length > HISTORY) past.shift();
    };

    const back = () => {
      const last = past.pop();
      if (!last) return null;
      [members, hidden] = [last.members, last.hidden];
      return last.extra;
    };

    return {
      nodes, edges, complete, filters, learn, viewOf, visible, neighbourhood, add, expand, collapse, hide, startWith, changed,
      remember, back,
      has: (id) => members.has(id),
      ids: () => [...members.keys()],
      edgesAmong: () => [...edges.values()].filter((edge) => members.has(edge.subject) && members.has(edge.object)),
      depth: () => past.length,
      resetFilters: () => {
        Object.assign(filters, noFilters());
        changed();
      },
      filtered: () => {
        const plain = noFilters();
        const same = filters.assertions.size === plain.assertions.size && PLAIN.every((one) => filters.assertions.has(one));
        return Boolean(filters.types.size || filters.predicates.size || !same || filters.confidence > 0 || filters.support > 1);
      },
    };
  };

  return { make, keyOf, ASSERTIONS, PLAIN };
})();
