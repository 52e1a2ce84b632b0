/**
 * `deno task demo`: sets the checkout up, then runs `examples/demo.json` as
 * `deno task sluice run examples/demo.json` does, and, with the native library, `examples/demo_video.json`, which shows
 * what the first one has made in a video. With arguments, which go on to `sluice run`, it runs the first one alone.
 *
 * `deno task demo --live` runs `examples/live.json` until Ctrl-C and serves the page of it, and `deno task demo --sensors`
 * does that with `examples/sensors/graph.json`.
 *
 * @module
 */
import { ROOT } from "./root.ts";
import { setUpOrExit } from "./setup.ts";

const SOUND = "examples/demo.json";
const VIDEO = "examples/demo_video.json";

/** The outputs of the nodes `file`. */
const RESULTS: { readonly [graph: string]: string } = { [SOUND]: "out/demo.wav", [VIDEO]: "out/demo.mp4" };

const sensors = Deno.args.includes("--sensors");
const live = sensors || Deno.args.includes("--live");
const { driver } = await setUpOrExit({ page: live });
await Deno.mkdir(`${ROOT}out`, { recursive: true });
let graph = sensors ? "examples/sensors/graph.json" : live ? "examples/live.json" : SOUND;
const rest = Deno.args.filter((each) => each !== "--live" && each !== "--sensors");
if (live && !rest.some((each) => each.startsWith("--serve"))) rest.push("--serve");
console.error(`\nRunning ${graph}${live ? "; Ctrl-C ends it" : ""}`);
// The set-up has said why; the command line need not say it again.
if (driver === "portable") Deno.env.set("SLUICE_NATIVE", "off");
Deno.chdir(ROOT);
// In this process, so that nothing is left when it ends; and only now, since the set-up installs what it imports.
const { runProgram }: typeof import("../cli/main.ts") = await import(`${new URL("../cli/main.ts", import.meta.url)}`);
await runProgram(["run", graph, ...rest], (exitCode) => {
  if (exitCode !== 0 || live) return;
  if (graph === SOUND && driver === "native" && rest.length === 0) {
    graph = VIDEO;
    console.error(`\nRunning ${graph}`);
    return ["run", graph];
  }
  const without = driver === "native" ? "" : "; a video takes the native library";
  console.error(`\nPlay ${RESULTS[graph]}, or change ${SOUND} and run the demo again${without}`);
});
