/**
 * A graph whose sources are watched, and what its reloads come to.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type SlowReload, watchSources } from "../../cli/watch/reload.ts";
import type { Reload, WatchedPackage } from "../../cli/watch/reloads.ts";
import { WATCHED_SUPERVISION } from "../../cli/watch/watched_failures.ts";
import { type TempPackage, tempPackage } from "../../codegen/fixtures/temp_package.ts";
import { NodeRegistry } from "../../core/registry/node_registry.ts";
import type { NodePackage } from "../../core/registry/node_type.ts";
import { loadNodePackage } from "../../core/registry/staleness.ts";
import { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import { until } from "../fixtures/waiting.ts";

/** No file was saved since then. */
export const NEVER_MS = Infinity;

/** Makes a package and generates its code. */
export async function generated(files: { readonly [path: string]: string }, name: string): Promise<TempPackage> {
  const folder = await tempPackage(files, { name });
  assert.deepEqual((await folder.run()).problems, []);
  return folder;
}

/** The node types of a package. */
export async function load(folder: TempPackage): Promise<NodePackage> {
  return await loadNodePackage(pathToFileURL(join(folder.root, "sluice.gen.ts")));
}

/** Watches sources until {@linkcode Watched.end} is called. */
export class Watched {
  readonly runtime: Runtime;
  readonly packages: Promise<readonly WatchedPackage[]>;
  /** Over when it was told to end, or when that fails. */
  readonly over: Promise<void>;
  /** Reloads that were told of and not taken. */
  readonly reloads: Reload[] = [];
  /** Reloads that took long. */
  readonly slow: SlowReload[] = [];
  readonly #ended = new AbortController();

  /** @param nodes type, lane and configuration of each by its id */
  constructor(
    packages: readonly NodePackage[],
    nodes: { readonly [id: string]: readonly [string, string, Record<string, unknown>?] },
  ) {
    this.runtime = new Runtime({
      mode: "live",
      registry: new NodeRegistry(packages),
      supervision: WATCHED_SUPERVISION,
    });
    for (const [id, [type, lane, config = {}]] of Object.entries(nodes)) {
      this.runtime.addByType(type, config, { id, lane });
    }
    const ready = Promise.withResolvers<readonly WatchedPackage[]>();
    this.packages = ready.promise;
    this.over = watchSources(
      this.runtime,
      NEVER_MS,
      {
        onWatching: ready.resolve,
        onWarned: () => {},
        onSlow: (each) => void this.slow.push(each),
        onReload: (each) => void this.reloads.push(each),
      },
      this.#ended.signal,
    );
    this.over.catch(ready.reject);
  }

  /**
   * Takes the next reload.
   *
   * @throws why the graph failed, if it did
   */
  async next(): Promise<Reload> {
    await until(() => {
      const error = viewRuntime(this.runtime).session?.error;
      if (error !== undefined) throw error;
      return this.reloads.length > 0;
    });
    return this.reloads.shift()!;
  }

  /** Lane, description and configuration of each node. */
  get nodes(): { readonly [id: string]: string } {
    return Object.fromEntries(
      viewRuntime(this.runtime).nodes.map(({ id, lane, type, config }) => [
        id,
        `${lane} ${type.descriptor.description} ${JSON.stringify(config)}`,
      ]),
    );
  }

  /** Lets nothing more be brought in. */
  abort(): void {
    this.#ended.abort();
  }

  async end(): Promise<void> {
    this.abort();
    await this.over;
    await this.runtime.stop();
  }
}
