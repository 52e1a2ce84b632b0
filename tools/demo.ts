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

await setUpOrExit();
await Deno.mkdir(`${ROOT}out`, { recursive: true });
console.error("\nRunning examples/demo.json");
const code = await runAttached({
  program: Deno.execPath(),
  args: ["run", "-A", "cli/main.ts", "run", "examples/demo.json", ...Deno.args],
});
if (code === 0) console.error(`\nThe result is in ${RESULT}; play it, or change the graph and run the demo again`);
Deno.exit(code);
