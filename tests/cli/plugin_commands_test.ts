/** `sluice plugins`: what it makes builds, passes its test and runs; what is wrong with a plugin is told. */
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { findPython } from "../../transports/fixtures/foreign_clients.ts";
import { listFolder, readEvents, type Result, sluice, temporaryFolder } from "./command_line.ts";
import { noCompilerOf, noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";

const python = noPlugins === undefined ? await findPython("numpy") : undefined;

const C_FILES = [
  ".gitignore",
  "Makefile",
  "README.md",
  "graph.json",
  "hum_filter.c",
  "hum_filter_test.ts",
  "plugin.toml",
  "sluice_stage.h",
];

/** A test in an empty folder, which is left out where something is missing. */
function inFolder(
  name: string,
  obstacle: string | undefined,
  fn: (path: string, run: (...args: string[]) => Promise<Result>) => Promise<void>,
): void {
  Deno.test({
    name: `sluice plugins: ${name}${obstacle === undefined ? "" : ` (left out: ${obstacle})`}`,
    ignore: obstacle !== undefined,
    fn: async () => {
      await using folder = await temporaryFolder();
      await fn(folder.path, (...args) => sluice(args, { cwd: folder.path }));
    },
  });
}

/** Runs Deno in a folder; it has to succeed. */
async function deno(cwd: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } });
  const { code, stdout, stderr } = await command.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  equal(code, 0, said);
  return said;
}

inFolder("a new plugin in C builds, passes its test, is listed and runs", noPlugins, async (path, run) => {
  const made = await run("plugins", "new", "hum-filter", "--c");
  equal(made.code, 0, made.stderr);
  const folder = `${path}/plugins/hum-filter`;
  deepEqual(await listFolder(folder), C_FILES);
  match(made.stdout, /^Test it: deno test -A plugins\/hum-filter$/m);
  const early = await run("plugins", "check", "plugins");
  deepEqual([early.code, early.stdout], [2, ""]);
  match(
    early.stderr,
    /^error: plugins\/hum-filter: there is no library "\S+", nor "\S+"; build the plugin with "sluice plugins build"$/m,
  );
  const built = await run("plugins", "build", "plugins");
  equal(built.code, 0, built.stderr);
  match(built.stdout, /^plugins\/hum-filter: nothing is wrong with plugin "hum-filter" 0\.1\.0 \(1 stage\)$/m);
  match(await deno(path, "test", "-A", "--no-check", "plugins"), /1 passed \| 0 failed/);
  const ran = await run("run", "plugins/hum-filter/graph.json", "--plugins", "plugins", "--json");
  equal(ran.code, 0, ran.stderr);
  const [listed] = readEvents((await run("plugins", "list", "--plugins", "plugins", "--json")).stdout);
  deepEqual(listed, {
    name: "hum-filter",
    version: "0.1.0",
    language: "native",
    from: "--plugins",
    folder,
    nodeTypes: ["com.example.hum-filter"],
    state: "ok",
  });
  const plugins = ["./plugins", "./nowhere", { path: "./lab", enabled: false }];
  await Deno.writeTextFile(`${path}/sluice.json`, JSON.stringify({ name: "mine", plugins }));
  const all = await run("plugins", "list");
  match(all.stdout, /^hum-filter +0\.1\.0 +native +1 +sluice\.json +plugins\/hum-filter +ok$/m);
  match(all.stdout, /^plugin "\.\/lab" is left out: it is not enabled$/m);
  match(all.stderr, /^warning: Cannot use plugin "\.\/nowhere": there is no file or folder "\S+"$/m);
});

rare(inFolder)(
  "a new plugin in Rust builds, and is entered in the sluice.json that is there",
  noRust(),
  async (path, run) => {
    await Deno.writeTextFile(`${path}/sluice.json`, '{ "name": "mine", "plugins": ["./others"] }\n');
    const made = await run("plugins", "new", "quick-fade", "--rust");
    match(made.stdout, /^changed: sluice\.json: "\.\/plugins" in "plugins"$/m);
    deepEqual(JSON.parse(await Deno.readTextFile(`${path}/sluice.json`)).plugins, ["./others", "./plugins"]);
    await Deno.remove(`${path}/sluice.json`);
    const built = await run("plugins", "build", "plugins/quick-fade");
    equal(built.code, 0, built.stderr);
    const { stages } = JSON.parse((await run("plugins", "info", "./plugins/quick-fade", "--json")).stdout);
    deepEqual(stages.map(({ type }: { type: string }) => type), ["com.example.quick-fade"]);
  },
);

rare(inFolder)(
  "a new plugin in Python passes its test and runs, and there is nothing to build",
  noPlugins ?? (python === undefined ? "there is no Python with numpy" : undefined),
  async (path) => {
    const env = { SLUICE_PYTHON: python! };
    Deno.env.set("SLUICE_PYTHON", python!);
    const run = (...args: string[]) => sluice(args, { cwd: path, env });
    const made = await run("plugins", "new", "quiet-hum", "--python");
    equal(made.code, 0, made.stderr);
    doesNotMatch(made.stdout, /^Build it/m);
    const checked = await run("plugins", "check", "plugins");
    match(checked.stdout, /^plugins\/quiet-hum: nothing is wrong with plugin "quiet-hum" 0\.1\.0 \(1 stage\)$/m);
    match(await deno(path, "test", "-A", "--no-check", "plugins"), /1 passed \| 0 failed/);
    equal((await run("run", "plugins/quiet-hum/graph.json", "--plugins", "plugins", "--json")).code, 0);
    const built = await run("plugins", "build", "plugins");
    deepEqual([built.code, built.stdout], [2, ""]);
    match(built.stderr, /it is in Python, which is not built; "sluice plugins check" reads its nodes$/m);
  },
);

rare(inFolder)("check tells everything that is wrong, and build what is missing", noPlugins, async (path, run) => {
  await run("plugins", "new", "gate", "--c");
  const folder = `${path}/plugins/gate`;
  await Deno.writeTextFile(`${folder}/plugin.toml`, 'name = "gate"\nlibrary = "gate"\nlicense = "MIT"\n');
  await Deno.chmod(folder, 0o757);
  const [found] = readEvents((await run("plugins", "check", "plugins", "--json")).stdout);
  equal(found.ok, false);
  const problems = found.problems as { file: string; message: string }[];
  deepEqual(problems.map(({ file }) => file.slice(folder.length)), ["", "/plugin.toml", "/plugin.toml", ""]);
  const told = await run("plugins", "check", "plugins");
  equal(told.code, 2);
  match(told.stderr, /^error: plugins\/gate\/plugin\.toml: "version" is missing$/m);
  equal(told.stderr.trimEnd().split("\n").length, problems.length);
  const info = await run("plugins", "info", "./plugins/gate");
  equal(info.code, 2);
  match(info.stdout, /^Refused\n {2}plugins\/gate/m);
  const missing = await sluice(["plugins", "build", "plugins"], { cwd: path, env: { CC: "no-such-compiler" } });
  equal(missing.code, 1);
  match(missing.stderr, /in "plugins\/gate": there is no "no-such-compiler"; install a C compiler /);
  // Without a Makefile the compiler builds all sources.
  await Deno.remove(`${folder}/Makefile`);
  await Deno.chmod(folder, 0o755);
  await Deno.writeTextFile(`${folder}/plugin.toml`, 'name = "gate"\nlibrary = "other"\nversion = "1"\n');
  const built = await run("plugins", "build", "plugins");
  equal(built.code, 0, built.stderr);
  match(built.stdout, /^plugins\/gate: cc .* gate\.c -o libother\.so -lm\n.*nothing is wrong with plugin "gate" 1 /m);
  // Nor is a copy of the header needed.
  await Deno.remove(`${folder}/sluice_stage.h`);
  const again = await run("plugins", "build", "plugins");
  equal(again.code, 0, again.stderr);
});

rare(inFolder)(
  "a new plugin is entered in a sluice.json, also Sluice's own, and generated",
  noPlugins,
  async (path, run) => {
    await Deno.writeTextFile(`${path}/sluice.json`, '{ "name": "@sluice/sluice", "include": ["*.ts"] }\n');
    const made = await run("plugins", "new", "hum-filter", "--c");
    match(made.stdout, /^changed: sluice\.json: "\.\/plugins" in "plugins"$/m);
    const steps = made.stdout.split("\n").filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(": ")[0]);
    deepEqual(steps, ["Build it", "Generate its types", "Test it", "Run it"]);
    match(made.stdout, /^Generate its types: deno task codegen$/m);
    await Deno.writeTextFile(`${path}/sluice.json`, '{ "name": "mine", "plugins": ["./plugins"] }\n');
    equal((await run("plugins", "build", "plugins")).code, 0);
    equal((await run("codegen")).code, 0);
    const env = { SLUICE_LOG: "warn", SLUICE_PLUGINS: `${path}/lab` };
    const ran = await sluice(["run", "plugins/hum-filter/graph.json"], { cwd: path, env: { SLUICE_LOG: "warn" } });
    deepEqual([ran.code, ran.stderr.includes("stale")], [0, false], ran.stderr);
    const info = await run("nodes", "info", "com.example.hum-filter");
    match(
      info.stdout,
      /^Figures: frames, clipped\n\nCommands\n {2}NAME +DESCRIPTION\n {2}reset +Counts from 0 again; /m,
    );
    await Deno.mkdir(`${path}/lab/bad`, { recursive: true });
    await Deno.writeTextFile(`${path}/lab/bad/plugin.toml`, 'name = "bad"\nlibrary = "bad"\n');
    const { stdout } = await sluice(["doctor"], { cwd: path, env });
    match(stdout, /^ok +plugin hum-filter +0\.1\.0, 1 node type; plugins\/hum-filter, named by sluice\.json$/m);
    match(stdout, /^(?:ok|note) +plugin codecs +/m);
    match(stdout, /^note +plugin bad +lab\/bad, named by SLUICE_PLUGINS: refused: "version" is missing$/m);
  },
);

/** A library that ends its process when it is opened. */
const ENDS = `
#include <unistd.h>
static volatile unsigned long nowhere = 8;
__attribute__((constructor)) static void begin(void) { if (nowhere == 8) %HOW%; }
void *sluice_register_stages(const void *host) { return (void *)host; }
`;

rare(Deno.test)({
  name: "sluice plugins check tells of libraries that end their process when they are opened",
  ignore: noPlugins !== undefined,
  fn: async () => {
    await using folder = await PluginFolder.make();
    const visible = { flags: ["-fvisibility=default"] };
    await folder.addC("crashing", { text: ENDS.replace("%HOW%", "*(volatile int *)nowhere = 1") }, visible);
    await folder.addC("ending", { text: ENDS.replace("%HOW%", "_exit(0)") }, visible);
    const { code, stderr } = await sluice(["plugins", "check", "."], { cwd: folder.path });
    equal(code, 2, stderr);
    deepEqual(stderr.trimEnd().split("\n"), [
      "error: crashing/libcrashing.so: it crashed while it was opened: SIGSEGV, an access to memory that it does not have",
      "error: ending/libending.so: it ended its process with status 0 while it was opened",
    ]);
  },
});

inFolder("mistakes are answered with what can be done", undefined, async (path, run) => {
  const told: [args: string[], stderr: RegExp][] = [
    [["new", "gate"], /"gate": it is not said in which language; write --c, --rust or --python$/m],
    [["new", "Hum_Filter", "--c"], /Cannot name a plugin "Hum_Filter": .*; write "hum-filter"$/m],
    [
      ["info", "gate"],
      /Cannot find plugin "gate"; available: "audio-devices", "clap", "codecs", "gpu", "rtsp", "sensors", "video", "video-devices" and "webrtc"$/m,
    ],
    [["check"], /Cannot check a plugin: none is found; name the folder that has a "plugin\.toml"/],
    [["build"], /neither it nor a folder in it has a "plugin\.toml"; name the folder of a plugin$/m],
    [["build", "nowhere"], /Cannot build the plugin in "nowhere": there is no such folder$/m],
  ];
  const answers = await Promise.all(told.map(([args]) => run("plugins", ...args)));
  for (const [k, { code, stdout, stderr }] of answers.entries()) {
    deepEqual([code, stdout], [2, ""]);
    match(stderr, told[k][1]);
  }
  const empty = await run("plugins", "list");
  equal(empty.code, 0);
  match(
    empty.stdout,
    /^codecs +\S+ +native +\d+ +Sluice +\S+ +ok$[^]*^There are no others; name folders by --plugins, /m,
  );
  const codecs = await run("plugins", "info", "codecs");
  equal(codecs.code, 0, codecs.stderr);
  match(
    codecs.stdout,
    /^codecs \S+\n {2}.*named by Sluice; library \S+codecs\S*$[^]*^jpeg-decode$/m,
  );
  deepEqual(await listFolder(path), []);
});

function noRust(): string | undefined {
  if (noPlugins !== undefined) return noPlugins;
  return noCompilerOf("cargo");
}
