"use strict";
/* What stands out on the drawing, and where what is new on it goes. */

const GraphPlaces = (() => {
  const LOUD = { least: 50, most: 300 };

  /* Keys of edges that are drawn pale: in a dense drawing the less supported, which don't pull on the layout either. */
  const quietOf = (view) => {
    const loud = Math.max(LOUD.least, Math.min(LOUD.most, Math.round(1.3 * view.nodes.length)));
    if (view.edges.length <= loud) return new Set();
    const order = (a, b) => b.support - a.support || (b.confidence || 0) - (a.confidence || 0) || (a.key < b.key ? -1 : 1);
    return new Set([...view.edges].sort(order).slice(loud).map(({ key }) => key));
  };

  /* How much is said of each concept in what is shown; documents decide between equals. */
  const ranksOf = (view) => {
    const ranks = new Map(view.nodes.map((one) => [one.id, (one.documents || 0) * 0.01]));
    for (const { subject, object, support } of view.edges) {
      for (const end of [subject, object]) ranks.set(end, (ranks.get(end) || 0) + support);
    }
    return ranks;
  };

  /* A node as layout.js takes it. */
  const item = (node, spot) => {
    const { w, h } = Labels.measure(node.name);
    return { id: node.id, r: GraphStyle.size(node) / 2, w, h, x: spot?.x ?? 0, y: spot?.y ?? 0 };
  };

  const groupsAround = (view, id) => {
    const groups = new Map();
    for (const { subject, predicate, object } of view.edges) {
      if (subject === id) groups.set(object, `${predicate}>`);
      else if (object === id) groups.set(subject, `${predicate}<`);
    }
    return groups;
  };

  /* Concepts that hang on this one alone. */
  const leavesOf = (view, id) => {
    const ends = new Map();
    for (const { subject, object } of view.edges) {
      for (const [one, other] of [[subject, object], [object, subject]]) ends.set(one, ends.has(one) && ends.get(one) !== other ? null : other);
    }
    return new Set([...ends].filter(([, other]) => other === id).map(([one]) => one));
  };

  const ringed = (view, items, middle, links, ranks) => {
    const groups = groupsAround(view, middle.id);
    const leaves = items.some((one) => !one.known) ? leavesOf(view, middle.id) : new Set();
    const around = items.filter((one) => one !== middle && (!one.known || leaves.has(one.id)));
    for (const one of around) one.group = groups.get(one.id) || "~";
    around.sort((a, b) => (ranks.get(b.id) || 0) - (ranks.get(a.id) || 0) || (a.id < b.id ? -1 : 1));
    Layout.around(middle, around, items.filter((one) => one !== middle && one.known && !leaves.has(one.id)), links);
  };

  /* Places for all nodes of the view: {id → {x, y}}. `how`: "fresh" from nothing, "around" a concept, "keep". */
  const find = (view, { how, id, spotOf, aspect, quiet, ranks }) => {
    const links = view.edges.filter(({ key }) => !quiet.has(key)).map(({ subject, object }) => [subject, object]);
    const items = view.nodes.map((node) => {
      const spot = how === "fresh" ? null : spotOf(node.id);
      return { ...item(node, spot), known: Boolean(spot) };
    });
    const [old, added] = [items.filter((one) => one.known), items.filter((one) => !one.known)];
    const middle = how === "around" ? old.find((one) => one.id === id) : null;
    if (middle) ringed(view, items, middle, links, ranks);
    else if (!old.length) Layout.fresh(added, links, aspect);
    else if (added.length) Layout.beside(added, old, links);
    return new Map(items.map(({ id: key, x, y }) => [key, { x, y }]));
  };

  return { find, item, quietOf, ranksOf };
})();
