/** Saves while the generator runs, or refuses what was saved before. */
import assert from "node:assert/strict";
import { sleep, until } from "../fixtures/waiting.ts";
import { generated, load, Watched } from "./watched.ts";

/** The source of a processor that shows which helper it has imported. */
function showing(name: string, members = ""): string {
  return `import { helper } from "./helper.ts";
import { type DataFrame, output, processor, type ProcessorContext, type StreamOutput } from "@sluice/sluice";

/** Idle. */
@processor({ mode: "loop" })
export class ${name} {
  @output() out!: StreamOutput<DataFrame<number>>;
${members}
  process(context: ProcessorContext): void {
    context.report({ helper });
    context.waitUntilNs(context.nowNs() + 1e6);
  }
}
`;
}

/** A member that the generator refuses. */
const ODD = "  @output() odd!: number;";

const HELPER = "export const helper = 1;\n";

Deno.test("watchSources() brings in what is saved while the generator runs for the save before", async () => {
  await using folder = await generated({ "one.ts": showing("One"), "helper.ts": HELPER }, "mine");
  const watched = new Watched([await load(folder)], { one: ["one", "work"] });
  await watched.packages;
  // The generator begins 20 ms after a save.
  for (let ms = 20; ms <= 40; ms += 5) {
    await folder.write("one.ts", showing("One", ODD));
    await sleep(ms);
    await folder.write("one.ts", showing("One").replace("Idle", `After ${ms} ms`));
    await until(() => watched.nodes.one.includes(`After ${ms} ms.`));
  }
  await watched.end();
});

Deno.test("watchSources() brings in with what mends a refused file what was saved meanwhile", async () => {
  const files = { "one.ts": showing("One"), "two.ts": showing("Two"), "helper.ts": HELPER };
  await using folder = await generated(files, "mine");
  const watched = new Watched([await load(folder)], { one: ["one", "work"], two: ["two", "work"] });
  await watched.packages;
  await watched.runtime.start();
  await folder.write("one.ts", showing("One", ODD));
  assert.match((await watched.next()).error!.message, /^one\.ts:/);
  await folder.write("helper.ts", HELPER.replace("1", "2"));
  assert.match((await watched.next()).error!.message, /^one\.ts:/);
  await folder.write("one.ts", showing("One"));
  assert.deepEqual((await watched.next()).nodes, ["one", "two"]);
  const helpers = () => watched.runtime.stats().nodes.map(({ figures }) => figures?.helper);
  await until(() => helpers().every((each) => each === 2));
  await watched.end();
});
