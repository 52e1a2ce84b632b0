/**
 * `deno task size`: how large a part is, `core` unless another is named. Prints for each room its lines of code (without
 * comments and blank lines), all its lines, its files and those of 50 lines or fewer; then the sums, and the longest files.
 * Tests and their fixtures do not count.
 *
 * @module
 */
import { roomOf, ROOMS } from "./rooms.ts";
import { ROOT } from "./root.ts";
import { listTypeScript } from "./source_files.ts";

const SMALL_LINES = 50;
const LONGEST_LISTED = 5;

/** What the files of a room have. */
interface Size {
  code: number;
  lines: number;
  files: number;
  small: number;
}

/** The lines of a file, and those that are neither blank nor comments alone. */
function countLines(text: string): { readonly code: number; readonly lines: number } {
  const lines = text.split("\n").length - 1;
  const bare = text.replace(/^[ \t]*\/\*[^]*?\*\/[ \t]*$/gm, "").replace(/^[ \t]*\/\/.*$/gm, "");
  return { lines, code: bare.split("\n").filter((line) => line.trim() !== "").length };
}

function add(sum: Size, { code, lines }: { readonly code: number; readonly lines: number }): void {
  sum.code += code;
  sum.lines += lines;
  sum.files++;
  if (lines <= SMALL_LINES) sum.small++;
}

if (import.meta.main) {
  const part = Deno.args[0] ?? "core";
  const files = listTypeScript().filter((file) =>
    file.startsWith(`${part}/`) && !/_(test|bench)\.tsx?$|\/(fixtures|testdata)\//.test(file)
  );
  if (files.length === 0) {
    console.error(`No TypeScript in "${part}"; parts are ${Object.keys(ROOMS).join(", ")}`);
    Deno.exit(2);
  }
  const none = (): Size => ({ code: 0, lines: 0, files: 0, small: 0 });
  const sizes = new Map(Object.keys(ROOMS[part] ?? {}).map((room) => [room, none()]));
  const sum = none();
  const longest: [string, number][] = [];
  for (const file of files) {
    const counted = countLines(Deno.readTextFileSync(ROOT + file));
    const room = roomOf(file);
    const name = room === undefined || room === "free" ? "" : room.name;
    if (!sizes.has(name)) sizes.set(name, none());
    add(sizes.get(name)!, counted);
    add(sum, counted);
    longest.push([file, counted.lines]);
  }
  const row = (...cells: (string | number)[]) =>
    console.log(cells.map((cell, k) => k === 0 ? String(cell).padEnd(16) : String(cell).padStart(8)).join(""));
  row("room", "code", "lines", "files", `≤ ${SMALL_LINES}`);
  for (const [room, { code, lines, files, small }] of [...sizes, ["all", sum] as const]) {
    row(room, code, lines, files, small);
  }
  longest.sort(([, a], [, b]) => b - a);
  for (const [file, lines] of longest.slice(0, LONGEST_LISTED)) console.log(`${lines} ${file}`);
}
