import { equal, notEqual, ok } from "node:assert/strict";
import { type KeyEntry, KeyTable } from "./key_table.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const get = (table: KeyTable, text: string): KeyEntry => table.get(encode(text), 0, text.length);

/** Strings that stand at one place where each is alone. */
function atOnePlace(count: number): string[] {
  const { place } = get(new KeyTable(), "k0");
  const found: string[] = [];
  for (let k = 0; found.length < count; k++) if (get(new KeyTable(), `k${k}`).place === place) found.push(`k${k}`);
  return found;
}

Deno.test("strings of one place are told from each other, and two of them both stay", () => {
  const [a, b, c] = atOnePlace(3);
  const table = new KeyTable();
  const first = get(table, a);
  const second = get(table, b);
  equal(first.text, a);
  equal(second.text, b);
  notEqual(first.place, second.place);
  ok(get(table, a) === first && get(table, b) === second);
  equal(get(table, c).text, c);
  ok(get(table, a) === first);
  equal(get(table, b).text, b);
});

Deno.test("an entry that has left the table is kept by none that is in it", () => {
  const table = new KeyTable();
  for (let k = 0; k < 5_000; k++) {
    const entry = get(table, `key${k}`);
    // All that an entry says of others is where they stand.
    ok(Object.values(entry).every((value) => typeof value !== "object"));
    ok(table.at(entry.place) === entry);
  }
});
