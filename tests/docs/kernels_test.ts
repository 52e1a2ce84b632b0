import { equal, ok } from "node:assert/strict";
import { kernels } from "../../kernels/kernels.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/kernels.md", import.meta.url));

Deno.test("docs/kernels.md's code does what its comments say", () => {
  const blocks = [...PAGE.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code).filter((code) =>
    !/^import /.test(code)
  );
  equal(blocks.length, 1);
  for (const code of blocks) new Function("kernels", code)(kernels);
});

Deno.test("docs/kernels.md names every kernel", () => {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(kernels)).filter((name) => name !== "constructor");
  ok(names.length > 20);
  for (const name of names) ok(PAGE.includes(`\`${name}()\``) || PAGE.includes(`\`kernels.${name}\``), name);
});
