/**
 * Tables of what newcomers do wrong and what they are told: the mistake, and of the message where it is, what is wrong,
 * and what to do about it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { PortableDriver } from "../../core/driver/portable.ts";
import { describeThrown } from "../../core/errors/thrown.ts";

/** Every mistake is told within this time, milliseconds. */
const LIMIT_MS = 15_000;

/** How often a row may be late before the machine is not to blame. */
const TRIES = 3;

/** Print all that is said, for a person to read. */
const SHOW = Deno.env.get("SLUICE_SHOW_MISTAKES") === "1";

/** One mistake. */
export interface Row<G> {
  /** What was done wrong, in words. */
  readonly mistake: string;
  /** What was given: a source text, arguments, a call. */
  readonly given: G;
  /** Parts of the message: where, what and what to do. */
  readonly says: readonly [where: string, what: string, advice: string];
}

/** Mistakes of one kind. */
export interface Family {
  readonly name: string;
  readonly rows: readonly Row<unknown>[];
  /** Makes a mistake. @returns what is said; empty if nothing is */
  readonly tell: (index: number) => Promise<string>;
}

/** Makes a table. @param tell makes the mistake, and gives what is said */
export function family<G>(
  name: string,
  rows: readonly Row<G>[],
  tell: (given: G, index: number) => Promise<string> | string,
): Family {
  return { name, rows, tell: async (index) => await tell(rows[index].given, index) };
}

/** What a call throws, or its promise rejects with; empty if neither. */
export async function thrownBy(call: () => unknown): Promise<string> {
  try {
    await call();
    return "";
  } catch (error) {
    return describeThrown(error).message;
  }
}

/** Checks one row. */
export async function assertTold({ name, rows, tell }: Family, index: number): Promise<void> {
  const clock = new PortableDriver();
  let text = "";
  let tookMs = Infinity;
  for (let left = TRIES; left > 0 && tookMs > LIMIT_MS; left--) {
    const fromNs = clock.nowNs();
    text = await tell(index);
    tookMs = (clock.nowNs() - fromNs) / 1e6;
  }
  if (SHOW) console.log(JSON.stringify({ family: name, index, text }));
  assert.notEqual(text, "", "nothing is said");
  assert.ok(tookMs <= LIMIT_MS, `said after ${Math.round(tookMs)} ms: ${text}`);
  assert.ok(!/^\s+at .*:\d+:\d+/m.test(text), `with a stack trace: ${text}`);
  for (const part of rows[index].says) {
    assert.notEqual(part, "");
    assert.ok(text.includes(part), `is said: ${text}\nmissing: ${part}`);
  }
}
