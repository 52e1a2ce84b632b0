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

/** Whether a path that is read stands for numbered pictures: a file that has the very name is that file. */
export function isSequence(pattern: string): boolean {
  if (!isNumbered(pattern)) return false;
  try {
    return !Deno.statSync(pattern).isFile;
  } catch {
    return true;
  }
}

/** The path of a picture that is read. */
export function pathOfPicture(pattern: string, number: number): string {
  return isSequence(pattern) ? imagePath(pattern, number) : pattern;
}

/**
 * The number of the next picture that there is after another number.
 *
 * @throws {Error} if the folder cannot be read
 */
export function numberAfter(pattern: string, other: number): number | undefined {
  const found = numbersIn(pattern).filter((number) => number > other)
    .reduce((first, number) => Math.min(first, number), Infinity);
  return found === Infinity ? undefined : found;
}

/**
 * The highest number of a picture that there is; -1 without one.
 *
 * @throws {Error} if the folder cannot be read
 */
export function lastNumber(pattern: string): number {
  return numbersIn(pattern).reduce((last, number) => Math.max(last, number), -1);
}

function numbersIn(pattern: string): number[] {
  const name = basename(pattern);
  const place = NUMBER.exec(name);
  if (place === null) return [];
  const [before, after] = [name.slice(0, place.index), name.slice(place.index + place[0].length)];
  const found: number[] = [];
  for (const entry of Deno.readDirSync(dirname(pattern))) {
    const number = Number(entry.name.slice(before.length, entry.name.length - after.length));
    if (Number.isInteger(number) && basename(imagePath(pattern, number)) === entry.name) found.push(number);
  }
  return found;
}
