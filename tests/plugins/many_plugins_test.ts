/** Fifty plugins at once: all are loaded, which takes little processor time; how long it takes is printed. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { cpuUsage } from "node:process";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { noPlugins } from "../fixtures/plugins/build.ts";
import { manyPlugins } from "../fixtures/plugins/many.ts";

const COUNT = 50;

/** Fifty times what it takes: a fault that this finds multiplies it by the number of plugins, and no slow machine does. */
const LIMIT_MS = 2_000;

Deno.test({
  name: `loadPlugins() loads ${COUNT} plugins${noPlugins === undefined ? "" : ` (left out: ${noPlugins})`}`,
  ignore: noPlugins !== undefined,
  fn: async () => {
    await using folder = await manyPlugins(COUNT);
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
