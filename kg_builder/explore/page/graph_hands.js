"use strict";
/* Mouse, fingers and keys on the drawing. */

const GraphHands = (() => {
  const HOVER_MS = 60;

  const nodeTip = (node) => [
    Dom.el("strong", {}, Dom.shown(node.name)),
    Dom.el("span", { class: "tip-type" }, Dom.typeBadge(node.type), ` ${Dom.shown(node.id)}`),
    Dom.el("span", {}, node.ancestor_only ? "Broader concept; no document mentions it" : `${Dom.count(node.mentions, "mention")} in ${Dom.count(node.documents, "document")}`),
    node.linked ? null : Dom.el("span", {}, "Not linked to a vocabulary"),
  ];

  const edgeTip = (edge, nameOf) => [
    Dom.el("strong", {}, Dom.shown(nameOf(edge.subject))),
    Dom.el("span", { class: "tip-predicate" }, Lines.glyph(edge.predicate, edge), ` ${Dom.shown(edge.predicate)}`),
    Dom.el("strong", {}, Dom.shown(nameOf(edge.object))),
    Dom.el("span", {}, Dom.count(edge.support, "document"), edge.confidence === null ? "" : ` · confidence ${Dom.percent(edge.confidence)}`),
    Dom.el("span", {}, Object.entries(edge.assertions).map(([name, count]) => `${name} ${count}`).join(", ")),
  ];

  /* The nearest node in a direction, those straight ahead preferred. */
  const nextTowards = (cy, from, [dx, dy]) => {
    let best = null;
    const here = from.position();
    cy.nodes().forEach((item) => {
      if (item.same(from)) return;
      const [x, y] = [item.position().x - here.x, item.position().y - here.y];
      const ahead = x * dx + y * dy;
      if (ahead <= 0) return;
      const cost = ahead + 2.2 * Math.abs(x * dy - y * dx);
      if (!best || cost < best.cost) best = { cost, item };
    });
    return best && best.item;
  };

  const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  const attach = ({ cy, container, tip, hover, heard, fit, zoomBy, picked, ranks, view }) => {
    let timer = 0;

    const nameOf = (id) => view().nodes.find((node) => node.id === id)?.name || id;

    const fill = (item) => {
      const key = item.data("key");
      if (item.isNode()) return nodeTip(view().nodes.find((node) => node.id === key));
      return edgeTip(view().edges.find((edge) => edge.key === key), nameOf);
    };

    cy.on("mouseover", "node, edge", (event) => {
      clearTimeout(timer);
      const { target } = event;
      timer = setTimeout(() => {
        if (target.removed()) return;
        hover(target);
        Dom.add(Dom.clear(tip), fill(target));
        tip.hidden = false;
        container.style.cursor = "pointer";
      }, HOVER_MS);
    });
    const leave = () => {
      clearTimeout(timer);
      hover(null);
      tip.hidden = true;
      container.style.cursor = "";
    };
    cy.on("mouseout", "node, edge", leave);
    cy.on("pan zoom grab remove", () => !tip.hidden && leave());

    cy.on("tap", (event) => {
      const { target } = event;
      if (target === cy) return heard.pick(null);
      const key = target.data("key");
      if (!target.isNode()) return heard.pick({ edge: key });
      return picked()?.node === key ? heard.expand(key) : heard.pick({ node: key });
    });

    const best = () => cy.nodes().toArray().reduce((top, item) => (!top || (ranks().get(item.data("key")) || 0) > (ranks().get(top.data("key")) || 0) ? item : top), null);

    const step = (direction) => {
      const from = picked()?.node !== undefined ? cy.getElementById(`n${picked().node}`) : cy.collection();
      const to = from.nonempty() ? nextTowards(cy, from, direction) : best();
      if (to) heard.pick({ node: to.data("key") }, { quietly: true });
    };

    const keys = {
      Enter: () => picked()?.node !== undefined && heard.expand(picked().node),
      " ": () => picked() && heard.pick(picked()),
      Delete: () => picked()?.node !== undefined && heard.hide(picked().node),
      Backspace: () => picked()?.node !== undefined && heard.hide(picked().node),
      "+": () => zoomBy(1.35),
      "=": () => zoomBy(1.35),
      "-": () => zoomBy(1 / 1.35),
      0: fit,
      u: heard.undo,
      z: heard.undo,
    };

    container.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (Object.hasOwn(ARROWS, event.key)) step(ARROWS[event.key]);
      else if (Object.hasOwn(keys, event.key)) keys[event.key]();
      else return;
      event.preventDefault();
    });
  };

  return { attach };
})();
