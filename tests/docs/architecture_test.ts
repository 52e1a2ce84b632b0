/** Holds the three ways of `docs/architecture.md` against the tree. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);
const page = await Deno.readTextFile(new URL("docs/architecture.md", ROOT));

for (const way of ["frame", "graph file", "edit"]) {
  Deno.test(`docs/architecture.md tells the way of ${way === "edit" ? "an" : "a"} ${way} by files that are there`, () => {
    const heading = `## The way of ${way === "edit" ? "an" : "a"} ${way}\n`;
    const section = page.slice(page.indexOf(heading) + heading.length).split("\n## ")[0];
    const steps = section.split(/^(?=\d+\. )/m).slice(1);
    assert.ok(steps.length >= 6 && steps.length <= 12, `${steps.length} steps`);
    // A name may stand in a step behind the one that says its file.
    const known: string[] = [];
    for (const step of steps) {
      const quoted = [...step.matchAll(/`([^`]+)`/g)].map(([, text]) => text);
      known.push(
        ...quoted.filter((text) => text.endsWith(".ts")).map((path) => Deno.readTextFileSync(new URL(path, ROOT))),
      );
      for (const text of quoted) {
        const name = /^([A-Z]\w+|\w+(?=\(\)$))/.exec(text)?.[0];
        if (name === undefined || text.includes("/")) continue;
        assert.ok(known.some((source) => new RegExp(`\\b${name}\\b`).test(source)), `${text}: ${step}`);
      }
    }
  });
}
