"use strict";
/* The panel at the right (below on narrow screens), with the way back to what it showed before. */

const SidePanel = (() => {
  const MOST_BACK = 30;
  const SOON_MS = 120;

  const make = ({ root, closed, layoutChanged }) => {
    const past = [];
    let now = null; // {key, title, load, draw}
    let turn = 0;

    const body = Dom.el("div", { class: "side-body" });
    const title = Dom.el("span", { class: "side-kind" });
    const back = Dom.el("button", { class: "icon-button", "aria-label": "Back", title: "Back", hidden: true, on: { click: () => {
      const before = past.pop();
      now = null;
      if (before) before.reopen();
    } } }, Dom.svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, Dom.svg("path", { d: "M12 4 6 10l6 6" })));
    const close = () => {
      if (root.hidden) return false;
      turn += 1;
      root.hidden = true;
      now = null;
      past.length = 0;
      layoutChanged();
      closed();
      return true;
    };
    const shut = Dom.el("button", { class: "icon-button side-close", "aria-label": "Close the panel", title: "Close (Esc)", on: { click: close } },
      Dom.svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, Dom.svg("path", { d: "m5 5 10 10M15 5 5 15" })));
    Dom.add(Dom.clear(root), [Dom.el("div", { class: "side-head" }, back, title, shut), body]);

    const skeleton = () => Dom.el("div", { class: "skeleton", "aria-hidden": "true" }, [70, 40, 90, 85, 60].map((width) => {
      const line = Dom.el("span", {});
      line.style.width = `${width}%`;
      return line;
    }));

    /* Shows what `load` answers, drawn by `draw`; `reopen` opens the same again. */
    const open = async ({ key, kind, load, draw, reopen }) => {
      if (now && now.key !== key) {
        past.push(now);
        if (past.length > MOST_BACK) past.shift();
      }
      now = { key, reopen };
      turn += 1;
      const mine = turn;
      const wasHidden = root.hidden;
      root.hidden = false;
      const show = (content) => {
        title.textContent = kind;
        back.hidden = past.length === 0;
        const held = root.contains(document.activeElement);
        Dom.clear(body).append(content);
        if (held && !root.contains(document.activeElement)) root.focus({ preventScroll: true }); // what had it is gone
      };
      const waiting = setTimeout(() => mine === turn && show(skeleton()), SOON_MS);
      if (wasHidden) {
        title.textContent = "";
        Dom.clear(body);
        layoutChanged();
      }
      try {
        const answer = await load();
        if (mine !== turn) return;
        show(draw(answer));
        body.scrollTop = 0;
      } catch (problem) {
        if (mine === turn) show(Dom.el("p", { class: "problem", role: "alert" }, problem.message));
      } finally {
        clearTimeout(waiting);
      }
    };

    return { open, close, isOpen: () => !root.hidden };
  };

  return { make };
})();
