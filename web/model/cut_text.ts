/**
 * Cuts texts to the room that a canvas has for them.
 *
 * @module
 */

/** How many results are cached. */
const KEPT_CUTS = 5000;

const cuts = new Map<string, string>();

/** Cuts a text to a width in the context's font, world units; nothing is left where not one letter has room. */
export function cut(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${context.font}\n${Math.round(width)}\n${text}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  let result = text.slice(0, 200);
  if (context.measureText(result).width > width) {
    let [low, high] = [0, result.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(`${result.slice(0, middle)}…`).width <= width) low = middle;
      else high = middle - 1;
    }
    // A mark alone tells nothing.
    result = low === 0 ? "" : `${result.slice(0, low)}…`;
  }
  if (cuts.size >= KEPT_CUTS) cuts.clear();
  cuts.set(key, result);
  return result;
}
