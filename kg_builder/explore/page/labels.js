"use strict";
/* Names on the drawing, on a canvas of its own above it: always the same size on the screen, never over each other.
   Which are shown is chosen greedily, the best supported first; a name may stand below, right, left or above. */

const Labels = (() => {
  const SIZE = 12;
  const LINE = 14.5;
  const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif';
  const SHORT = { characters: 21, lines: 2 };
  const LONG = { characters: 34, lines: 4 };
  const font = (strong) => `${strong ? 600 : 450} ${SIZE}px ${FAMILY}`;

  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();

  const widthOf = (text, strong) => {
    const key = `${strong ? 1 : 0}${text}`;
    if (!widths.has(key)) {
      if (widths.size > 20000) widths.clear();
      pen.font = font(strong);
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  };

  const cut = (text, most) => {
    const letters = [...text];
    return letters.length > most ? `${letters.slice(0, most - 1).join("").trimEnd()}…` : text;
  };

  /* Breaks at blanks, and after a hyphen or comma where a word is longer than a line. */
  const wrap = (name, { characters, lines }) => {
    const words = name.replace(/\s+/g, " ").trim().match(/\S+?(?:[-/,;](?=\S{4})|\s+|$)/gu) || [name];
    const rows = [""];
    for (const word of words) {
      const last = rows.length - 1;
      if (rows[last] && rows[last].length + word.trimEnd().length > characters) rows.push(word);
      else rows[last] += word;
    }
    const kept = rows.slice(0, lines).map((row) => row.trim());
    if (rows.length > lines) kept[lines - 1] = `${[...kept[lines - 1]].slice(0, characters - 1).join("")}…`;
    return kept.map((row) => cut(row, characters + 3));
  };

  const shaped = new Map();
  const shape = (name, full, strong) => {
    const key = `${full ? 1 : 0}${strong ? 1 : 0}${name}`;
    if (!shaped.has(key)) {
      if (shaped.size > 20000) shaped.clear();
      const rows = wrap(Dom.shown(name), full ? LONG : SHORT);
      shaped.set(key, { rows, w: Math.max(...rows.map((row) => widthOf(row, strong))) + 2, h: rows.length * LINE });
    }
    return shaped.get(key);
  };

  /* Width and height of a name, for the layout. */
  const measure = (name) => {
    const { w, h } = shape(name, false, false);
    return { w, h: h + 4 };
  };

  const CELL = 64;

  /* Rectangles that are taken, found quickly. */
  const ground = () => {
    const cells = new Map();
    const each = (box, act) => {
      for (let x = Math.floor(box.x1 / CELL); x <= Math.floor(box.x2 / CELL); x += 1) {
        for (let y = Math.floor(box.y1 / CELL); y <= Math.floor(box.y2 / CELL); y += 1) {
          if (act(x * 100003 + y)) return true;
        }
      }
      return false;
    };
    const meets = (a, b) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;
    const taken = (box, owner) =>
      each(box, (cell) => (cells.get(cell) || []).some((other) => other.owner !== owner && meets(box, other)));
    const take = (box, owner) => {
      const kept = { ...box, owner };
      each(box, (cell) => {
        if (!cells.has(cell)) cells.set(cell, []);
        cells.get(cell).push(kept);
        return false;
      });
    };
    return { taken, take };
  };

  /* Where a name may stand, the best place first: [name, across, down], in halves of the name's box beyond the node. */
  const SIDES = [
    ["below", 0, 1], ["right", 1, 0], ["left", -1, 0], ["above", 0, -1],
    ["below-right", 0.7, 1], ["below-left", -0.7, 1], ["above-right", 0.7, -1], ["above-left", -0.7, -1],
  ];
  const GAP = 4;

  const boxAt = ([, across, down], { x, y, r }, { w, h }) => {
    const beside = Math.abs(across) === 1;
    const left = beside ? x + across * (r + GAP) - (across < 0 ? w : 0) : x - w / 2 + across * (w / 2 + r * 0.4);
    const top = beside ? y - h / 2 : down > 0 ? y + r + GAP - 1 : y - r - GAP - h + 2;
    return { x1: left, x2: left + w, y1: top, y2: top + h };
  };

  const within = (box, width) => box.x1 >= 0 && box.x2 <= width;
  const ALIGN = { 1: "left", "-1": "right" };
  const edgeOf = ({ align, box }) => (align === "left" ? box.x1 : align === "right" ? box.x2 : (box.x1 + box.x2) / 2);

  const MOST = 260;

  /* Chooses names for spots [{id, name, x, y, r, rank, always, strong, faded, side}] in a frame of the screen.
     `side` is where a spot's name stood before: it stays there if it can. */
  const choose = (spots, width, height) => {
    const free = ground();
    const seen = spots.filter(({ x, y, r }) => x > -r - 120 && y > -r - 40 && x < width + r + 120 && y < height + r + 40);
    for (const { id, x, y, r } of seen) free.take({ x1: x - r * 0.9, x2: x + r * 0.9, y1: y - r * 0.9, y2: y + r * 0.9 }, id);
    seen.sort((a, b) => Number(b.always) - Number(a.always) || Number(a.faded) - Number(b.faded) || b.rank - a.rank || (a.id < b.id ? -1 : 1));
    const chosen = [];
    for (const spot of seen) {
      if (chosen.length >= MOST) break;
      const text = shape(spot.name, spot.always, spot.strong);
      const sides = spot.side ? [spot.side, ...SIDES.filter((side) => side !== spot.side)] : SIDES;
      const inside = spot.x > 0 && spot.x < width;
      const open = sides.filter((one) => !free.taken(boxAt(one, spot, text), spot.id));
      const whole = inside && open.find((one) => within(boxAt(one, spot, text), width));
      const side = whole || open[0] || (spot.always ? SIDES[0] : null);
      if (!side) continue;
      const box = boxAt(side, spot, text);
      free.take(box, spot.id);
      chosen.push({ id: spot.id, rows: text.rows, side, box, align: ALIGN[side[1]] || "center", strong: spot.strong, faded: spot.faded });
    }
    return chosen;
  };

  /* Draws chosen names; `ink` and `halo` are colours. */
  const draw = (context, chosen, { ink, halo, faint }) => {
    context.textBaseline = "alphabetic";
    context.lineJoin = "round";
    for (const one of [...chosen].reverse()) {
      context.font = font(one.strong);
      context.textAlign = one.align;
      const x = edgeOf(one);
      context.lineWidth = 3.5;
      context.strokeStyle = halo;
      context.fillStyle = one.faded ? faint : ink;
      one.rows.forEach((row, n) => {
        const y = one.box.y1 + n * LINE + 11;
        context.strokeText(row, x, y);
        context.fillText(row, x, y);
      });
    }
  };

  return { choose, draw, measure, edgeOf, SIZE, LINE, FAMILY };
})();
