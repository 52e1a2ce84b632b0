/**
 * Paths of numbered pictures.
 *
 * @module
 */

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
