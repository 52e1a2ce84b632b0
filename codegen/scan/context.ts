/**
 * The shared state of the scanners: the files, and the refusals.
 *
 * @module
 */
import type { Node } from "ts-morph";
import { type Diagnostic, diagnosticAt, isError } from "../diagnostics.ts";
import type { StructModel } from "../model.ts";
import type { SourceSet } from "./source_set.ts";

/** One run over a package. */
export class ScanContext {
  readonly sources: SourceSet;
  readonly diagnostics: Diagnostic[] = [];
  /** Interfaces of fixed layout that were read; `undefined` for a refused one. */
  readonly structs: Map<Node, StructModel | undefined> = new Map();
  /** Type parameters without arguments of the class that is being read: they stay open. */
  readonly open: Set<Node> = new Set();

  constructor(sources: SourceSet) {
    this.sources = sources;
  }

  /**
   * Refuses a node.
   *
   * @returns `undefined`, so that a scanner can return it
   */
  refuse(node: Node, message: string, mend: string): undefined {
    return this.refuseRange(node, node.getStart(), node.getEnd(), message, mend);
  }

  /** Refuses a part of a node's file, as {@linkcode ScanContext.refuse} does. */
  refuseRange(
    node: Node,
    start: number,
    end: number,
    message: string,
    mend: string,
    severity: "error" | "warning" = "error",
  ): undefined {
    const text = node.getSourceFile().getFullText();
    const refusal = diagnosticAt(this.sources.pathOf(node), text, start, end, message, mend);
    this.diagnostics.push(severity === "error" ? refusal : { ...refusal, severity });
    return undefined;
  }

  /** The number of refusals, without warnings. */
  countErrors(): number {
    return this.diagnostics.filter(isError).length;
  }

  /** The place of a node as `file:line`. */
  placeOf(node: Node): string {
    return `${this.sources.pathOf(node)}:${node.getStartLineNumber()}`;
  }
}
