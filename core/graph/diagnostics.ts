/**
 * Collects the faults of a graph file, each with its place.
 *
 * @module
 */
import { fieldsOf, SluiceError, type SluiceErrorCode, type SluiceErrorDetails, type SourcePlace } from "../errors.ts";
import { formatPlace, LineIndex } from "./graph_text.ts";

/** Most errors that are kept: later ones seldom add news. */
const MAX_ERRORS = 100;

/** The errors of a graph file and of the files that it refers to. */
export class GraphDiagnostics {
  readonly #files: { readonly name: string; readonly base: number; readonly lines: LineIndex }[] = [];
  readonly #errors: SluiceError[] = [];
  #end = 0;

  constructor(text: string, file: string) {
    this.addFile(text, file);
  }

  /**
   * Adds a file that the first one refers to.
   *
   * @returns the base to add to its offsets, so that each offset belongs to one of the files
   */
  addFile(text: string, file: string): number {
    const base = this.#end;
    this.#files.push({ name: file, base, lines: new LineIndex(text, file) });
    this.#end += text.length + 1;
    return base;
  }

  /** The errors in the order of the files. */
  get errors(): readonly SluiceError[] {
    const order = new Map(this.#files.map(({ name }, index) => [name, index]));
    return this.#errors.toSorted((a, b) => compare(a.place, b.place, order));
  }

  /** True if further errors would be dropped. */
  get full(): boolean {
    return this.#errors.length >= MAX_ERRORS;
  }

  /** Returns the line and column of an offset. */
  place(offset: number): SourcePlace {
    const { base, lines } = this.#files.findLast((file) => file.base <= offset)!;
    return lines.place(offset - base);
  }

  /** Adds an error whose message is to start with the place of `offset`. */
  add(code: SluiceErrorCode, message: string, offset: number, details: SluiceErrorDetails = {}): void {
    this.addAt(code, message, this.place(offset), details);
  }

  /** Adds an error that a function threw, with the place of `offset`. Rethrows any value but a `SluiceError`. */
  addThrown(error: unknown, offset: number): void {
    if (!(error instanceof SluiceError)) throw error;
    this.#push(placed(error, this.place(offset)));
  }

  /** Adds an error about the command line, which has no place in the file. */
  addPlaceless(error: SluiceError): void {
    this.#push(error);
  }

  /** Adds an error, as `add` does, with a known place. */
  addAt(code: SluiceErrorCode, message: string, place: SourcePlace, details: SluiceErrorDetails = {}): void {
    this.#push(placed(new SluiceError(code, message, details), place));
  }

  #push(error: SluiceError): void {
    if (!this.full) this.#errors.push(error);
  }
}

/** Returns the same error with a place, at the start of its message. Keeps the original stack. */
export function placed(error: SluiceError, place: SourcePlace): SluiceError {
  const details = { ...fieldsOf(error)?.details, cause: error.cause, place };
  const made = new SluiceError(error.code, `${formatPlace(place)}: ${error.message}`, details);
  if (error.stack !== undefined) made.stack = error.stack;
  return made;
}

function compare(
  a: SourcePlace | undefined,
  b: SourcePlace | undefined,
  order: ReadonlyMap<string, number>,
): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column;
}

/** Makes a warning with its place. */
export function warning(
  code: "InvalidGraph" | "InvalidConfig",
  message: string,
  offset: number,
  diagnostics: GraphDiagnostics,
): SluiceError {
  return placed(new SluiceError(code, message), diagnostics.place(offset));
}
