"use strict";
/* A text cut into chunks, which are drawn one by one, and these into pieces: stretches in which the same things were
   found, and plain text between them. Nothing here touches the page. */

const DocumentChunks = (() => {
  const LONG = 3000;
  const LONGEST = 2 * LONG;
  const KINDS = [["mentions", "m"], ["attributes", "a"], ["rejects", "r"]];

  const NONE = [];
  const keysOf = (segment) =>
    KINDS.some(([kind]) => segment[kind].length) ? KINDS.flatMap(([kind, letter]) => segment[kind].map((n) => `${letter}${n}`)) : NONE;

  const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;
  const lettersIn = (text) => text.length - (text.match(PAIRS)?.length ?? 0);

  /* A lane for each mention that shares a stretch, 0 for innermost ones; those that share one differ. */
  const lanesOf = (segments) => {
    const beside = new Map();
    for (const { mentions } of segments) {
      for (const n of mentions.length > 1 ? mentions : NONE) {
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

  /* Where a chunk of `before` characters so far may end in a plain text: behind a line break; where lines are longer
     than any chunk, behind a sentence or a word, since the page is slow with lines of a megabyte; 0: not in here. */
  const endIn = (text, before) => {
    const least = Math.max(0, LONG - before);
    const room = text.slice(0, Math.max(0, LONGEST - before));
    const line = room.indexOf("\n", least) + 1;
    if (line || room.length === text.length) return line;
    if (!room) return text.search(/\s/) + 1;
    for (const end of [". ", " "]) {
      const at = room.lastIndexOf(end);
      if (at >= least) return at + end.length;
    }
    return room.length - Number(/[\ud800-\udbff]$/.test(room)); // never between the halves of a character
  };

  /* {chunks: [{pieces}], pieces: [{chunk, text, from, letters, segment, keys, shown, node}]}: `from` and `letters` count
     characters of the text as Python does; keys are m3, a0, r1: mention, attribute, reject, none in plain text. */
  const cut = (segments) => {
    const [chunks, pieces] = [[], []];
    let [chunk, length, from] = [null, 0, 0];
    const close = () => void ([chunk, length] = [null, 0]);
    const put = (text, segment, keys) => {
      if (!chunk) chunks.push((chunk = { pieces: [], node: null, drawn: false }));
      const letters = lettersIn(text);
      const piece = { chunk, text, from, letters, segment, keys, shown: [], node: null };
      chunk.pieces.push(piece);
      pieces.push(piece);
      from += letters;
      length += text.length;
    };
    for (const segment of segments) {
      const keys = keysOf(segment);
      let rest = segment.text;
      for (let end = 0; !keys.length && (end = endIn(rest, length)) > 0; rest = rest.slice(end)) {
        put(rest.slice(0, end), segment, keys);
        close();
      }
      if (rest) put(rest, segment, keys);
    }
    return { chunks, pieces };
  };

  return { cut, lanesOf };
})();
