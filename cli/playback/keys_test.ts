import { deepEqual } from "node:assert/strict";
import { readKeys } from "./keys.ts";

Deno.test("readKeys() tells arrows in both modes of terminals, and characters as they are", () => {
  const table: [string, string[]][] = [
    [" q", [" ", "q"]],
    ["\x1b[D\x1b[C\x1b[A\x1b[B", ["left", "right", "up", "down"]],
    ["\x1bOD\x1bOC\x1bOA\x1bOB", ["left", "right", "up", "down"]],
    ["\x1b", ["escape"]],
    ["é😀", ["é", "😀"]],
    // Page up, F5 and Shift with an arrow have no name.
    ["\x1b[5~ \x1b[15~\x1b[1;2Dq", [" ", "q"]],
    ["", []],
  ];
  for (const [sent, keys] of table) deepEqual(readKeys(sent), keys, JSON.stringify(sent));
});
