"use strict";
/* Where nodes go. Pure geometry: items are {id, x, y, r, w, h}: radius, and width and height of the label below.
   No chance is involved: equal graphs are drawn equally. */

const Layout = (() => {
  const GOLDEN = Math.PI * (3 - Math.sqrt(5));
  const PAD = 7;

  const boxOf = (item) => ({
    left: Math.max(item.r, item.w / 2) + PAD,
    up: item.r + PAD,
    down: item.r + item.h + PAD,
  });

  /* Puts `moved` items apart where their boxes (node and label) overlap; others push but stay. */
  const separate = (items, fixed, passes) => {
    const boxes = items.map(boxOf);
    const stays = items.map((item) => fixed.has(item.id));
    for (let pass = 0; pass < passes; pass += 1) {
      let clashes = 0;
      const order = items.map((_, n) => n).sort((a, b) => items[a].x - boxes[a].left - (items[b].x - boxes[b].left));
      for (let i = 0; i < order.length; i += 1) {
        const a = order[i];
        for (let j = i + 1; j < order.length; j += 1) {
          const b = order[j];
          if (items[b].x - boxes[b].left >= items[a].x + boxes[a].left) break;
          if (!stays[a] || !stays[b]) clashes += part(items, boxes, stays, a, b);
        }
      }
      if (!clashes) return;
    }
  };

  const part = (items, boxes, stays, a, b) => {
    const [p, q, k, l] = [items[a], items[b], boxes[a], boxes[b]];
    const across = k.left + l.left - Math.abs(p.x - q.x);
    const down = p.y <= q.y ? k.down + l.up - (q.y - p.y) : l.down + k.up - (p.y - q.y);
    if (across <= 0 || down <= 0) return 0;
    const [shareP, shareQ] = stays[a] ? [0, 1] : stays[b] ? [1, 0] : [0.5, 0.5];
    const axis = across < down ? "x" : "y";
    const amount = Math.min(across, down) * 0.55;
    const sign = p[axis] < q[axis] || (p[axis] === q[axis] && a < b) ? 1 : -1;
    p[axis] -= sign * amount * shareP;
    q[axis] += sign * amount * shareQ;
    return 1;
  };

  const REACH = 420;
  const STRENGTH = 9000;

  const repel = (items, moves) => {
    for (let i = 0; i < items.length; i += 1) {
      for (let j = i + 1; j < items.length; j += 1) {
        let dx = items[j].x - items[i].x;
        let dy = items[j].y - items[i].y;
        if (Math.abs(dx) > REACH || Math.abs(dy) > REACH) continue;
        if (dx === 0 && dy === 0) [dx, dy] = [Math.cos(i * GOLDEN), Math.sin(j * GOLDEN)];
        const squared = Math.max(400, dx * dx + dy * dy);
        const force = STRENGTH / squared / Math.sqrt(squared);
        moves[i][0] -= dx * force;
        moves[i][1] -= dy * force;
        moves[j][0] += dx * force;
        moves[j][1] += dy * force;
      }
    }
  };

  const pull = (items, springs, moves) => {
    for (const [i, j, ease, length] of springs) {
      const dx = items[j].x - items[i].x;
      const dy = items[j].y - items[i].y;
      const distance = Math.hypot(dx, dy) || 1;
      const rest = items[i].r + items[j].r + length;
      const force = ((distance - rest) / distance) * 0.16 * ease;
      moves[i][0] += dx * force;
      moves[i][1] += dy * force;
      moves[j][0] -= dx * force;
      moves[j][1] -= dy * force;
    }
  };

  const springsOf = (items, links) => {
    const at = new Map(items.map((item, n) => [item.id, n]));
    const degree = new Array(items.length).fill(0);
    const pairs = new Map();
    for (const [from, to] of links) {
      const [i, j] = [at.get(from), at.get(to)];
      if (i === undefined || j === undefined || i === j) continue;
      pairs.set(i < j ? `${i} ${j}` : `${j} ${i}`, [i, j]);
    }
    for (const [i, j] of pairs.values()) {
      degree[i] += 1;
      degree[j] += 1;
    }
    return [...pairs.values()].map(([i, j]) => {
      const least = Math.min(degree[i], degree[j]);
      return [i, j, 1 / Math.sqrt(least), 88 + 9 * Math.min(8, least - 1)];
    });
  };

  /* Springs along edges, repulsion between all, a weak pull to the middle. */
  const relax = (items, links, { ticks, heat = 1, fixed = new Set(), gravity = 0.012 }) => {
    const springs = springsOf(items, links);
    const middle = centre(items);
    for (let tick = 0; tick < ticks; tick += 1) {
      const warmth = heat * (1 - tick / ticks);
      const moves = items.map((item) => [(middle.x - item.x) * gravity, (middle.y - item.y) * gravity * 1.35]);
      repel(items, moves);
      pull(items, springs, moves);
      items.forEach((item, n) => {
        if (fixed.has(item.id)) return;
        const length = Math.hypot(...moves[n]);
        const most = 40 * warmth + 0.5;
        const scale = length > most ? most / length : 1;
        item.x += moves[n][0] * scale;
        item.y += moves[n][1] * scale;
      });
      if (tick > ticks * 0.6) separate(items, fixed, 1);
    }
    separate(items, fixed, 40);
  };

  const centre = (items) => {
    const sum = items.reduce((total, item) => [total[0] + item.x, total[1] + item.y], [0, 0]);
    return { x: sum[0] / (items.length || 1), y: sum[1] / (items.length || 1) };
  };

  const components = (items, links) => {
    const parent = new Map(items.map((item) => [item.id, item.id]));
    const root = (id) => {
      let top = id;
      while (parent.get(top) !== top) top = parent.get(top);
      parent.set(id, top);
      return top;
    };
    for (const [from, to] of links) if (parent.has(from) && parent.has(to)) parent.set(root(from), root(to));
    const groups = new Map();
    for (const item of items) {
      const top = root(item.id);
      if (!groups.has(top)) groups.set(top, []);
      groups.get(top).push(item);
    }
    return [...groups.values()].sort((a, b) => b.length - a.length);
  };

  const bounds = (items) => {
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (const item of items) {
      const own = boxOf(item);
      box.left = Math.min(box.left, item.x - own.left);
      box.right = Math.max(box.right, item.x + own.left);
      box.top = Math.min(box.top, item.y - own.up);
      box.bottom = Math.max(box.bottom, item.y + own.down);
    }
    return box;
  };

  /* Components beside each other without overlap, the largest in the middle, in a frame `aspect` times as wide as high. */
  const pack = (groups, aspect) => {
    const placed = [];
    for (const group of groups) {
      const box = bounds(group);
      const [width, height] = [box.right - box.left + 26, box.bottom - box.top + 20];
      const spot = freeSpot(placed, width, height, aspect);
      placed.push({ ...spot, width, height });
      const dx = spot.x - (box.left + box.right) / 2;
      const dy = spot.y - (box.top + box.bottom) / 2;
      for (const item of group) [item.x, item.y] = [item.x + dx, item.y + dy];
    }
  };

  const freeSpot = (placed, width, height, aspect) => {
    const clear = (x, y) =>
      placed.every((one) => Math.abs(one.x - x) >= (one.width + width) / 2 || Math.abs(one.y - y) >= (one.height + height) / 2);
    for (let step = 0; ; step += 1) {
      const radius = 9 * Math.sqrt(step);
      const x = radius * Math.cos(step * GOLDEN) * aspect;
      const y = radius * Math.sin(step * GOLDEN);
      if (clear(x, y)) return { x, y };
    }
  };

  /* A whole graph from nothing. */
  const fresh = (items, links, aspect) => {
    const groups = components(items, links);
    for (const group of groups) {
      group.forEach((item, n) => {
        item.x = 46 * Math.sqrt(n) * Math.cos(n * GOLDEN) * Math.min(1.5, aspect);
        item.y = 46 * Math.sqrt(n) * Math.sin(n * GOLDEN);
      });
      if (group.length > 1) relax(group, links, { ticks: group.length > 250 ? 90 : 260 });
    }
    pack(groups, Math.max(0.6, Math.min(2, aspect)));
  };

  const capacities = (count, inner, step, pitch) => {
    const rings = [];
    for (let radius = inner, room = 0; room < count; radius += step) {
      const places = Math.max(3, Math.floor((2 * Math.PI * radius) / pitch));
      rings.push({ radius, places });
      room += places;
    }
    return rings;
  };

  const share = (rings, count) => {
    const room = rings.reduce((sum, ring) => sum + ring.places, 0);
    let left = count;
    rings.forEach((ring, n) => {
      ring.count = n === rings.length - 1 ? left : Math.min(left, Math.round((ring.places * count) / room));
      left -= ring.count;
    });
  };

  /* Rings around a middle, the first items nearest; within a ring those of one `group` stand together.
     Answers how far the rings reach. */
  const rings = (middle, items, crowded) => {
    const size = items.reduce((most, item) => Math.max(most, item.r), 0);
    const pitch = crowded ? 2 * size + 8 : 84;
    const step = crowded ? 2 * size + 8 : 66;
    const inner = middle.r + (crowded ? 110 : 96);
    const drawn = capacities(items.length, inner, step, pitch);
    share(drawn, items.length);
    let next = 0;
    drawn.forEach((ring, n) => {
      const here = items.slice(next, next + ring.count).sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
      next += ring.count;
      here.forEach((item, k) => {
        const angle = -Math.PI / 2 + (2 * Math.PI * (k + (n % 2) / 2)) / here.length;
        item.x = middle.x + ring.radius * Math.cos(angle);
        item.y = middle.y + ring.radius * Math.sin(angle);
      });
    });
    return drawn.at(-1).radius + step;
  };

  /* Room for a disc around the middle: all others move outward, the far ones hardly. */
  const makeRoom = (middle, others, radius) => {
    others.forEach((item, n) => {
      let dx = item.x - middle.x;
      let dy = item.y - middle.y;
      if (dx === 0 && dy === 0) [dx, dy] = [Math.cos(n * GOLDEN), Math.sin(n * GOLDEN)];
      const distance = Math.hypot(dx, dy);
      const factor = Math.hypot(distance, radius) / distance;
      item.x = middle.x + dx * factor;
      item.y = middle.y + dy * factor;
    });
  };

  /* The same with nodes alone: where there are many, not all have room for their names. */
  const separateDiscs = (items, fixed) => {
    const discs = items.map(({ id, x, y, r }) => ({ id, x, y, r, w: 0, h: 0 }));
    separate(discs, fixed, 8);
    items.forEach((item, n) => [item.x, item.y] = [discs[n].x, discs[n].y]);
  };

  const CROWDED = 70;
  const MOST_RELAXED = 260;

  /* New items around a concept that is already there; what was there keeps its order around it. */
  const around = (middle, added, others, links) => {
    if (!added.length) return;
    const crowded = added.length > CROWDED;
    makeRoom(middle, others, rings(middle, added, crowded));
    const all = [middle, ...added, ...others];
    if (crowded) separateDiscs(all, new Set([middle, ...added].map((item) => item.id)));
    if (all.length <= MOST_RELAXED && !crowded) relax(all, links, { ticks: 90, heat: 0.35, fixed: new Set([middle.id]), gravity: 0.004 });
  };

  /* New items without a place, near those they are linked to. */
  const beside = (added, others, links) => {
    const known = new Map(others.map((item) => [item.id, item]));
    const box = others.length ? bounds(others) : { left: 0, right: 0, bottom: 0 };
    added.forEach((item, n) => {
      const near = links.flatMap(([a, b]) => (a === item.id ? [known.get(b)] : b === item.id ? [known.get(a)] : [])).filter(Boolean);
      const at = near.length ? centre(near) : { x: (box.left + box.right) / 2, y: box.bottom + 70 };
      item.x = at.x + 70 * Math.cos(n * GOLDEN);
      item.y = at.y + 70 * Math.sin(n * GOLDEN);
    });
    separate([...others, ...added], new Set(known.keys()), 30);
  };

  return { fresh, around, beside, bounds };
})();
