/**
 * `deno task demo`: sets the checkout up, then runs `examples/demo.json` by the command line, as
 * `deno task sluice run examples/demo.json` does. Arguments go on to `sluice run`.
 *
 * `deno task demo --live` runs `examples/live.json` until Ctrl-C and serves the page of it.
 *
 * @module
 */
import { runAttached } from "./command.ts";
import { ROOT } from "./root.ts";
import { setUpOrExit } from "./setup.ts";

/** Of the graph's `file` node. */
const RESULT = "out/demo.wav";

const live = Deno.args.includes("--live");
const { driver } = await setUpOrExit({ page: live });
await Deno.mkdir(`${ROOT}out`, { recursive: true });
const graph = live ? "examples/live.json" : "examples/demo.json";
const rest = Deno.args.filter((each) => each !== "--live");
if (live && !rest.some((each) => each.startsWith("--serve"))) rest.push("--serve");
console.error(`\nRunning ${graph}${live ? "; Ctrl-C ends it" : ""}`);
const code = await runAttached({
  program: Deno.execPath(),
  args: ["run", "-A", "cli/main.ts", "run", graph, ...rest],
  // The set-up has said why; the command line need not say it again.
  env: driver === "portable" ? { SLUICE_NATIVE: "off" } : {},
});
if (code === 0 && !live) console.error(`\nPlay ${RESULT}, or change examples/demo.json and run the demo again`);
Deno.exit(code);
