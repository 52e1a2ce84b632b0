/**
 * `deno task demo`: sets the checkout up, then runs `examples/demo.json` by the command line, as
 * `deno task sluice run examples/demo.json` does. Arguments go on to `sluice run`.
 *
 * @module
 */
import { runAttached } from "./command.ts";
import { ROOT } from "./root.ts";
import { setUpOrExit } from "./setup.ts";

/** Of the graph's `file` node. */
const RESULT = "out/demo.wav";

const { driver } = await setUpOrExit();
await Deno.mkdir(`${ROOT}out`, { recursive: true });
console.error("\nRunning examples/demo.json");
const code = await runAttached({
  program: Deno.execPath(),
  args: ["run", "-A", "cli/main.ts", "run", "examples/demo.json", ...Deno.args],
  // The set-up has said why; the command line need not say it again.
  env: driver === "portable" ? { SLUICE_NATIVE: "off" } : {},
});
if (code === 0) console.error(`\nPlay ${RESULT}, or change examples/demo.json and run the demo again`);
Deno.exit(code);
