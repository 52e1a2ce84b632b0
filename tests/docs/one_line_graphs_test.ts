/** Graphs in one line, as the pages show them: each is one that `sluice run` takes. */
import { deepEqual, ok } from "node:assert/strict";
import { checkExpression } from "../../cli/expression/check_expression.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import { nodePackage } from "../../sluice.gen.ts";
import { ROOT } from "../../tools/root.ts";

const registry = new NodeRegistry([nodePackage]);

/** Pages with commands. */
function listPages(folder: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return listPages(`${folder}/${name}`);
    return name.endsWith(".md") ? [`${folder}/${name}`] : [];
  });
}

Deno.test("each graph in one line of a page has -e before it, and is one that runs", () => {
  const mistakes: string[] = [];
  let count = 0;
  for (const page of ["README.md", "examples/README.md", ...listPages("docs")]) {
    const text = Deno.readTextFileSync(ROOT + page).replaceAll("\\\n", " ").replaceAll(/\n {2,}/g, " ");
    for (const [command, options, quote, line] of text.matchAll(/sluice run ([^\n`'"]*)(['"])(.*?)\2/g)) {
      if (!line.includes(" ! ") || quote === '"' && line.includes("$")) continue;
      count++;
      if (!/(^| )-e $/.test(options)) {
        mistakes.push(`${page}: there is no -e before the graph: ${command}`);
        continue;
      }
      // Stages of plugins that are made on the page, or scanned, and of one that a Mac alone opens.
      if (/\b(com\.example|com\.zamaudio|org\.sluice\.apple)\./.test(line)) continue;
      const { errors } = checkExpression(line, registry, [], undefined, "auto");
      mistakes.push(...errors.map(({ message }) => `${page}: ${command}: ${message}`));
    }
  }
  deepEqual(mistakes, []);
  ok(count > 15, `${count} graphs`);
});
