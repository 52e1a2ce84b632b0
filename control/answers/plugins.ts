/**
 * The packages and plugins whose node types a graph may have.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import own from "../../deno.json" with { type: "json" };
import { MANIFEST, readManifestFile } from "../../core/plugins/manifest.ts";
import { listShippedPlugins } from "../../core/registry/shipped_stage.ts";
import type { AnyNodeType } from "../../core/registry/node_type.ts";
import type { RuntimeView } from "../../core/runtime_view.ts";

/** A package of TypeScript processors, or a native plugin. */
export interface PluginAnswer {
  readonly name: string;
  readonly language: "native" | "TypeScript";
  readonly version?: string;
  readonly author?: string;
  /** An SPDX expression. */
  readonly licence?: string;
  /** The names of its node types. */
  readonly stages: readonly string[];
}

/** The author and the terms of all that comes with Sluice. */
const OWN = { version: own.version, author: "Sluice", licence: own.license };

/** Lists them: packages first, then the plugins that come with Sluice. */
export function listPlugins({ registry }: RuntimeView): PluginAnswer[] {
  const types = registry?.list() ?? [];
  const shipped = listShippedPlugins().map(({ plugin, nodes }): PluginAnswer => ({
    name: plugin,
    language: "native",
    ...OWN,
    stages: nodes.map(({ descriptor }) => descriptor.type),
  }));
  const native = new Set(shipped.flatMap(({ stages }) => stages));
  const others = types.filter(({ descriptor }) => !native.has(descriptor.type));
  const packages = Map.groupBy(others, ({ package: from }) => from?.url ?? "");
  return [...[...packages].map(([url, types]) => describe(url, types)), ...shipped];
}

function describe(url: string, types: readonly AnyNodeType[]): PluginAnswer {
  const name = types[0].package?.name ?? "the script's own";
  const stages = types.map(({ descriptor }) => descriptor.type);
  if (!url.startsWith("file:") || !url.endsWith(`/${MANIFEST}`)) {
    return { name, language: "TypeScript", ...(name === own.name && OWN), stages };
  }
  const { version, author, licence } = readManifestFile(fileURLToPath(url)).manifest ?? {};
  return {
    name,
    language: "native",
    ...(version && { version }),
    ...(author && { author }),
    ...(licence && { licence }),
    stages,
  };
}
