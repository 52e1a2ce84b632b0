/**
 * `deno task demo`: sets the checkout up, then runs `examples/demo.json` as
 * `deno task sluice run examples/demo.json` does. Arguments go on to `sluice run`.
 *
 * `deno task demo --live` runs `examples/live.json` until Ctrl-C and serves the page of it, and `deno task demo --sensors`
 * does that with `examples/sensors/graph.json` and the plugin for sensors.
 *
 * @module
 */
import { LIBRARY_PATH } from "./native_library.ts";
import { ROOT } from "./root.ts";
import { setUpOrExit } from "./setup.ts";

/** The output of the graph's `file` node. */
const RESULT = "out/demo.wav";

const sensors = Deno.args.includes("--sensors");
const live = sensors || Deno.args.includes("--live");
const { driver } = await setUpOrExit({ page: live });
await Deno.mkdir(`${ROOT}out`, { recursive: true });
const graph = sensors ? "examples/sensors/graph.json" : live ? "examples/live.json" : "examples/demo.json";
const rest = Deno.args.filter((each) => each !== "--live" && each !== "--sensors");
if (live && !rest.some((each) => each.startsWith("--serve"))) rest.push("--serve");
if (sensors) rest.push("--plugins", await collectPlugin("sensors"));
console.error(`\nRunning ${graph}${live ? "; Ctrl-C ends it" : ""}`);
// The set-up has said why; the command line need not say it again.
if (driver === "portable") Deno.env.set("SLUICE_NATIVE", "off");
Deno.chdir(ROOT);
// In this process, so that nothing is left when it ends; and only now, since the set-up installs what it imports.
const { runProgram }: typeof import("../cli/main.ts") = await import(`${new URL("../cli/main.ts", import.meta.url)}`);
await runProgram(["run", graph, ...rest], (exitCode) => {
  if (exitCode === 0 && !live) console.error(`\nPlay ${RESULT}, or change examples/demo.json and run the demo again`);
});

/** Puts a plugin of this repository and its library into one folder. @returns the folder */
async function collectPlugin(name: string): Promise<string> {
  const folder = `${ROOT}target/plugins/${name}`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
  const library = LIBRARY_PATH.replace("native", `plugin_${name}`);
  await Deno.copyFile(`${ROOT}crates/plugins/${name}/plugin.toml`, `${folder}/plugin.toml`);
  // In another file than the one that a process may have open.
  await Deno.copyFile(`${ROOT}${library}`, `${folder}/new`);
  await Deno.rename(`${folder}/new`, `${folder}/${library.split("/").at(-1)}`);
  return folder;
}
