/** Fifty plugins at once: all are loaded, which takes little processor time; how long it takes is printed. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { cpuUsage } from "node:process";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { noPlugins, PluginFolder } from "../fixtures/plugins/build.ts";

const COUNT = 50;

/** Fifty times what it takes: a fault that this finds multiplies it by the number of plugins, and no slow machine does. */
const LIMIT_MS = 2_000;

/** The plugin of two stages, whose ids begin with a text of this length. */
const PREFIX = "com.manyplugins.n00";

Deno.test({
  name: `loadPlugins() loads ${COUNT} plugins${noPlugins === undefined ? "" : ` (left out: ${noPlugins})`}`,
  ignore: noPlugins !== undefined,
  fn: async () => {
    await using folder = await PluginFolder.make();
    const first = await folder.addC("n00", { file: "typed.c" }, { flags: [`-DPREFIX="${PREFIX}"`] });
    // The others are the same library with other ids: to build each would take seconds.
    const bytes = Buffer.from(await Deno.readFile(`${first}/libn00.so`));
    const places: number[] = [];
    for (let at = -1; (at = bytes.indexOf(PREFIX, at + 1)) >= 0;) places.push(at + PREFIX.length - 3);
    for (let k = 1; k < COUNT; k++) {
      const name = `n${String(k).padStart(2, "0")}`;
      const at = `${folder.path}/${name}`;
      await Deno.mkdir(at);
      for (const place of places) bytes.write(name, place);
      await Deno.writeFile(`${at}/lib${name}.so`, bytes);
      await folder.describe(at, `name = "${name}"\nversion = "1.0.0"\nlibrary = "${name}"\n`);
    }
    const before = cpuUsage();
    const startedMs = performance.now();
    const { packages, refused } = await loadPlugins([folder.path]);
    const tookMs = performance.now() - startedMs;
    const { user, system } = cpuUsage(before);
    deepEqual(refused.map(({ message }) => message), []);
    equal(packages.length, COUNT);
    equal(new Set(packages.flatMap(({ nodes }) => nodes.map(({ descriptor }) => descriptor.type))).size, 2 * COUNT);
    const cpuMs = (user + system) / 1e3;
    console.log(
      `${COUNT} plugins were loaded and checked in ${tookMs.toFixed(1)} ms, ${cpuMs.toFixed(1)} ms of processor`,
    );
    ok(cpuMs < LIMIT_MS, `${cpuMs} ms of processor time`);
  },
});
