/**
 * Text tables with aligned columns.
 *
 * @module
 */

/** The least width of a cut column, characters. */
const MIN_CUT = 6;

/** A column: its heading, and whether its cells are aligned left, or right as numbers are. */
export interface Column {
  readonly head: string;
  readonly align?: "left" | "right";
}

/**
 * Lays rows out under their headings, with two spaces between columns and none after the last.
 *
 * @param maxWidth a wider table has its widest left-aligned columns cut, down to {@linkcode MIN_CUT}
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  maxWidth: number = Infinity,
): string[] {
  const widths = columns.map(({ head }, i) => rows.reduce((width, row) => Math.max(width, row[i].length), head.length));
  const texts = columns.flatMap(({ align }, i) => align === "right" ? [] : [i]);
  let over = widths.reduce((sum, width) => sum + width + 2, -2) - maxWidth;
  for (; over > 0 && texts.some((i) => widths[i] > MIN_CUT); over--) {
    widths[texts.reduce((widest, i) => widths[i] > widths[widest] ? i : widest)]--;
  }
  const cut = (cell: string, width: number) => cell.length <= width ? cell : `${cell.slice(0, width - 1)}…`;
  const lay = (cells: readonly string[]) =>
    cells.map((cell, i) =>
      columns[i].align === "right" ? cell.padStart(widths[i]) : cut(cell, widths[i]).padEnd(widths[i])
    ).join("  ").trimEnd();
  return [lay(columns.map(({ head }) => head)), ...rows.map(lay)];
}

/** A whole number with spaces between thousands: `1 234 567`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** A duration for people: `12 µs`, `3.4 ms`, `1.23 s`, `2 min 5.0 s`, `1 h 2 min 3.4 s`. */
export function formatDuration(ns: number): string {
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(1)} ms`;
  if (ns < 60e9) return `${(ns / 1e9).toFixed(2)} s`;
  const tenths = Math.floor(ns / 1e8);
  const minutes = Math.floor(tenths / 600);
  const hours = Math.floor(minutes / 60);
  const rest = `${minutes % 60} min ${((tenths % 600) / 10).toFixed(1)} s`;
  return hours === 0 ? rest : `${hours} h ${rest}`;
}

/** A media time: `0:04.2`, `1:02:03.4`. */
export function formatClock(ns: number): string {
  const tenths = Math.floor(ns / 1e8);
  const seconds = Math.floor(tenths / 10);
  const two = (n: number) => String(n).padStart(2, "0");
  const rest = `${two(seconds % 60)}.${tenths % 10}`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

/** A size of a file: `512 bytes`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
