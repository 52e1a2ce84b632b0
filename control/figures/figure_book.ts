/**
 * The newest figures that nodes report themselves and the newest formats of links, with a count of when each changed,
 * so that each client gets what it lacks, however slow it is.
 *
 * @module
 */
import { describeFormat } from "../../core/frames/format.ts";
import { nativeStage } from "../../core/registry/shipped_stage.ts";
import type { RuntimeView } from "../../core/runtime_view.ts";
import type { NodeEntry } from "../../core/graph/entries.ts";
import type { NotificationParams } from "../schemas/methods.ts";

/** The changes for a client. */
export type FigureNews = Omit<NotificationParams<"figures">, "subscription">;

interface Known<T> {
  readonly value: T;
  /** The book's count at the change. */
  readonly at: number;
}

export class FigureBook {
  #count = 0;
  #version = -1;
  #facts = -1;
  #native: readonly NodeEntry[] = [];
  #figures = new Map<string, Known<{ readonly [name: string]: number }>>();
  #formats = new Map<string, Known<string>>();

  /** Grows with every change. */
  get count(): number {
    return this.#count;
  }

  /** Reads the changes. */
  read(view: RuntimeView): void {
    const { session, nodes, links, version } = view;
    if (session === undefined) return;
    const stale = version !== this.#version;
    if (stale) {
      this.#version = version;
      this.#native = nodes.filter((node) => nativeStage(node.type.descriptor.type).figures.length > 0);
      keepOnly(this.#figures, nodes);
      keepOnly(this.#formats, links);
    }
    for (const node of stale || session.factCount !== this.#facts ? nodes : this.#native) {
      const figures = session.figures(node);
      if (figures === undefined) this.#figures.delete(node.id);
      else if (!isSame(figures, this.#figures.get(node.id)?.value)) {
        this.#figures.set(node.id, { value: figures, at: ++this.#count });
      }
    }
    if (!stale && session.factCount === this.#facts) return;
    this.#facts = session.factCount;
    for (const link of links) {
      const format = session.format(link);
      const text = format === undefined ? undefined : describeFormat(format);
      if (text !== undefined && text !== this.#formats.get(link.id)?.value) {
        this.#formats.set(link.id, { value: text, at: ++this.#count });
      }
    }
  }

  /** The changes after a count; `undefined` if nothing has changed. */
  since(count: number): FigureNews | undefined {
    if (count >= this.#count) return undefined;
    const nodes = pick(this.#figures, count);
    const links = pick(this.#formats, count);
    return { nodes, links };
  }
}

function pick<T>(known: ReadonlyMap<string, Known<T>>, count: number): { [id: string]: T } {
  return Object.fromEntries([...known].filter(([, { at }]) => at > count).map(([id, { value }]) => [id, value]));
}

function keepOnly(known: Map<string, unknown>, entries: readonly { readonly id: string }[]): void {
  const ids = new Set<string>(entries.map(({ id }) => id));
  for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
}

function isSame(a: { readonly [name: string]: number }, b: { readonly [name: string]: number } | undefined): boolean {
  if (a === b) return true;
  if (b === undefined) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
