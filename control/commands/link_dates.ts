/**
 * When each link of a graph was made, and the ports of nodes with their links.
 *
 * @module
 */
import { portAddress } from "../../core/ids.ts";
import type { Runtime } from "../../core/runtime.ts";
import { viewRuntime } from "../../core/runtime_view.ts";
import type { CommandResult } from "../schemas/commands.ts";

export class LinkDates {
  readonly #runtime: Runtime;
  #dates: ReadonlyMap<string, string> = new Map();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.look();
  }

  /** Notes the links that are there now. */
  look(): void {
    const now = new Date().toISOString();
    this.#dates = new Map(this.#runtime.links().map(({ id }) => [id, this.#dates.get(id) ?? now]));
  }

  /** Adds to the results of commands what the graph knows of them. */
  describe(results: readonly CommandResult[]): CommandResult[] {
    const nodes = new Set<string>(viewRuntime(this.#runtime).nodes.map(({ id }) => id));
    return results.map((result) => this.#describe(result, nodes));
  }

  #describe(result: CommandResult, nodes: ReadonlySet<string>): CommandResult {
    // A later command of the same transaction may have removed it.
    if (result.link !== undefined && !this.#dates.has(result.link)) return result;
    if (result.link !== undefined) return { ...result, ...this.#linkOf(result.link) };
    const { node } = result;
    if (node === undefined || !nodes.has(node)) return result;
    const ports = this.#runtime.portInfo(node).map(({ name, direction, kind, type, links }) => ({
      name,
      direction,
      ...(kind && { kind }),
      type,
      links: links.map((link) => this.#linkOf(link)),
    }));
    return { ...result, ports };
  }

  #linkOf(link: string): { link: string; from: string; to: string; createdAt: string } {
    const { from, to } = this.#runtime.link(link);
    const address = (end: typeof from | typeof to) => portAddress(`${end.node}.${end.port}`);
    return { link, from: address(from), to: address(to), createdAt: this.#dates.get(link)! };
  }
}
