import { equal, ok } from "node:assert/strict";
import { kernels } from "../../kernels/kernels.ts";

const WRITING = Deno.readTextFileSync(new URL("../../docs/writing_processors.md", import.meta.url));
const PAGE = WRITING.slice(WRITING.indexOf("### Kernels\n"), WRITING.indexOf("## With pictures\n"));

Deno.test("the section on kernels: its code does what its comments say", () => {
  const blocks = [...PAGE.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code).filter((code) =>
    !/^import /.test(code)
  );
  equal(blocks.length, 1);
  for (const code of blocks) new Function("kernels", code)(kernels);
});

Deno.test("the section on kernels names every kernel", () => {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(kernels)).filter((name) => name !== "constructor");
  ok(names.length > 20);
  for (const name of names) ok(PAGE.includes(`\`${name}()\``) || PAGE.includes(`\`kernels.${name}\``), name);
});
