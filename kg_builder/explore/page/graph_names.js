"use strict";
/* The canvas above the drawing on which labels.js draws the names, again whenever Cytoscape draws. */

const GraphNames = (() => {
  const STILL_MS = 160;

  const CROWD = 250;
  const HUBS = 3;

  /* In a crowd the few that all hangs on are named whatever is in the way. */
  const highest = (ranks) => new Set([...ranks].sort((a, b) => b[1] - a[1]).slice(0, HUBS).map(([id]) => id));

  const make = ({ cy, canvas, container, state }) => {
    const sides = new Map(); // where each name stood last, so that it doesn't jump
    let chosen = [];
    let asked = false;
    let rest = 0;

    const spots = (still) => {
      const { view, picked, ranks } = state();
      const zoom = cy.zoom();
      const pan = cy.pan();
      const edge = picked && picked.edge !== undefined ? view.edges.find((one) => one.key === picked.edge) : null;
      const hubs = view.nodes.length > CROWD ? highest(ranks) : new Set();
      const ofPicked = (key) => (picked && picked.node === key) || (edge && (edge.subject === key || edge.object === key));
      return cy.nodes().map((item) => {
        const { key, size, name } = item.data();
        const { x, y } = item.position();
        const strong = Boolean(ofPicked(key) || item.hasClass("hovered"));
        return {
          id: key, name, x: x * zoom + pan.x, y: y * zoom + pan.y, r: (size / 2) * zoom + 2, rank: ranks.get(key) || 0,
          always: strong || hubs.has(key), strong, faded: item.hasClass("faded"), side: still ? undefined : sides.get(key),
        };
      });
    };

    const colours = () => {
      const { ink, paper, faint } = GraphStyle.THEMES[state().mode];
      return { ink, halo: paper, faint };
    };

    const fitted = () => {
      const scale = window.devicePixelRatio || 1;
      const [width, height] = [container.clientWidth, container.clientHeight];
      const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
      if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
      return { scale, width, height };
    };

    const draw = (still) => {
      const { scale, width, height } = fitted();
      if (!width || !height) return;
      const context = canvas.getContext("2d");
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.clearRect(0, 0, width, height);
      chosen = Labels.choose(spots(still), width, height);
      for (const one of chosen) sides.set(one.id, one.side);
      Labels.draw(context, chosen, colours());
    };

    /* While things move a name stays on its side; at rest each takes its best one. */
    const redraw = () => {
      clearTimeout(rest);
      rest = setTimeout(() => draw(true), STILL_MS);
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw(false);
      });
    };
    cy.on("render", redraw);

    return { redraw, colours, chosen: () => chosen };
  };

  return { make };
})();
