"use strict";
/* One text (original or cleaned) with what was found in it. Every stretch is one element, never one inside the
   other, so that each can be a button; the mentions it lies in are underlines in lanes, the innermost its colour.
   Of a text with many of them, a chunk is plain until it comes near what is seen. */

const DocumentText = (() => {
  const { el } = Dom;
  const AT_ONCE = 2000;
  const NEAR = "900px 0px";
  const LANE = 4;
  const SIGNS = { negated: "\u2298", possible: "?", hypothetical: "?", historical: "\u21ba", family: "\u2302" };

  const colourOf = (type) => {
    const style = Dom.styleOf(type);
    return `light-dark(${style.light}, ${style.dark})`;
  };

  /* A type as it stands among the words of a text: of a long one, its first word. */
  const short = (type) => Dom.shown(type.length > 12 ? `${(/[A-Z]?[a-z]+|[^\W_]+/.exec(type) || [type.slice(0, 12)])[0]}…` : type);

  /* `data`: the document; `side`: original or cleaned; `heard`: {pick(keys), point(keys, on)}; `marked`: m3, a0, r1 → classes
     that mark it, in both texts. */
  const make = (data, side, heard, marked) => {
    const { chunks, pieces } = DocumentChunks.cut(data[side]);
    const lanes = DocumentChunks.lanesOf(data[side]);
    const lane = (n) => lanes.get(n) ?? 0;
    const stretches = pieces.filter(({ keys }) => keys.length);
    const byKey = new Map(); // m3, a0, r1 → its stretches, in order
    const item = { m: data.mentions, a: data.attributes, r: data.rejects };
    const found = (key) => item[key[0]][Number(key.slice(1))];
    const root = el("div", { class: "document-text", dataset: { testid: side === "original" ? "document-text" : "document-text-cleaned", side } });
    for (const piece of stretches) {
      for (const key of piece.keys) {
        if (!byKey.has(key)) byKey.set(key, []);
        byKey.get(key).push(piece);
      }
    }

    const plain = ({ text }) => document.createTextNode(Dom.prose(text));
    const stretch = (piece) => {
      piece.node = el("span", { class: "stretch", role: "button", tabindex: "-1" }, el("span", { class: "said" }, Dom.prose(piece.text)));
      piece.node.stretch = piece;
      paint(piece);
      return piece.node;
    };

    const draw = (chunk) => {
      if (chunk.drawn) return;
      chunk.drawn = true;
      nearby.unobserve(chunk.node);
      chunk.node.replaceChildren(...chunk.pieces.map((piece) => (piece.node = piece.keys.length ? stretch(piece) : plain(piece))));
    };
    const drawn = (piece) => {
      draw(piece.chunk);
      return piece.node;
    };

    const nearby = new IntersectionObserver(
      (seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && draw(target.chunk)),
      { rootMargin: NEAR, scrollMargin: NEAR },
    );
    for (const chunk of chunks) {
      chunk.node = el("div", { class: "chunk" }, chunk.pieces.map(({ text }) => Dom.prose(text)).join(""));
      chunk.node.chunk = chunk;
      root.append(chunk.node);
      if (stretches.length > AT_ONCE) nearby.observe(chunk.node);
    }

    /* Draws one stretch for what of it is switched on. */
    const paint = ({ node, segment, keys, shown }) => {
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
      for (const key of keys) node.classList.add(...(marked.get(key) || []));
      Dom.paint(node, inner.type);
      const after = shown.filter((key) => byKey.get(key).at(-1).node === node).reverse().map(tagOf);
      if (after.length) node.dataset.after = after.join(" ");
      node.title = shown.map(meaning).reverse().join("; ");
    };

    const layer = (node, mentions) => {
      const top = Math.max(...mentions.map((n) => lane(n)));
      const colours = mentions.map((n) => colourOf(data.mentions[n].type));
      node.classList.add("on", "mention");
      const inner = data.mentions[mentions.at(-1)];
      if (mentions.some((n) => data.mentions[n].assertion === "negated")) node.classList.add("negated");
      if (["possible", "hypothetical"].includes(inner.assertion)) node.classList.add("uncertain");
      node.style.setProperty("background-image", colours.map((colour) => `linear-gradient(${colour}, ${colour})`).join(", "));
      node.style.setProperty("background-position", mentions.map((n) => `0 calc(100% - ${(top - lane(n)) * LANE}px)`).join(", "));
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
      for (const piece of stretches) {
        const before = piece.shown.length;
        piece.shown = piece.keys.filter((key) => !hidden.has(kindOf(key)));
        if (piece.node && piece.shown.length !== before) paint(piece); // what is hidden changes by kinds: same number, same keys
      }
      if (stretches.length <= AT_ONCE) chunks.forEach(draw);
      if (!home?.shown.length) rove(stretches.find(({ shown }) => shown.length));
    };

    let home = null;
    const rove = (piece) => {
      if (home) home.node.tabIndex = -1;
      home = piece || null;
      if (home) drawn(home).tabIndex = 0;
    };

    const mark = (key, kind, on) => {
      for (const { node } of byKey.get(key) || []) node?.classList.toggle(kind, on);
    };

    const pieceOf = (event) => {
      const node = event.target instanceof Element ? event.target.closest(".stretch.on") : null;
      return node ? node.stretch : null;
    };

    const step = (piece, key) => {
      const shown = stretches.filter((one) => one.shown.length);
      const at = shown.indexOf(piece);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[key];
      return to === undefined ? null : shown[Math.max(0, Math.min(shown.length - 1, to))];
    };

    root.addEventListener("click", (event) => {
      const piece = pieceOf(event);
      if (!piece) return;
      rove(piece);
      heard.pick(piece.shown, side);
    });
    root.addEventListener("keydown", (event) => {
      const piece = pieceOf(event);
      if (!piece || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = step(piece, event.key);
      if (next) {
        rove(next);
        next.node.focus();
      } else if (event.key === "Enter" || event.key === " ") heard.pick(piece.shown, side);
      else return;
      event.preventDefault();
    });
    for (const [event, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
      root.addEventListener(event, (happened) => {
        const piece = pieceOf(happened);
        if (piece) heard.point(piece.shown, on);
      });
    }

    const scrollTo = (node) => {
      const { innerHeight } = window;
      const far = Math.abs(node.getBoundingClientRect().top) > 3 * innerHeight || matchMedia("(prefers-reduced-motion: reduce)").matches;
      node.scrollIntoView({ block: "center", behavior: far ? "auto" : "smooth" });
    };

    /* Offsets count characters of the text; the page counts in UTF-16, and shows some characters as several. */
    const rangeOf = (start, end) => {
      const at = (offset, last) => {
        const piece = pieces.findLast(({ from }) => (last ? from < offset : from <= offset));
        if (!piece) return null;
        const node = drawn(piece) instanceof Element ? piece.node.firstChild.firstChild : piece.node;
        const before = Dom.prose([...piece.text].slice(0, offset - piece.from).join("")).length;
        return node ? [node, Math.min(before, node.length)] : null;
      };
      const [from, to] = [at(start, false), at(end, true)];
      if (!from || !to || end <= start) return null;
      const range = document.createRange();
      range.setStart(...from);
      range.setEnd(...to);
      return range;
    };

    /* Marks the text between two offsets and scrolls there. */
    const show = (start, end) => {
      const range = rangeOf(start, end);
      if (!range) return false;
      if (window.Highlight && CSS.highlights) CSS.highlights.set("place", new Highlight(range));
      const inside = stretches.find(({ from, letters }) => from < end && from + letters > start);
      scrollTo(inside ? drawn(inside) : range.startContainer.parentElement);
      return true;
    };

    /* Elements of a mention, attribute or reject; of those alone that are drawn already. */
    const nodes = (key) => (byKey.get(key) || []).map(drawn);
    const nodesDrawn = (key) => (byKey.get(key) || []).flatMap(({ node }) => node ?? []);

    return { root, refresh, mark, show, nodes, nodesDrawn };
  };

  return { make };
})();
