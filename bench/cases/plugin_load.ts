/**
 * How long the plugins of a folder take to be found, checked and loaded.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { loadPlugins } from "../../core/plugins/load_plugins.ts";
import { noPlugins } from "../../tests/fixtures/plugins/build.ts";
import { manyPlugins } from "../../tests/fixtures/plugins/many.ts";
import type { Benchmark } from "../benchmark.ts";
import { median, type Row } from "../measure.ts";

const COUNT = 50;
const LIMIT_MS = 50;

export const pluginLoad: Benchmark = {
  name: "plugin-load",
  about: `A folder of ${COUNT} plugins of two stages each that this machine has not seen before: found, tried in a ` +
    "process of their own, loaded and checked.",
  async run({ runs, skip }): Promise<Row[]> {
    if (noPlugins !== undefined) {
      skip(`plugin-load: ${noPlugins}`);
      return [];
    }
    const times: number[] = [];
    for (let k = 0; k < runs; k++) times.push(await loadMs(String.fromCharCode(97 + k % 26)));
    const shown = (ms: number) => `${ms.toFixed(0)} ms`;
    const [least, most] = [Math.min(...times), Math.max(...times)].map(shown);
    return [{
      what: `load and check of ${COUNT} plugins`,
      peer: "",
      result: shown(median(times)),
      spread: `${least} to ${most}`,
      goal: `≤ ${LIMIT_MS} ms`,
      hit: median(times) <= LIMIT_MS,
      detail: "",
    }];
  },
};

async function loadMs(letter: string): Promise<number> {
  await using folder = await manyPlugins(COUNT, letter);
  const startedMs = performance.now();
  const { packages, refused } = await loadPlugins([folder.path]);
  const tookMs = performance.now() - startedMs;
  equal(refused.length, 0);
  equal(packages.length, COUNT);
  return tookMs;
}
