/**
 * Paths of numbered pictures.
 *
 * @module
 */
import { basename, dirname } from "node:path";

/** The place of a number: `%d`, or `%05d` for one with leading zeros. */
const NUMBER = /%(?:0(\d))?d/;

/** The path of a picture. One without a place for a number is the same for all. */
export function imagePath(pattern: string, number: number): string {
  return pattern.replace(NUMBER, (_, digits?: string) => String(number).padStart(Number(digits ?? 1), "0"));
}

/** Whether there is a place for a number. */
export function isNumbered(pattern: string): boolean {
  return NUMBER.test(pattern);
}

/**
 * The number of the next picture that there is after another number.
 *
 * @throws {Error} if the folder cannot be read
 */
export function numberAfter(pattern: string, other: number): number | undefined {
  const name = basename(pattern);
  const place = NUMBER.exec(name);
  if (place === null) return undefined;
  const [before, after] = [name.slice(0, place.index), name.slice(place.index + place[0].length)];
  let found = Infinity;
  for (const entry of Deno.readDirSync(dirname(pattern))) {
    const number = Number(entry.name.slice(before.length, entry.name.length - after.length));
    const isNext = number > other && number < found && Number.isInteger(number);
    if (isNext && basename(imagePath(pattern, number)) === entry.name) found = number;
  }
  return found === Infinity ? undefined : found;
}
