/**
 * Checks the figures that a node reports of itself.
 *
 * @module
 */
import { isPlainObject, kindOf } from "../../errors/kind_of.ts";
import type { Figures } from "../../stats.ts";

/** The most figures of one node. */
export const MAX_FIGURES = 256;

/** Longest name of a figure, characters. */
export const MAX_FIGURE_NAME = 64;

/**
 * Returns a copy of the argument of `context.report()`.
 *
 * @throws {TypeError} if a value is no finite number
 * @throws {RangeError} for more than 256 figures, or a name that is empty or longer than 64 characters
 */
export function copyFigures(nodeId: string, figures: Figures): Figures {
  if (!isPlainObject(figures)) {
    throw new TypeError(`Cannot report figures of "${nodeId}": found ${kindOf(figures)}, wanted an object by name`);
  }
  const names = Object.keys(figures);
  if (names.length > MAX_FIGURES) {
    throw new RangeError(`Cannot report figures of "${nodeId}": found ${names.length}, wanted at most ${MAX_FIGURES}`);
  }
  const copy: { [name: string]: number } = {};
  for (const name of names) {
    const value = figures[name];
    if (!Number.isFinite(value)) {
      const what = `figure ${JSON.stringify(name.slice(0, MAX_FIGURE_NAME))} of "${nodeId}"`;
      throw new TypeError(`Cannot report ${what}: found ${String(value)}, wanted a finite number`);
    }
    if (name === "" || name.length > MAX_FIGURE_NAME) {
      const found = `found ${name.length}`;
      const message =
        `Cannot report a figure of "${nodeId}": its name has 1 to ${MAX_FIGURE_NAME} characters, ${found}`;
      throw new RangeError(message);
    }
    copy[name] = value;
  }
  return copy;
}
