/**
 * What the benchmarks of pictures and codecs share: the plugins, and ffmpeg in one thread.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { loadPlugins } from "../core/plugins/load_plugins.ts";
import { NodeRegistry } from "../core/registry/node_registry.ts";
import { nodePackage } from "../sluice.gen.ts";
import { noRustPlugin, PluginFolder } from "../tests/fixtures/plugins/build.ts";

/** Why the plugins cannot be measured; `undefined` if they can. */
export function noVideoPlugins(): string | undefined {
  return noRustPlugin("video") ?? noRustPlugin("codecs");
}

/** Loads both plugins. */
export async function loadVideoPlugins(): Promise<NodeRegistry> {
  await using folder = await PluginFolder.make();
  await folder.addRust("video");
  await folder.addRust("codecs");
  const { packages, refused } = await loadPlugins([folder.path]);
  deepEqual(refused, []);
  return new NodeRegistry([nodePackage, ...packages]);
}

/** Whether a program is there and does not fail with these arguments. */
export function succeeds(program: string, args: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args: [...args], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Runs ffmpeg in one thread. @returns nanoseconds, by its own clock: without the start of its process */
export async function ffmpegNs(args: readonly string[], input: readonly string[]): Promise<number> {
  const one = ["-threads", "1"];
  const all = ["-nostdin", "-hide_banner", "-benchmark", "-filter_threads", "1", ...one, ...input, ...one, ...args];
  const { code, stderr } = await new Deno.Command("ffmpeg", { args: all, stdout: "null", stderr: "piped" }).output();
  const said = new TextDecoder().decode(stderr);
  equal(code, 0, said);
  const found = /\brtime=([\d.]+)s/.exec(said);
  ok(found !== null, said);
  return Number(found[1]) * 1e9;
}
