/**
 * What the scanners share: the files, and the list of what is refused.
 *
 * @module
 */
import type { Node } from "ts-morph";
import { type Diagnostic, diagnosticAt } from "../diagnostics.ts";
import type { StructModel } from "../model.ts";
import type { SourceSet } from "./source_set.ts";

/** One run over a package. */
export class ScanContext {
  readonly sources: SourceSet;
  readonly diagnostics: Diagnostic[] = [];
  /** Interfaces of fixed layout that were read; `undefined` for one that was refused. */
  readonly structs: Map<Node, StructModel | undefined> = new Map();

  constructor(sources: SourceSet) {
    this.sources = sources;
  }

  /**
   * Refuses what stands at a node.
   *
   * @returns `undefined`, so that a scanner can end with it
   */
  refuse(node: Node, message: string, mend: string): undefined {
    return this.refuseRange(node, node.getStart(), node.getEnd(), message, mend);
  }

  /** As {@linkcode ScanContext.refuse}, for a part of a node's file. */
  refuseRange(node: Node, start: number, end: number, message: string, mend: string): undefined {
    const text = node.getSourceFile().getFullText();
    this.diagnostics.push(diagnosticAt(this.sources.pathOf(node), text, start, end, message, mend));
    return undefined;
  }

  /** The place of a node as `file:line`. */
  placeOf(node: Node): string {
    return `${this.sources.pathOf(node)}:${node.getStartLineNumber()}`;
  }
}
