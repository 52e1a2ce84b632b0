/**
 * Writes a graph as a flowchart in Mermaid, which Markdown pages show.
 *
 * @module
 */
import type { GraphFile } from "./graph_file.ts";
import { pictureOf } from "./picture.ts";

/**
 * Returns the text of a flowchart, like {@linkcode graphToDot}. Node ids do not become Mermaid ids, because Mermaid
 * reserves words such as `end`.
 *
 * @param graph the result of `runtime.graph()`, or the JSON of a graph file
 * @throws {SluiceError} `InvalidGraph` for a link with an invalid address
 */
export function graphToMermaid(graph: GraphFile): string {
  const { lanes, links } = pictureOf(graph);
  const lines = ["flowchart LR"];
  for (const [n, { title, nodes }] of lanes.entries()) {
    const indent = title === undefined ? "  " : "    ";
    if (title !== undefined) lines.push(`  subgraph l${n}["${escape(title)}"]`);
    for (const { id, index, words } of nodes) lines.push(`${indent}n${index}["${escape(id)}<br/>${escape(words)}"]`);
    if (title !== undefined) lines.push("  end");
  }
  for (const { from, to, fromPort, toPort, note } of links) {
    const label = `${escape(`${fromPort} → ${toPort}`)}${note === "" ? "" : `<br/>${escape(note)}`}`;
    lines.push(`  n${from} -->|"${label}"| n${to}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Encodes each character that may have a meaning in Mermaid as an entity: `#34;`. */
function escape(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.,()→-]/gu, (c) => {
    const code = c.codePointAt(0)!;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000);
    return control ? " " : `#${code};`;
  });
}
