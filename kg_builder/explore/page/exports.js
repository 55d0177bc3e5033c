"use strict";
/* What is on the screen as files: PNG, SVG, and CSV of the relations shown. */

const Exports = (() => {
  const SCALE = 2;

  const save = (blob, name) => {
    const address = URL.createObjectURL(blob);
    const link = Dom.el("a", { download: name });
    link.href = address;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 30000);
  };

  const fileName = (name, ending) => {
    const plain = String(name || "graph").replace(/\.(kg|db|sqlite)$/i, "").replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
    return `${plain || "graph"}.${ending}`;
  };

  const png = async (graph, { width, height }) => {
    const drawn = await graph.cy.png({ output: "blob-promise", full: false, scale: SCALE, bg: graph.colours().halo });
    const picture = await createImageBitmap(drawn);
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    context.scale(SCALE, SCALE);
    Labels.draw(context, graph.labels(), graph.colours());
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  };

  /* Quoted where needed; what a spreadsheet would run as a formula gets an apostrophe. */
  const field = (value) => {
    if (typeof value === "number") return String(value);
    let text = String(value ?? "");
    if (/^\s*[=+\-@\t\r＝＋－＠]/.test(text)) text = `'${text}`;
    return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  const COLUMNS = ["subject_id", "subject", "subject_type", "predicate", "object_id", "object", "object_type", "support", "confidence", "assertions", "documents"];

  const csv = (view) => {
    const nodes = new Map(view.nodes.map((node) => [node.id, node]));
    const rows = view.edges.map((edge) => {
      const [subject, object] = [nodes.get(edge.subject), nodes.get(edge.object)];
      const said = Object.entries(edge.assertions).sort().map(([name, count]) => `${name} ${count}`).join("; ");
      const documents = [...new Set(edge.statements.map(([document_]) => document_))].sort().join("; ");
      return [subject.id, subject.name, subject.type, edge.predicate, object.id, object.name, object.type, edge.support, edge.confidence ?? "", said, documents];
    });
    return [COLUMNS, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
  };

  /* `inSight` is awaited before a picture is taken of the drawing. */
  const make = ({ graph, container, name, inSight, say, complain }) => {
    const size = () => ({ width: container.clientWidth, height: container.clientHeight, name: name() });
    const kinds = {
      png: () => inSight().then(() => png(graph, size())),
      svg: () => inSight().then(() => new Blob([SvgExport.write(graph, size())], { type: "image/svg+xml" })),
      csv: async () => new Blob([csv(graph.view())], { type: "text/csv;charset=utf-8" }),
    };
    for (const [kind, write] of Object.entries(kinds)) {
      document.getElementById(`export-${kind}`).addEventListener("click", async () => {
        try {
          const file = fileName(name(), kind);
          save(await write(), file);
          say(`Saved ${file}`);
        } catch (problem) {
          complain(problem);
        }
      });
    }
  };

  return { make, csv, field };
})();
