/**
 * The refusals of the generator: the place, what was found and wanted, the source line with a caret, and a mend.
 *
 * @module
 */

/** One refusal. */
export interface Diagnostic {
  /** `warning` if code is generated nevertheless; by default `error`. */
  readonly severity?: "error" | "warning";
  /** Path relative to the package's root. */
  readonly file: string;
  /** Counts from 1; absent for the whole file. */
  readonly line?: number;
  /** UTF-16 units, counts from 1. */
  readonly column?: number;
  /** How many columns the caret covers. */
  readonly length?: number;
  /** The text of the line, for the excerpt. */
  readonly sourceLine?: string;
  /** What was attempted, found and wanted, in one sentence with no full stop. */
  readonly message: string;
  /** What the reader can do, as an imperative with no full stop. */
  readonly mend: string;
}

/** Widest excerpt of a source line. */
const EXCERPT_COLUMNS = 120;

/** Makes a diagnostic for a range of a text. */
export function diagnosticAt(
  file: string,
  text: string,
  start: number,
  end: number,
  message: string,
  mend: string,
): Diagnostic {
  const at = Math.max(0, Math.min(start, text.length));
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const newline = text.indexOf("\n", at);
  const sourceLine = text.slice(lineStart, newline < 0 ? text.length : newline).replace(/\r$/, "");
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) line++;
  const column = at - lineStart + 1;
  const length = Math.max(1, Math.min(end - at, sourceLine.length - column + 1));
  return { file, line, column, length, sourceLine, message, mend };
}

/**
 * A diagnostic for an unexpected error.
 *
 * @param file the file that was being read or written
 * @param attempt what was attempted: `read the file`
 */
export function describeInternal(file: string, attempt: string, error: unknown): Diagnostic {
  const [found] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  const isDeep = error instanceof RangeError && found.includes("call stack");
  return {
    file,
    message: `Cannot ${attempt}: ${isDeep ? "it is nested too deeply" : `internal error: ${found || "unknown"}`}`,
    mend: isDeep ? "split what is in it, and give the parts names" : "report this together with the file",
  };
}

/** Whether a diagnostic is a refusal rather than a warning. */
export function isError({ severity }: Diagnostic): boolean {
  return severity !== "warning";
}

/** The order in which diagnostics are shown: by file, then by place. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return compareText(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0) ||
    compareText(a.message, b.message);
}

/** Compares by code units, so that the order does not depend on the machine's language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A diagnostic in one line, as the message of an error. */
export function describePlaced({ file, line, column, message, mend }: Diagnostic): string {
  return `${line === undefined ? file : `${file}:${line}:${column}`}: ${message}; ${mend}`;
}

/** A diagnostic over several lines, as people read it, without a line feed at the end. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, sourceLine, message, mend } = diagnostic;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const lines = [`${place}: ${diagnostic.severity ?? "error"}: ${message}`];
  if (line !== undefined && sourceLine !== undefined) lines.push(...excerpt(diagnostic));
  lines.push(`  mend: ${mend}`);
  return lines.join("\n");
}

function excerpt({ line = 1, column = 1, length = 1, sourceLine = "" }: Diagnostic): string[] {
  const from = column - 1 + length <= EXCERPT_COLUMNS ? 0 : column - 1;
  const shown = sourceLine.slice(from, from + EXCERPT_COLUMNS);
  const before = shown.slice(0, column - 1 - from).replace(/[^\t]/g, " ");
  const carets = "^".repeat(Math.max(1, Math.min(length, EXCERPT_COLUMNS)));
  const gutter = `${line} | `;
  return [`  ${gutter}${shown}`, `  ${" ".repeat(gutter.length - 2)}| ${before}${carets}`];
}
