"use strict";
/* The drawing: Cytoscape is given numbers, classes and positions; names are drawn by labels.js. */

const Graph = (() => {
  const CALM = matchMedia("(prefers-reduced-motion: reduce)");
  const MOVING_MS = 380;
  const MOST_MOVED = 400;
  const MANY_EDGES = 700;
  const EDGES_AT_ONCE = 500;
  const MOST_FADED = 1600;
  const MOST_NEAR = 500;
  const CLOSEST = 1.2;
  const SECOND_CLICK_MS = 330;

  const nodeId = (id) => `n${id}`;
  const edgeId = (key) => `e${key}`;

  const nodeClasses = (node, more) =>
    [GraphStyle.typeClass(node.type), !node.linked && "unlinked", node.ancestor_only && "ancestor", more && "more"].filter(Boolean);
  const edgeClasses = (edge, pale, bulk) =>
    [Lines.classOf(edge.predicate), pale && "quiet", pale && bulk && "bulk", edge.hollow && "hollow", edge.denied && "denied", edge.onlyDenied && "only-denied"].filter(Boolean);

  const make = ({ container, canvas, tip, heard, covered }) => {
    cytoscape.warnings(false);
    let mode = "light";
    let view = { nodes: [], edges: [] };
    let picked = null; // {node: id} or {edge: key}
    let ranks = new Map();
    let quiet = new Set(); // keys of edges that are drawn pale
    let moving = 0;
    let later = []; // edges that the next frames draw
    const memory = new Map(); // where nodes stood that were taken off

    const cy = cytoscape({
      container,
      style: GraphStyle.sheet(mode),
      layout: { name: "preset" },
      minZoom: 0.04,
      maxZoom: 3.5,
      boxSelectionEnabled: false,
      autounselectify: true,
      selectionType: "single",
    });

    const node = (id) => cy.getElementById(nodeId(id));
    const edge = (key) => cy.getElementById(edgeId(key));
    const at = (what) => (what === null ? cy.collection() : what.node !== undefined ? node(what.node) : edge(what.edge));

    const names = GraphNames.make({ cy, canvas, container, state: () => ({ view, picked, ranks, mode }) });
    const redraw = names.redraw;

    /* ---- what is drawn ---- */
    const rank = () => {
      quiet = GraphPlaces.quietOf(view);
      ranks = GraphPlaces.ranksOf(view);
    };
    const dense = () => quiet.size > 0 && view.edges.length > 2 * view.nodes.length;
    const widthOf = ({ key, support }) => Lines.width(support) * (quiet.has(key) ? 0.4 : dense() ? 0.65 : 1);

    let heading = null; // {id → {x, y}}: where nodes that move now are going
    const placeOf = (item) => ({ ...(heading?.get(item.data("key")) || item.position()) });

    const places = ({ how, id, positions }) => {
      const spotOf = (key) => positions?.get(key) || (node(key).nonempty() ? placeOf(node(key)) : memory.get(key));
      const aspect = Math.max(0.5, Math.min(2.2, container.clientWidth / Math.max(1, container.clientHeight)));
      return GraphPlaces.find(view, { how, id, spotOf, aspect, quiet, ranks });
    };

    const remove = () => {
      const [nodesKept, edgesKept] = [new Set(view.nodes.map(({ id }) => nodeId(id))), new Set(view.edges.map(({ key }) => edgeId(key)))];
      const gone = cy.elements().filter((item) => !(item.isNode() ? nodesKept : edgesKept).has(item.id()));
      gone.nodes().forEach((item) => void memory.set(item.data("key"), { ...item.position() }));
      gone.remove();
    };

    const add = (spots_, from, more) => {
      const [made, lines] = [[], []];
      const bulk = view.edges.length > MANY_EDGES;
      for (const one of view.nodes) {
        const here = node(one.id);
        const classes = nodeClasses(one, more(one.id));
        if (here.nonempty()) here.toggleClass("more", classes.includes("more"));
        else {
          const position = from ? { ...from } : { ...spots_.get(one.id) };
          made.push({ group: "nodes", data: { id: nodeId(one.id), key: one.id, name: one.name, size: GraphStyle.size(one) }, position, classes });
        }
      }
      for (const one of view.edges) {
        const here = edge(one.key);
        const classes = edgeClasses(one, quiet.has(one.key), bulk);
        const width = widthOf(one);
        if (here.nonempty()) {
          if (here.data("width") !== width) here.data("width", width);
          for (const name of ["quiet", "bulk", "hollow", "denied", "only-denied"]) here.toggleClass(name, classes.includes(name));
        } else {
          const [source, target] = [nodeId(one.subject), nodeId(one.object)];
          lines.push({ group: "edges", data: { id: edgeId(one.key), key: one.key, source, target, width }, classes });
        }
      }
      later = lines.length > EDGES_AT_ONCE ? lines.splice(0) : [];
      cy.add([...made, ...lines]);
      if (later.length) soon(later);
    };

    /* Many edges come after the nodes, some with each frame, so that the page answers in between. */
    const soon = (mine) =>
      requestAnimationFrame(() =>
        setTimeout(() => {
          if (later !== mine) return; // the drawing has changed since
          cy.add(mine.splice(0, EDGES_AT_ONCE));
          if (mine.length) soon(mine);
          else showPicked();
        }),
      );

    const soft = () => !CALM.matches && view.nodes.length <= MOST_MOVED;

    const settle = (targets) => {
      heading = null;
      cy.batch(() => cy.nodes().forEach((item) => void item.position(targets.get(item.data("key")) || item.position())));
    };

    const moveTo = (targets) => {
      moving += 1;
      const turn = moving;
      if (!soft()) return settle(targets);
      heading = targets;
      const starts = new Map(cy.nodes().map((item) => [item.data("key"), { ...item.position() }]));
      const began = performance.now();
      const step = (now) => {
        if (turn !== moving) return;
        const done = Math.min(1, (now - began) / MOVING_MS);
        const ease = 1 - (1 - done) ** 3;
        cy.batch(() =>
          cy.nodes().forEach((item) => {
            const [a, b] = [starts.get(item.data("key")), targets.get(item.data("key"))];
            if (a && b) item.position({ x: a.x + (b.x - a.x) * ease, y: a.y + (b.y - a.y) * ease });
          }),
        );
        if (done < 1) requestAnimationFrame(step);
        else heading = null;
      };
      requestAnimationFrame(step);
      return undefined;
    };

    /* ---- what is seen of it ---- */
    let framed = null; // the ids that the frame was put around, until a person moves it
    cy.on("dragpan scrollzoom pinchzoom", () => void (framed = null));

    const frame = (targets, ids, closest = CLOSEST) => {
      framed = { ids };
      const items = view.nodes.filter(({ id }) => (!ids || ids.has(id)) && targets.has(id)).map((one) => GraphPlaces.item(one, targets.get(one.id)));
      if (!items.length || !container.clientWidth) return;
      const [width, height] = [container.clientWidth, container.clientHeight];
      const [side, above, below] = width < 600 ? [8, 62, Math.max(66, covered())] : [24, 20, 64];
      let [zoom, box] = [1, null];
      for (let pass = 0; pass < 3; pass += 1) {
        box = Layout.bounds(items.map((one) => ({ ...one, w: one.w / zoom, h: one.h / zoom }))); // names don't shrink
        zoom = Math.min(closest, (width - 2 * side) / (box.right - box.left), (height - above - below) / (box.bottom - box.top));
      }
      const fits = Math.max(cy.minZoom(), zoom);
      const pan = {
        x: width / 2 - (fits * (box.left + box.right)) / 2,
        y: above + (height - above - below) / 2 - (fits * (box.top + box.bottom)) / 2,
      };
      cy.stop();
      if (soft() && cy.nodes().length) cy.animate({ zoom: fits, pan, duration: MOVING_MS, easing: "ease-out-cubic" });
      else cy.viewport({ zoom: fits, pan });
    };

    const current = () => new Map(cy.nodes().map((item) => [item.data("key"), placeOf(item)]));
    const fit = () => frame(current());
    const neighboursOf = (id) => new Set([id, ...view.edges.flatMap((item) => (item.subject === id ? [item.object] : item.object === id ? [item.subject] : []))]);

    const zoomBy = (factor) => {
      framed = null;
      const level = Math.max(cy.minZoom(), Math.min(cy.maxZoom(), cy.zoom() * factor));
      const renderedPosition = { x: container.clientWidth / 2, y: container.clientHeight / 2 };
      cy.stop();
      if (soft()) cy.animate({ zoom: { level, renderedPosition }, duration: 160 });
      else cy.zoom({ level, renderedPosition });
    };

    /* Moves the drawing just so far that a concept is in sight. */
    const reveal = (id) => {
      const item = node(id);
      if (item.empty() || (waiting && framed)) return;
      const { x, y } = item.renderedPosition();
      const margin = 70;
      const height = container.clientHeight - covered();
      const off = (value, size) => (value < margin ? margin - value : value > size - margin ? size - margin - value : 0);
      const by = { x: off(x, container.clientWidth), y: off(y, height - (covered() ? 0 : 40)) };
      if (!by.x && !by.y) return;
      framed = null;
      if (soft()) cy.animate({ panBy: by, duration: 220 });
      else cy.panBy(by);
    };

    /* After the frame changed its size, once a second click can't be on its way any more: the same again in sight. */
    let waiting = 0;
    const resize = () => {
      cy.resize();
      redraw();
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        waiting = 0;
        if (framed) frame(current(), framed.ids);
      }, SECOND_CLICK_MS);
    };

    /* ---- picking and hovering ---- */
    const near = (item) => (item.isNode() ? item.closedNeighborhood() : item.union(item.connectedNodes()));

    const showPicked = () => {
      cy.batch(() => {
        cy.elements(".picked, .near").removeClass("picked near");
        const item = at(picked);
        if (item.nonempty()) {
          const around = near(item);
          if (around.length <= MOST_NEAR) around.addClass("near");
          item.addClass("picked");
        }
      });
      redraw();
    };

    const hover = (item) => {
      cy.batch(() => {
        cy.elements(".faded").removeClass("faded");
        cy.elements(".hovered").removeClass("hovered");
        if (!item) return;
        if (cy.elements().length <= MOST_FADED) cy.elements().difference(near(item)).addClass("faded");
        item.addClass("hovered");
      });
      redraw();
    };

    const sync = (next, { how = "keep", id = null, positions = null, more = () => false } = {}) => {
      view = next;
      rank();
      const targets = places({ how, id, positions });
      const from = how === "around" && soft() && node(id).nonempty() ? node(id).position() : null;
      cy.batch(() => {
        remove();
        add(targets, from, more);
      });
      cy.renderer().hideEdgesOnViewport = view.edges.length > MANY_EDGES;
      if (picked && at(picked).empty()) picked = null;
      showPicked();
      if (how === "fresh") settle(targets);
      else moveTo(targets);
      if (how === "fresh") frame(targets);
      else if (how === "around") frame(targets, neighboursOf(id));
      redraw();
    };

    GraphHands.attach({ cy, container, tip, hover, heard, fit, zoomBy, picked: () => picked, ranks: () => ranks, view: () => view });

    return {
      cy, sync, fit, zoomBy, reveal, current,
      colours: names.colours,
      pick: (what) => {
        picked = what;
        showPicked();
      },
      picked: () => picked,
      view: () => view,
      labels: names.chosen,
      place: (id) => (node(id).nonempty() ? node(id).renderedPosition() : null),
      forget: () => memory.clear(),
      resize,
      setTheme: (next) => {
        mode = next;
        cy.style(GraphStyle.sheet(mode));
        redraw();
      },
      mode: () => mode,
      hasQuiet: () => quiet.size > 0,
      isQuiet: (key) => quiet.has(key),
      widthOf,
    };
  };

  return { make };
})();
