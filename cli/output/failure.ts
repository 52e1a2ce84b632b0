/**
 * How errors reach the user: one line each, no stack trace, and an exit code that scripts can rely on.
 *
 * @module
 */
import { fieldsOf, serializeError, type SluiceError } from "../../core/errors.ts";
import { escapeControls, parseLogSetting } from "../../core/log.ts";
import { describeThrown } from "../../core/errors/thrown.ts";
import type { Io } from "./output.ts";
import { findThrownAt } from "./thrown_at.ts";

/** Exit codes of the program. */
export const EXIT = { ok: 0, failed: 1, badInput: 2, interrupted: 130, terminated: 143, readerGone: 141 } as const;

/** The most errors that are printed one by one. */
const MAX_SHOWN = 20;

/** The exit code for an error: 2 if the user's input is at fault, otherwise 1. */
function exitCodeOf(error: unknown): number {
  return fieldsOf(error) !== undefined && (error as SluiceError).isBadInput ? EXIT.badInput : EXIT.failed;
}

/**
 * Prints errors, as lines on standard error or as events on standard output, and returns the exit code.
 *
 * @param errors at least one
 */
export function reportErrors(errors: readonly unknown[], io: Io, json: boolean): number {
  for (const error of json ? errors : errors.slice(0, MAX_SHOWN)) {
    if (json) io.stdout.line(JSON.stringify(errorEvent(error)));
    else io.stderr.line(`error: ${describeError(error)}`);
    const { stack } = describeThrown(error);
    if (showsStacks() && stack !== undefined) io.stderr.line(stack.split("\n").map(escapeControls).join("\n"));
  }
  if (!json && errors.length > MAX_SHOWN) io.stderr.line(`error: … and ${errors.length - MAX_SHOWN} more`);
  return exitCodeOf(errors[0]);
}

/** An error as an event of `--json`. */
export function errorEvent(error: unknown): Record<string, unknown> {
  const { name, message, code, details } = serializeError(error);
  return { event: "error", code: code ?? name, message, ...details, thrownAt: findThrownAt(error) };
}

/** An error in one line. */
export function describeError(error: unknown): string {
  const { name, message, isError } = describeThrown(error);
  if (fieldsOf(error) !== undefined) {
    const thrownAt = findThrownAt(error);
    return inOneLine(thrownAt === undefined ? message : `${message} (thrown at ${thrownAt})`);
  }
  const refused = isError && name === "NotCapable" ? /the (--allow-[a-z]+) flag/.exec(message) : null;
  if (refused !== null) {
    const [what] = /^Requires [^,]+/.exec(message) ?? [message];
    return inOneLine(
      `Deno has no permission: ${what.replace(/^R/, "r")}; start it with ${refused[1]}, or with -A. ` +
        "docs/security.md has the flags of each command",
    );
  }
  const text = isError ? `${name}: ${message}` : message;
  return `${inOneLine(text)} (not expected; SLUICE_LOG=debug shows where it comes from)`;
}

/** Foreign text in one line: joins its lines and escapes its control characters. */
export function inOneLine(text: string): string {
  return escapeControls(text.trim().replace(/\s*\n\s*/g, " "));
}

function showsStacks(): boolean {
  try {
    return ["trace", "debug"].includes(parseLogSetting(Deno.env.get("SLUICE_LOG") ?? "").level);
  } catch {
    return false;
  }
}
