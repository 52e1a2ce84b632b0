/**
 * The graph of a file under check: a {@linkcode Topology} that records the faults of a node or link and goes on. A file
 * thus meets the same rules as a script's graph, with the same messages.
 *
 * @module
 */
import { formatFault } from "./known_formats.ts";
import { SluiceError, type SourcePlace } from "../errors.ts";
import type { LinkId } from "../ids.ts";
import type { GraphMode, LinkOptions } from "../links/policy.ts";
import type { AnyNodeType } from "../registry/node_type.ts";
import type { AddOptions } from "../runtime_options.ts";
import type { LinkEntry, NodeEntry } from "./entries.ts";
import { type Fault, Topology } from "../topology.ts";
import { assertForward, resolvePort } from "./link_rules.ts";
import type { GraphOptions } from "./schema.ts";
import type { ShapedEnd } from "./shape.ts";

/** Receives the faults. */
export type Note = (error: SluiceError, fault: Fault) => void;

/** A fault of a link, and the end that it concerns. */
export interface LinkFault {
  readonly error: SluiceError;
  readonly fault: Fault;
}

export class FileTopology extends Topology {
  /** Offsets of links in the file. */
  readonly #offsets = new Map<LinkId, number>();
  readonly #place: (offset: number) => SourcePlace;
  #note: Note = (error) => {
    throw error;
  };

  /**
   * @param types the types that converters may have
   * @param place returns the place of an offset in the file
   */
  constructor(
    mode: GraphMode,
    types: readonly AnyNodeType[],
    { lanes, capacity, convert }: GraphOptions,
    place: (offset: number) => SourcePlace,
  ) {
    super({ mode, known: () => types, lanes, capacity, convert });
    this.#place = place;
  }

  /** Adds a node, whatever its faults. */
  addChecked(type: AnyNodeType, config: Record<string, unknown>, options: AddOptions, note: Note): NodeEntry {
    this.#note = note;
    return this.addNode(type, config, options);
  }

  /**
   * Adds a link if it has no fault.
   *
   * @param offset its offset in the file
   * @returns the link; or the faults of its two ends, or else its first other fault
   */
  linkChecked(
    one: ShapedEnd,
    other: ShapedEnd,
    options: LinkOptions,
    offset: number,
  ): LinkEntry | readonly LinkFault[] {
    const [from, to] = [this.endAt(one), this.endAt(other)];
    const faults: LinkFault[] = [];
    const check = <T>(fault: Fault, step: () => T): T | undefined => {
      try {
        return step();
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        faults.push({ error, fault });
        return undefined;
      }
    };
    check("link", () => assertForward(from, to));
    if (faults.length > 0) return faults;
    check("from", () => resolvePort(from, "output"));
    check("to", () => resolvePort(to, "input"));
    check("to", () => this.assertFree(from, to));
    const made = faults.length > 0 ? undefined : check("link", () => this.linkEnds(from, to, options));
    if (made === undefined) return faults;
    this.#offsets.set(made.id, offset);
    return made;
  }

  /**
   * Returns the error with which a run would refuse the known format of a link's frames. Call once all links are made.
   */
  formatFault({ id }: LinkEntry): SluiceError | undefined {
    return formatFault(this, this.link(id), this.known());
  }

  protected override refuse(error: SluiceError, fault: Fault): void {
    this.#note(error, fault);
  }

  protected override nameOf(link: LinkEntry): string {
    const offset = this.#offsets.get(link.id);
    if (offset === undefined) return super.nameOf(link);
    const { line, column } = this.#place(offset);
    return `the link at ${line}:${column}`;
  }
}
