/** Plugins on the command line: from `--plugins`, `SLUICE_PLUGINS`, `sluice.json`, and the user's own folder. */
import { equal, match } from "node:assert/strict";
import { type Result, sluice } from "./command_line.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";

const GRAPH = JSON.stringify({
  version: 1,
  mode: "offline",
  nodes: {
    records: { type: "com.example.records", config: { count: 5, mostRecords: 2 } },
    tone: { type: "tone-source", config: { durationSeconds: 0.1 } },
    invert: { type: "com.example.invert" },
    meter: { type: "level-meter" },
  },
  links: [
    { from: "tone.audio", to: "invert.audioIn" },
    { from: "invert.audioOut", to: "meter.audioIn" },
  ],
});

rare(Deno.test)({
  name: `the command line finds plugins in the folders that it is given${noPlugins ? ` (left out: ${noPlugins})` : ""}`,
  ignore: noPlugins !== undefined,
  fn: async () => {
    await using folder = await PluginFolder.make();
    await Deno.mkdir(`${folder.path}/plugins`);
    const { path } = folder;
    await Deno.rename(await folder.addC("tools", { file: "tools.c" }), `${path}/plugins/tools`);
    await Deno.writeTextFile(`${path}/graph.json`, GRAPH);
    const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Result> =>
      sluice(args, { cwd: path, env });
    const ran = await run(["run", "graph.json", "--plugins", "plugins", "--json"]);
    equal(ran.code, 0, ran.stderr);
    match(ran.stdout, /"outcome":"completed"/);
    const listed = await run(["nodes", "list"], { SLUICE_PLUGINS: `${path}/plugins/tools` });
    match(listed.stdout, /^plugin +com\.example\.crop +native, tools +Halves the height of pictures\.$/m);
    const shown = await run(["nodes", "info", "com.example.crop", "--plugins", "plugins"]);
    match(shown.stdout, /^ {2}native, of package tools; source \S+\/plugins\/tools\/plugin\.toml$/m);
    await Deno.writeTextFile(`${path}/sluice.json`, '{ "include": ["*.ts"], "name": "mine", "plugins": ["plugins"] }');
    const checked = await run(["check", "graph.json"]);
    match(checked.stdout, /nothing is wrong with the graph \(4 nodes, 2 links\)/);
    const without = await run(["check", "graph.json", "--plugins", "nowhere"], { SLUICE_LOG: "warn" });
    match(without.stderr, /Cannot load the plugin in "nowhere": there is no such folder/);
    equal(without.code, 0);
    // Its folder is named twice.
    const twice = await run(["check", "graph.json"], { SLUICE_PLUGINS: `${path}/plugins` });
    equal(twice.code, 0, twice.stderr);
    await Deno.mkdir(`${path}/config/sluice`, { recursive: true });
    await Deno.rename(`${path}/plugins`, `${path}/config/sluice/plugins`);
    await Deno.remove(`${path}/sluice.json`);
    const own = { XDG_CONFIG_HOME: `${path}/config` };
    equal((await run(["check", "graph.json"], own)).code, 0);
    match((await run(["plugins", "list"], own)).stdout, /^tools +1\.0\.0 +native +\d+ +\S+\/config\/sluice\/plugins /m);
  },
});
