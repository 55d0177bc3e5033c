"use strict";
/* What was not written, and why; which documents failed; what each run read and wrote. */

const LedgerView = (() => {
  const { el } = Dom;

  const reasons = (rejects, code, actions) => {
    const most = Math.max(1, ...rejects.by_code.map((one) => one.count));
    return el("ul", { class: "plain-list reasons" }, rejects.by_code.map((one) => el("li", {},
      el("button", {
        class: "reason", "aria-pressed": one.code === code, dataset: { code: one.code },
        "aria-label": `${Dom.shown(one.code)}: ${Dom.count(one.count, "item")}`,
        on: { click: () => actions.openLedger(one.code === code ? null : one.code) },
      }, el("span", { class: "code" }, Dom.shown(one.code)), Parts.bar(one.count / most, "many"), el("span", { class: "figure" }, Dom.number(one.count))))));
  };

  const kindOf = (reject) => {
    if (!reject.type) return null;
    return reject.kind === "relation" ? el("span", { class: "predicate" }, Parts.words(reject.type)) : Dom.typeBadge(reject.type);
  };

  const item = (reject, actions) =>
    el("tr", { dataset: { testid: "ledger-row" } },
      el("th", { scope: "row", dataset: { name: "Item" } }, el("span", { class: "muted" }, `${Dom.shown(reject.kind)} `), kindOf(reject), " ",
        reject.text === null ? el("i", { class: "muted" }, "text not kept") : el("span", { class: "rejected-text" }, Dom.shown(reject.text))),
      el("td", { dataset: { name: "Reason" } }, reject.issues.map((issue) => el("p", {}, el("span", { class: "code" }, Dom.shown(issue.code)), " ", Dom.shown(issue.message)))),
      el("td", { dataset: { name: "Document" } }, Parts.documentButton(reject.document, reject.start === null ? null : { start: reject.start, end: reject.end }, actions)));

  const rejected = (data, code, actions) => {
    const { rejects } = data;
    if (!rejects.by_code.length) return Parts.section(3, "Rejected items", el("p", { class: "muted" }, "Nothing was rejected."));
    return Parts.section(3, "Rejected items",
      el("p", { class: "muted" }, "An item with several reasons counts under each."),
      reasons(rejects, code, actions),
      el("p", { role: "status" }, Dom.count(rejects.total, "item"), code ? [" with the reason ", el("span", { class: "code" }, Dom.shown(code))] : null),
      el("table", { class: "ledger" },
        el("thead", {}, el("tr", {}, ["Item", "Reason", "Document"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, rejects.items.map((one) => item(one, actions)))));
  };

  const failures = (data) =>
    Parts.section(3, "Failed documents",
      data.failures.length
        ? el("table", { class: "ledger" },
            el("thead", {}, el("tr", {}, ["Document", "Code", "What happened", "Attempts"].map((name) => el("th", { scope: "col" }, name)))),
            el("tbody", {}, data.failures.map((one) => el("tr", { dataset: { testid: "ledger-row" } },
              el("th", { scope: "row", dataset: { name: "Document" } }, Dom.shown(one.document)), el("td", { dataset: { name: "Code" } }, el("span", { class: "code" }, Dom.shown(one.code))),
              el("td", { dataset: { name: "What happened" } }, Dom.shown(one.message)), el("td", { class: "figure", dataset: { name: "Attempts" } }, Dom.number(one.attempts))))))
        : el("p", { class: "muted" }, "None failed."));

  const when = (text) => {
    const date = text ? new Date(text) : null;
    return date && !Number.isNaN(date.valueOf()) ? date.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }) : "–";
  };

  /* read = written + unchanged + failed, shown as a bar of three parts, and said to hold or not. */
  const account = (title, whole, parts) => {
    const sum = parts.reduce((total, [, value]) => total + value, 0);
    const picture = el("span", { class: "stack", "aria-hidden": "true" }, parts.map(([name, value], at) => {
      const piece = el("span", { class: `part part-${at}`, title: `${name}: ${Dom.number(value)}` });
      piece.style.setProperty("inline-size", `${(value / Math.max(whole, sum, 1)) * 100}%`);
      return piece;
    }));
    return el("div", { class: "account" },
      el("p", {}, `${title}: `, el("strong", {}, Dom.number(whole)), " = ", parts.map(([name, value], at) =>
        [at ? " + " : "", el("span", { class: `key key-${at}`, "aria-hidden": "true" }), `${Dom.number(value)} ${name}`])),
      picture,
      sum === whole ? null : el("p", { class: "problem" }, `These don't add up: ${Dom.number(whole - sum)} unaccounted for.`));
  };

  const steps = (run) => {
    const listed = Object.entries(run.seconds_by_step).sort((a, b) => b[1] - a[1]);
    if (!listed.length) return null;
    const most = Math.max(...listed.map(([, seconds]) => seconds), 1e-9);
    return el("div", {}, el("h5", {}, "Time by step"), el("ul", { class: "plain-list steps" }, listed.map(([step, seconds]) => el("li", {},
      el("span", { class: "step-name" }, Dom.shown(step)), Parts.bar(seconds / most, "time"), el("span", { class: "figure" }, `${seconds < 10 ? seconds.toFixed(2) : Dom.number(Math.round(seconds))} s`)))));
  };

  const counted = (title, counts) => {
    const listed = Object.entries(counts || {});
    return listed.length ? [title, listed.map(([name, count]) => el("span", { class: "counted" }, `${Dom.shown(name)} × ${Dom.number(count)}`))] : [title, null];
  };

  /* Versions, and which model did which step. */
  const setup = (made) => {
    if (!made) return [];
    const parts = (made.parts || []).map(({ step, name, model }) => el("span", { class: "counted" }, `${Dom.shown(step)}: ${Dom.shown(name)}`, model ? el("span", { class: "muted" }, ` (${Dom.shown(model)})`) : null));
    const version = made.package ? `${Dom.shown(made.package)}${made.python ? `, Python ${Dom.shown(made.python)}` : ""}` : null;
    return [["Version", version], ["Steps done by", parts.length ? parts : null], ["Changed settings", (made.changed || []).map(Dom.shown).join(", ")]];
  };

  const usage = (models) =>
    Object.entries(models || {}).map(([name, took]) =>
      [Dom.shown(name), `${Dom.count(took.requests, "request")}, ${Dom.number(took.input_tokens)} tokens in, ${Dom.number(took.output_tokens)} out`]);

  const run = (one, newest) =>
    el("details", { class: "run", open: newest },
      el("summary", {}, el("h4", {}, when(one.started)), " ", el("span", { class: "label-tag", dataset: { ended: one.ended || "open" } }, Dom.shown(one.ended || "not ended")),
        el("span", { class: "muted" }, ` ${Dom.count(one.read, "document")} read`)),
      account("Documents read", one.read, [["written", one.written], ["unchanged", one.unchanged], ["failed", one.failed]]),
      account("Items extracted", one.items_extracted, [["written", one.items_written], ["rejected", one.items_rejected]]),
      steps(one),
      Parts.facts([
        ["Finished", one.finished ? when(one.finished) : null], ["Settings", Dom.shown(one.settings_hash)],
        ["Passed over", one.noted ? Dom.count(one.noted, "file or field", "files or fields") : null],
        counted("Failures", one.failures_by_code), counted("Rejects", one.rejects_by_code), counted("Warnings", one.warnings),
        ["Not served", (one.unserved || []).map(Dom.shown).join(", ")],
        ...setup(one.setup), ...usage(one.usage),
      ]));

  /* `asked`: what the answer is to, {code}. */
  const render = (data, actions, asked = {}) => {
    const { code = null } = asked;
    const runs = [...data.runs].reverse();
    return el("article", { class: "ledger-view" },
      el("header", { class: "doc-head" }, el("h2", {}, "Ledger"), el("p", { class: "muted" }, "What was read, and what did not reach the graph, with the reason.")),
      rejected(data, code, actions), failures(data),
      Parts.section(3, "Runs", runs.length ? runs.map((one, at) => run(one, at === 0)) : el("p", { class: "muted" }, "No run is on record.")));
  };

  return { render };
})();
