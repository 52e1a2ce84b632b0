import assert from "node:assert/strict";
import { findFloatingPromises } from "./floating_promises.ts";

const PLANTED = `
import { readFile } from "node:fs/promises";
import { helper } from "./helper.ts";

declare function sometimes(): void | boolean | Promise<void>;
declare function same<T>(value: T): T;
declare function either(now: true): string;
declare function either(now: false): Promise<string>;

export async function floats(): Promise<void> {
  helper();
  readFile("x");
  Deno.readTextFile("x");
  new Promise(() => {});
  helper().then(() => {});
  [helper(), helper()];
  helper().finally(() => {});
  Math.random() > 0.5 && helper();
  Math.random() > 0.5 ? await helper() : helper();
  await helper(), helper();
  helper().catch(undefined);
  (helper() as unknown);
  sometimes();
  same(helper());
  either(false);
  [1].forEach(() => void [1].forEach(() => { helper(); }));
  await helper();
}
`;

const CLEAN = `
import { helper } from "./helper.ts";

type Nested = number | Nested[];
declare function nested(): Nested[];
declare function known(): string | Promise<string>;
declare function same<T>(value: T): T;
declare function either(now: true): string;
declare function either(now: false): Promise<string>;
declare function handle(): { readonly id: string } & PromiseLike<{ readonly id: string }>;

export async function settles(): Promise<void> {
  nested();
  await helper();
  known();
  handle();
  same(1);
  either(true);
  void helper();
  helper().catch(() => {});
  helper().then(() => {}, () => {});
  helper().catch(() => {}).finally(() => {});
  Math.random() > 0.5 && await helper();
  await Promise.all([helper(), Deno.readTextFile("x")]);
  const kept = helper();
  await kept;
  let late;
  late = helper();
  await late;
}
`;

Deno.test("findFloatingPromises() finds those of our own functions, of node: modules and of Deno", async () => {
  const root = `${await Deno.makeTempDir({ prefix: "sluice_promises_" })}/`;
  try {
    await Deno.writeTextFile(
      `${root}helper.ts`,
      "export function helper(): Promise<number> { return Promise.resolve(1); }\n",
    );
    await Deno.writeTextFile(`${root}planted.ts`, PLANTED);
    await Deno.writeTextFile(`${root}clean.ts`, CLEAN);
    const found = await findFloatingPromises(["clean.ts", "helper.ts", "planted.ts"], root);
    assert.deepEqual(
      found.map(({ file, line }) => `${file}:${line}`),
      Array.from({ length: 16 }, (_, index) => `planted.ts:${index + 11}`),
    );
    assert.match(found[0].message, /^A promise must be awaited/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
