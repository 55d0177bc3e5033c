"use strict";
/* One text (original or cleaned) with what was found in it. Every stretch is one element, never one inside the
   other, so that each can be a button; the mentions it lies in are underlines in lanes, the innermost its colour. */

const DocumentText = (() => {
  const { el } = Dom;
  const CHUNK = 3000;
  const LANE = 4;
  const SIGNS = { negated: "\u2298", possible: "?", hypothetical: "?", historical: "\u21ba", family: "\u2302" };

  /* A lane for each mention, 0 for innermost ones; mentions that share a stretch differ. */
  const lanesOf = (segments) => {
    const beside = new Map();
    for (const { mentions } of segments) {
      for (const n of mentions) {
        if (!beside.has(n)) beside.set(n, new Set());
        for (const other of mentions) beside.get(n).add(other);
      }
    }
    const lanes = new Map();
    for (const n of [...beside.keys()].reverse()) {
      const taken = new Set([...beside.get(n)].map((other) => lanes.get(other)));
      let lane = 0;
      while (taken.has(lane)) lane += 1;
      lanes.set(n, lane);
    }
    return lanes;
  };

  const colourOf = (type) => {
    const style = Dom.styleOf(type);
    return `light-dark(${style.light}, ${style.dark})`;
  };

  /* A type as it stands among the words of a text: of a long one, its first word. */
  const short = (type) => Dom.shown(type.length > 12 ? `${(/[A-Z]?[a-z]+|[^\W_]+/.exec(type) || [type.slice(0, 12)])[0]}…` : type);

  const KINDS = [["mentions", "m"], ["attributes", "a"], ["rejects", "r"]];
  const keysOf = (segment) => KINDS.flatMap(([kind, letter]) => segment[kind].map((n) => `${letter}${n}`));

  /* Offsets count characters of the original; the page counts in UTF-16, and shows some characters as several. */
  const rangeOf = (places, start, end) => {
    const at = (offset, last) => {
      const place = places.findLast(({ from }) => (last ? from < offset : from <= offset));
      if (!place) return null;
      const node = place.node instanceof Element ? place.node.firstChild.firstChild : place.node;
      const before = Dom.prose([...place.text].slice(0, offset - place.from).join("")).length;
      return node ? [node, Math.min(before, node.length)] : null;
    };
    const [from, to] = [at(start, false), at(end, true)];
    if (!from || !to || end <= start) return null;
    const range = document.createRange();
    range.setStart(...from);
    range.setEnd(...to);
    return range;
  };

  /* `data`: the document; `side`: original or cleaned; `heard`: {pick(keys, node), point(keys, on)}. */
  const make = (data, side, heard) => {
    const segments = data[side];
    const lanes = lanesOf(segments);
    const byKey = new Map(); // m3, a0, r1 → its elements, in order
    const spans = []; // {node, segment, keys} of stretches in which something is
    const places = []; // {node, text, from, letters}: where each piece begins and how long it is, in code points
    const item = { m: data.mentions, a: data.attributes, r: data.rejects };
    const found = (key) => item[key[0]][Number(key.slice(1))];
    const root = el("div", { class: "document-text", dataset: { testid: side === "original" ? "document-text" : "document-text-cleaned", side } });

    const stretch = (segment, keys) => {
      const node = el("span", { class: "stretch", role: "button", tabindex: "-1" }, el("span", { class: "said" }, Dom.prose(segment.text)));
      const span = { node, segment, keys, shown: [] };
      spans.push(span);
      node.stretch = span;
      for (const key of keys) {
        if (!byKey.has(key)) byKey.set(key, []);
        byKey.get(key).push(node);
      }
      return node;
    };

    /* Chunks end at line breaks, so that the browser may leave out those that are out of sight. */
    const build = () => {
      let chunk = el("div", { class: "chunk" });
      let length = 0;
      let from = 0;
      const put = (node, text) => {
        chunk.append(node);
        const letters = [...text].length;
        places.push({ node, text, from, letters });
        from += letters;
        length += text.length;
      };
      const close = () => {
        root.append(chunk);
        chunk = el("div", { class: "chunk" });
        length = 0;
      };
      for (const segment of segments) {
        const keys = keysOf(segment);
        if (keys.length) {
          put(stretch(segment, keys), segment.text);
          continue;
        }
        let rest = segment.text;
        for (let end = lineEnd(rest, length); end > 0; end = lineEnd(rest, length)) {
          put(plain(rest.slice(0, end)), rest.slice(0, end));
          close();
          rest = rest.slice(end);
        }
        if (rest) put(plain(rest), rest);
      }
      close();
    };

    const plain = (text) => document.createTextNode(Dom.prose(text));
    /* Where the chunk may end within a text, 0 for nowhere. */
    const lineEnd = (text, before) => (before + text.length > CHUNK ? text.indexOf("\n", Math.max(0, CHUNK - before)) + 1 : 0);

    /* Draws one stretch for what of it is switched on. */
    const paint = (span, hidden) => {
      const { node, segment, keys } = span;
      const shown = keys.filter((key) => !hidden.has(kindOf(key)));
      if (span.painted && shown.length === span.shown.length) return; // what is hidden changes by kinds: same number, same keys
      span.painted = true;
      span.shown = shown;
      const mentions = segment.mentions.filter((n) => shown.includes(`m${n}`));
      const inner = shown.length ? found(mentions.length ? `m${mentions.at(-1)}` : shown[0]) : null;
      node.className = "stretch";
      node.removeAttribute("style");
      delete node.dataset.after;
      node.removeAttribute("title");
      node.toggleAttribute("role", Boolean(inner));
      if (!inner) return;
      node.setAttribute("role", "button");
      if (mentions.length) layer(node, mentions);
      else node.classList.add("on", shown[0].startsWith("a") ? "attribute" : "reject");
      if (shown.some((key) => key.startsWith("r"))) node.classList.add("reject");
      Dom.paint(node, inner.type);
      const after = shown.filter((key) => byKey.get(key).at(-1) === node).reverse().map(tagOf);
      if (after.length) node.dataset.after = after.join(" ");
      node.title = shown.map(meaning).reverse().join("; ");
    };

    const layer = (node, mentions) => {
      const top = Math.max(...mentions.map((n) => lanes.get(n)));
      const colours = mentions.map((n) => colourOf(data.mentions[n].type));
      node.classList.add("on", "mention");
      const inner = data.mentions[mentions.at(-1)];
      if (mentions.some((n) => data.mentions[n].assertion === "negated")) node.classList.add("negated");
      if (["possible", "hypothetical"].includes(inner.assertion)) node.classList.add("uncertain");
      node.style.setProperty("background-image", colours.map((colour) => `linear-gradient(${colour}, ${colour})`).join(", "));
      node.style.setProperty("background-position", mentions.map((n) => `0 calc(100% - ${(top - lanes.get(n)) * LANE}px)`).join(", "));
      node.style.setProperty("padding-block-end", `${2 + top * LANE}px`);
    };

    const kindOf = (key) => (key[0] === "m" ? found(key).type : key[0] === "a" ? "\u0000attributes" : "\u0000rejects");
    const tagOf = (key) => {
      const thing = found(key);
      const sign = (key[0] === "m" && SIGNS[thing.assertion]) || (key[0] === "r" ? "\u2717" : "");
      return `${sign ? `${sign}\u00a0` : ""}${short(thing.type || "rejected")}`;
    };

    /* What a pointer and a screen reader are told of it. */
    const meaning = (key) => {
      const thing = found(key);
      const type = Dom.shown(thing.type || "");
      if (key[0] === "r") return `rejected ${type}`;
      if (key[0] === "a") return type;
      const said = thing.assertion === "present" ? "" : `, ${Dom.shown(thing.assertion)}`;
      const names = thing.concepts.map(({ name }) => Dom.shown(name)).join(", ");
      return `${type}${said}${names ? `: ${names}` : ""}`;
    };

    const refresh = (hidden) => {
      for (const span of spans) paint(span, hidden);
      if (!spans.some(({ node }) => node.tabIndex === 0 && node.stretch.shown.length)) rove(spans.find(({ shown }) => shown.length));
    };

    let home = null;
    const rove = (span) => {
      if (home) home.node.tabIndex = -1;
      home = span || null;
      if (home) home.node.tabIndex = 0;
    };

    const mark = (keys, kind, on) => {
      for (const key of keys) for (const node of byKey.get(key) || []) node.classList.toggle(kind, on);
    };

    const spanOf = (event) => {
      const node = event.target instanceof Element ? event.target.closest(".stretch.on") : null;
      return node ? node.stretch : null;
    };

    const step = (span, key) => {
      const shown = spans.filter((one) => one.shown.length);
      const at = shown.indexOf(span);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[key];
      return to === undefined ? null : shown[Math.max(0, Math.min(shown.length - 1, to))];
    };

    root.addEventListener("click", (event) => {
      const span = spanOf(event);
      if (!span) return;
      rove(span);
      heard.pick(span.shown, side);
    });
    root.addEventListener("keydown", (event) => {
      const span = spanOf(event);
      if (!span || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = step(span, event.key);
      if (next) {
        rove(next);
        next.node.focus();
      } else if (event.key === "Enter" || event.key === " ") heard.pick(span.shown, side);
      else return;
      event.preventDefault();
    });
    for (const [event, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
      root.addEventListener(event, (happened) => {
        const span = spanOf(happened);
        if (span) heard.point(span.shown, on);
      });
    }

    const scrollTo = (node, smooth = true) =>
      node.scrollIntoView({ block: "center", behavior: smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "auto" });

    /* Marks the text between two offsets and scrolls there. */
    const show = (start, end) => {
      const range = rangeOf(places, start, end);
      if (!range) return false;
      if (window.Highlight && CSS.highlights) CSS.highlights.set("place", new Highlight(range));
      const inside = places.find(({ node, from, letters }) => node instanceof Element && from < end && from + letters > start);
      scrollTo(inside ? inside.node : range.startContainer.parentElement);
      return true;
    };

    build();
    return { root, refresh, mark, show, scrollTo, nodes: (key) => byKey.get(key) || [], size: spans.length };
  };

  return { make };
})();
