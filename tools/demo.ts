/**
 * `deno task demo`: sets the checkout up, then runs `examples/demo.json` as
 * `deno task sluice run examples/demo.json` does. Arguments go on to `sluice run`.
 *
 * `deno task demo --live` runs `examples/live.json` until Ctrl-C and serves the page of it.
 *
 * @module
 */
import { ROOT } from "./root.ts";
import { setUpOrExit } from "./setup.ts";

/** The output of the graph's `file` node. */
const RESULT = "out/demo.wav";

const live = Deno.args.includes("--live");
const { driver } = await setUpOrExit({ page: live });
await Deno.mkdir(`${ROOT}out`, { recursive: true });
const graph = live ? "examples/live.json" : "examples/demo.json";
const rest = Deno.args.filter((each) => each !== "--live");
if (live && !rest.some((each) => each.startsWith("--serve"))) rest.push("--serve");
console.error(`\nRunning ${graph}${live ? "; Ctrl-C ends it" : ""}`);
// The set-up has said why; the command line need not say it again.
if (driver === "portable") Deno.env.set("SLUICE_NATIVE", "off");
Deno.chdir(ROOT);
// In this process, so that nothing is left when it ends; and only now, since the set-up installs what it imports.
const { runProgram }: typeof import("../cli/main.ts") = await import(`${new URL("../cli/main.ts", import.meta.url)}`);
await runProgram(["run", graph, ...rest], (exitCode) => {
  if (exitCode === 0 && !live) console.error(`\nPlay ${RESULT}, or change examples/demo.json and run the demo again`);
});
