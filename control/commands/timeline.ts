/**
 * The graph documents of a log, in the order in which they came, and the present one among them. Those after it were
 * undone; a change drops them.
 *
 * @module
 */
import type { GraphFile } from "../../core/graph/schema.ts";
import { isSameGraph, share } from "./documents.ts";

/** Most documents that are held, and most characters of all of them as JSON. */
const MAX_STEPS = 1_000;
const MAX_CHARS = 64 * 2 ** 20;

/** A graph that the log can go to. */
export interface Step {
  readonly document: GraphFile;
  /** The number of the entry that led here; 0: the graph when the log began. */
  readonly seq: number;
  readonly title: string;
  /** Characters that this document does not share with the one before. */
  readonly size: number;
}

export class Timeline {
  #steps: Step[];
  #at = 0;
  #chars = 0;

  constructor(document: GraphFile) {
    this.#steps = [{ document, seq: 0, title: "the start", size: 0 }];
  }

  /** The present graph. */
  get document(): GraphFile {
    return this.#steps[this.#at].document;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  /** The step that an undo takes back. */
  get last(): Step | undefined {
    return this.#at > 0 ? this.#steps[this.#at] : undefined;
  }

  /** The step that a redo takes. */
  get next(): Step | undefined {
    return this.#steps[this.#at + 1];
  }

  /** Index of the present step. */
  get at(): number {
    return this.#at;
  }

  /** Adds a step after the present one. */
  push(after: GraphFile, seq: number, title: string): void {
    const { document, size } = share(this.document, after);
    for (const dropped of this.#steps.splice(this.#at + 1)) this.#chars -= dropped.size;
    this.#steps.push({ document, seq, title, size });
    this.#chars += size;
    this.#at++;
    while (this.#steps.length > 2 && (this.#steps.length > MAX_STEPS || this.#chars > MAX_CHARS)) {
      this.#chars -= this.#steps[1].size;
      this.#steps.shift();
      this.#at--;
    }
  }

  /** Makes another step the present one. @param found the graph that going there has led to */
  moveTo(index: number, found: GraphFile): void {
    this.#at = index;
    if (!isSameGraph(this.document, found)) this.amend(found);
  }

  /** Replaces the document of the present step, and its title if another one is given. */
  amend(document: GraphFile, title = this.#steps[this.#at].title): void {
    this.#steps[this.#at] = { ...this.#steps[this.#at], document, title };
  }
}
