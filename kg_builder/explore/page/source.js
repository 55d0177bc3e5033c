"use strict";
/* Where answers come from: the server that gave the page, or the data inside the page. Both give the same JSON. */

const Source = (() => {
  const KEPT = "kg-explorer-token";

  class SourceError extends Error {}

  const session = (act) => {
    try {
      return act(window.sessionStorage);
    } catch {
      return null; // storage is switched off: the token lives in memory alone
    }
  };

  /* The token comes once, as the fragment of the address, and doesn't stay there. */
  const takeToken = () => {
    const given = location.hash.slice(1);
    if (given && !given.includes("=")) {
      history.replaceState(null, "", location.pathname + location.search);
      session((store) => store.setItem(KEPT, given));
      return given;
    }
    return session((store) => store.getItem(KEPT)) || "";
  };

  const read = async (response) => {
    try {
      return await response.json();
    } catch {
      throw new SourceError(`The server gave an answer that can't be read (status ${response.status}).`);
    }
  };

  const LONGEST_HALF = 28000;
  const MOST_IN_HALF = 1900;

  /* Lists of ids that fit into an address each, any two of the ids together in one of them. */
  const askable = (ids) => {
    const halves = [[]];
    let length = 0;
    for (const id of ids) {
      const takes = new URLSearchParams({ id }).toString().length + 1;
      if (length + takes > LONGEST_HALF || halves.at(-1).length === MOST_IN_HALF) {
        halves.push([]);
        length = 0;
      }
      halves.at(-1).push(id);
      length += takes;
    }
    return halves.length < 2 ? halves : halves.flatMap((one, n) => halves.slice(n + 1).map((other) => [...one, ...other]));
  };

  const server = () => {
    const token = takeToken();
    window.addEventListener("hashchange", () => location.hash.length > 1 && !location.hash.includes("=") && location.reload());
    const ask = async (name, given = {}, signal = undefined) => {
      const pairs = Array.isArray(given) ? given : Object.entries(given);
      const query = new URLSearchParams(pairs.filter(([, value]) => value !== undefined && value !== null));
      const headers = { Authorization: `Bearer ${token}`, Accept: "application/json" };
      let response;
      try {
        response = await fetch(`api/${name}?${query}`, { headers, signal, cache: "no-store", credentials: "omit" });
      } catch (problem) {
        if (problem.name === "AbortError") throw problem;
        throw new SourceError("The server doesn't answer. Is `kg-builder explore` still running?");
      }
      const answer = await read(response);
      if (!response.ok) throw new SourceError(answer.error || `The server refused (status ${response.status}).`);
      return answer;
    };
    return {
      kind: "server",
      overview: () => ask("overview"),
      search: (q, signal) => ask("search", { q }, signal),
      neighbours: (id) => ask("neighbours", { id }),
      edges: async (ids) => {
        const answers = await Promise.all(askable(ids).map((some) => ask("edges", some.map((id) => ["id", id]))));
        return { edges: answers.flatMap(({ edges }) => edges) };
      },
      concept: (id) => ask("concept", { id }),
      relation: (s, p, o) => ask("relation", { s, p, o }),
      documents: (q, offset) => ask("documents", { q: q || undefined, offset: offset || 0 }),
      document: (id) => ask("document", { id }),
      ledger: ({ code, offset } = {}) => ask("ledger", { code: code || undefined, offset: offset || 0 }),
    };
  };

  const unpack = async (text) => {
    const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  };

  const keyOf = (s, p, o) => JSON.stringify([s, p, o]);
  const NONE = "The file has no such thing; the graph it was written from may have it.";
  const found = (answer) => {
    if (answer === undefined || answer === null) throw new SourceError(NONE);
    return answer;
  };
  const own = (table, id) => (Object.hasOwn(table || {}, id) ? table[id] : undefined);

  const supportOf = (edge) => new Set(edge.statements.map((statement) => statement[0])).size;

  const indexEdges = (edges) => {
    const at = new Map();
    for (const edge of [...edges].sort((a, b) => supportOf(b) - supportOf(a))) {
      for (const end of new Set([edge.subject, edge.object])) {
        if (!at.has(end)) at.set(end, []);
        at.get(end).push(edge);
      }
    }
    return at;
  };

  const MOST_EDGES = 2000;
  const neighboursIn = (nodes, at, id) => {
    const edges = at.get(id) || [];
    const ids = new Set([id, ...edges.flatMap((edge) => [edge.subject, edge.object])]);
    return {
      nodes: [...ids].map((one) => nodes.get(one)).filter(Boolean),
      edges: edges.slice(0, MOST_EDGES),
      total: edges.length,
    };
  };

  const A_PAGE = { documents: 50, ledger: 100 };

  const ledgerOf = (ledger, code, offset) => {
    const rejects = ledger.rejects;
    const items = code ? rejects.items.filter((item) => item.issues.some((issue) => issue.code === code)) : rejects.items;
    const page = items.slice(offset, offset + A_PAGE.ledger);
    return { ...ledger, rejects: { total: items.length, by_code: rejects.by_code, items: page } };
  };

  const embedded = (element) => {
    let made = null;
    const open = () => {
      if (!made) {
        made = unpack(element.textContent).then((data) => {
          element.remove();
          return {
            data,
            nodes: new Map(data.nodes.map((node) => [node.id, node])),
            at: indexEdges(data.edges),
            relations: new Map((data.relations || []).map((one) => [keyOf(one.subject.id, one.predicate, one.object.id), one])),
            index: null,
          };
        });
      }
      return made;
    };
    return {
      kind: "embedded",
      overview: async () => (await open()).data.overview,
      search: async (q) => {
        const all = await open();
        all.index ??= NameSearch.index(all.data);
        return NameSearch.find(all.index, q);
      },
      neighbours: async (id) => {
        const all = await open();
        found(all.nodes.get(id));
        return neighboursIn(all.nodes, all.at, id);
      },
      edges: async (ids) => {
        const some = new Set(ids);
        return { edges: (await open()).data.edges.filter(({ subject, object }) => some.has(subject) && some.has(object)) };
      },
      concept: async (id) => found(own((await open()).data.concepts, id)),
      relation: async (s, p, o) => found((await open()).relations.get(keyOf(s, p, o))),
      documents: async (q, offset = 0) => {
        const asked = NameSearch.fold(q || "");
        const items = (await open()).data.documents.filter((item) => NameSearch.fold(item.id).includes(asked));
        return { total: items.length, items: items.slice(offset, offset + A_PAGE.documents) };
      },
      document: async (id) => found(own((await open()).data.document, id)),
      ledger: async ({ code, offset } = {}) => ledgerOf((await open()).data.ledger, code, offset || 0),
    };
  };

  const open = () => {
    const element = document.getElementById("graph-data");
    return element ? embedded(element) : server();
  };

  return { open, SourceError, supportOf };
})();

/* Search among the names of a graph that is inside the page: as the server's, but without forgiving typos. */
const NameSearch = (() => {
  const MOST = { concepts: 12, documents: 6 };
  const fold = (text) =>
    String(text ?? "").normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase().replace(/\s+/g, " ").trim();

  const index = (data) => ({
    concepts: data.nodes.map((node) => {
      const names = [node.name, node.id, ...(Object.hasOwn(data.names || {}, node.id) ? data.names[node.id] : [])];
      return { node, names: [...new Set(names)].map((name) => [name, fold(name)]) };
    }),
    documents: data.documents.map((item) => [item.id, fold(item.id)]),
  });

  /* Exactly, at the beginning, at the beginning of a word, anywhere, all words in any order. */
  const rank = (name, asked, words) => {
    if (name === asked) return 1;
    if (name.startsWith(asked)) return 0.9;
    const at = name.indexOf(asked);
    if (at > 0 && !/[\p{L}\p{N}]/u.test(name[at - 1])) return 0.8;
    if (at > 0) return 0.6;
    return words.length > 1 && words.every((word) => name.includes(word)) ? 0.5 : 0;
  };

  const best = (names, asked, words) => {
    let score = 0;
    let matched = null;
    for (const [name, folded] of names) {
      const here = rank(folded, asked, words);
      if (here > score) [score, matched] = [here, name];
    }
    return { score, matched };
  };

  const find = ({ concepts, documents }, q) => {
    const asked = fold(q);
    if (!asked) return { concepts: [], documents: [] };
    const words = asked.split(" ");
    const hits = [];
    for (const { node, names } of concepts) {
      const { score, matched } = best(names, asked, words);
      if (score > 0) hits.push({ ...node, matched, score });
    }
    const above = ({ ancestor_only: only, score }) => Number(only && score < 1); // what no document mentions comes last
    hits.sort((a, b) => above(a) - above(b) || b.score - a.score || b.documents - a.documents || a.name.length - b.name.length || (a.id < b.id ? -1 : 1));
    const listed = documents.filter(([, folded]) => folded.includes(asked)).map(([id]) => ({ id, matched: null }));
    return { concepts: hits.slice(0, MOST.concepts), documents: listed.slice(0, MOST.documents) };
  };

  return { fold, index, find };
})();
