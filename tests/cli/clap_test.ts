/** `sluice clap`: what is found, in processes that may crash. */
import { deepEqual, equal, match } from "node:assert/strict";
import { listed, type ListedClap } from "../../cli/commands/clap_command.ts";
import { scan } from "../../cli/commands/clap_program.ts";
import { OddPlugins } from "../fixtures/clap/odd_plugins.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { answer } from "./command_line.ts";

const obstacle = noRustPlugin("clap");
const ignore = obstacle !== undefined;
const left = ignore ? ` (left out: ${obstacle})` : "";

/** Runs a command where these files are the first to be found. */
async function inFolder(folder: string, args: readonly string[]) {
  const before = { CLAP_PATH: Deno.env.get("CLAP_PATH"), HOME: Deno.env.get("HOME") };
  Deno.env.set("CLAP_PATH", folder);
  Deno.env.set("HOME", folder);
  try {
    return await answer(args);
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test({
  name: `sluice clap list lists plugins, and names files that crash or are none${left}`,
  ignore,
  fn: async () => {
    await using plugins = await OddPlugins.make();
    const [odd, early] = [await plugins.add("odd"), await plugins.add("early", ["-DCRASH_AT_INIT"])];
    const none = `${plugins.folder}/none.clap`;
    await Deno.writeTextFile(none, "no library");
    const { code, stdout, stderr } = await inFolder(plugins.folder, ["clap", "list", "--json"]);
    deepEqual([code, stderr], [0, ""]);
    const all = stdout.trim().split("\n").map((line) => JSON.parse(line) as ListedClap);
    const of = (file: string) => all.filter((each) => each.file === file);
    const [gain] = of(odd);
    deepEqual(
      [gain.id, gain.vendor, gain.parameters, gain.inputs, gain.outputs?.length],
      ["test.gain", "Tests", 3, [{ name: "In", channels: 1, main: true }], 1],
    );
    equal(of(odd).find(({ id }) => id === "test.refuse")?.problem, 'its function "init" answers false');
    // Those before the crash are known; it is named, and files behind it are looked into.
    deepEqual(of(early).slice(-1).map(({ id, problem }) => [id, problem]), [[
      "test.crash-at-init",
      "it crashed by SIGSEGV",
    ]]);
    equal(of(early).length, of(odd).length + 1);
    equal(of(none).length, 1);
    match(of(none)[0].problem!, /the system cannot open it/);

    const shown = await inFolder(plugins.folder, ["clap", "list"]);
    match(shown.stdout, /^NAME +ID +CHANNELS +PARAMETERS +FILE$/m);
    match(shown.stdout, /^synth +test\.synth +notes, none → 1 +0 .*odd\.clap$/m);
    match(shown.stdout, /^Cannot be used: test\.crash-at-init of .*early\.clap: it crashed by SIGSEGV$/m);
  },
});

Deno.test({
  name: `sluice clap info shows ports, parameters and latency, or says why not${left}`,
  ignore,
  fn: async () => {
    await using plugins = await OddPlugins.make();
    const odd = await plugins.add("odd");
    const { code, stdout } = await inFolder(plugins.folder, ["clap", "info", "odd", "test.gain"]);
    equal(code, 0);
    for (
      const line of [
        /^test\.gain$/m,
        /^ {2}gain 1\.0 by Tests$/m,
        /0 samples late at 48000 Hz; tail 0 samples; saves its state$/m,
        /^ {2}input +In +1 channels +main$/m,
        /^ {2}Level +10 +0 to 2 +1 +100 %$/m,
        /^ {2}Mode +11 +0 to 2, whole +0 +off$/m,
        /^ {2}Meter +12 +0 to 2 +read only +0 %$/m,
      ]
    ) match(stdout, line);
    const late = await inFolder(plugins.folder, ["clap", "info", odd, "test.late", "--json"]);
    const { latencySamples, tailSamples, savesState } = JSON.parse(late.stdout);
    deepEqual([latencySamples, tailSamples, savesState], [100, 50, false]);
    const wrong: readonly (readonly [args: string[], why: RegExp])[] = [
      [["odd"], /^error: Cannot use CLAP plugin "odd": the file has not one plugin alone; .*available: "test\.gain"/],
      [["odd", "test.refuse"], /^error: Cannot use CLAP plugin "test\.refuse": its function "init" answers false$/m],
      [["absent"], /^error: Cannot use CLAP plugin "absent": no file "absent" was found in /],
    ];
    for (const [args, why] of wrong) {
      const { code, stderr } = await inFolder(plugins.folder, ["clap", "info", ...args]);
      equal(code, 2);
      match(stderr, why);
    }
  },
});

Deno.test({
  name: `what a plugin prints, and what it starts, keeps nothing from the answer${left}`,
  ignore,
  fn: async () => {
    await using plugins = await OddPlugins.make();
    const file = await plugins.add("loud", ["-DPRINT_AND_FORK"]);
    const { lines, end } = await scan(["plugin", file, "test.gain"]);
    deepEqual([lines.length, end], [2, undefined]);
    deepEqual(lines.find(({ plugin }) => plugin !== undefined)?.plugin?.id, "test.gain");
  },
});

Deno.test({
  name: `a file that hangs is given up${left}`,
  ignore,
  fn: async () => {
    await using plugins = await OddPlugins.make();
    const file = await plugins.add("slow", ["-DHANG_AT_INIT"]);
    const found = listed(file, await scan(["plugins", file], 300));
    deepEqual([found.at(-1)?.id, found.at(-1)?.problem], ["test.hang-at-init", "it did not answer within 300 ms"]);
  },
});
