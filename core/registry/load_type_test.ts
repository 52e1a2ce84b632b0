import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SluiceError } from "../errors.ts";
import { loadNodeType } from "./load_type.ts";

const NODE = `{ descriptor: { type: "a" }, package: undefined, load: () => import("./class.ts") }`;

Deno.test("loadNodeType() gives a type of the package, and loads its class only when asked to", async () => {
  await withModules({ "p.ts": `export const nodePackage = { nodes: [${NODE}] };` }, async (url) => {
    const type = await loadNodeType("a", url("p.ts"));
    assert.equal(type.descriptor.type, "a");
    await refuses(
      type.load(),
      "InvalidGraph",
      /^Cannot load node type "a" from "file:.*p\.ts": Module not found ".*class/,
    );
  });
});

Deno.test("loadNodeType() says that a module is no package", async () => {
  const sources = {
    "none.ts": "export const other = 1;",
    "empty.ts": `export const nodePackage = { name: "x" };`,
    "odd.ts": "export const nodePackage = { nodes: {} };",
  };
  await withModules(sources, async (url) => {
    for (const name of Object.keys(sources)) {
      await refuses(
        loadNodeType("a", url(name)),
        "InvalidGraph",
        /^Cannot load node type "a" from "file:.*": the module does not export "nodePackage" with a list "nodes"/,
      );
    }
  });
});

Deno.test("loadNodeType() names a type that the package does not hold", async () => {
  await withModules({ "p.ts": "export const nodePackage = { nodes: [] };" }, async (url) => {
    await refuses(loadNodeType("a", url("p.ts")), "NodeTypeNotFound", /Cannot find node type "a" in file:.*p\.ts; run/);
  });
});

Deno.test("loadNodeType() gives the first line and the place of a syntax error", async () => {
  const sources = {
    "bad.ts": "export const a = ;\n",
    "p.ts": `export const nodePackage = { nodes: [${NODE}] };`,
    "class.ts": "export const a = ;\n",
  };
  await withModules(sources, async (url) => {
    await refuses(
      loadNodeType("a", url("bad.ts")),
      "InvalidGraph",
      /^Cannot load node type "a" from "file:[^"]*bad\.ts": SyntaxError: Expression expected \(file:\S*bad\.ts:1:18\)$/,
    );
    const type = await loadNodeType("a", url("p.ts"));
    await refuses(type.load(), "InvalidGraph", /p\.ts": SyntaxError: Expression expected \(file:\S*class\.ts:1:18\)$/);
  });
});

Deno.test("loadNodeType() says how to add a package that is not a dependency, and to start anew", async () => {
  const sources = {
    "plain.ts": 'import "sluice-none";\n',
    "scoped.ts": 'import "@sluice-none/part/deep.js";\n',
  };
  await withModules(sources, async (url) => {
    const what = "not a dependency[^;]* \\(file:\\S*:1:8\\); unless it is added, run";
    const plain = new RegExp(`"sluice-none" ${what} "deno add npm:sluice-none", then start anew$`);
    await refuses(loadNodeType("a", url("plain.ts")), "InvalidGraph", plain);
    const scoped = new RegExp(`"@sluice-none/part/deep.js" ${what} "deno add npm:@sluice-none/part", then start anew$`);
    await refuses(loadNodeType("a", url("scoped.ts")), "InvalidGraph", scoped);
  });
});

Deno.test("loadNodeType() names the module of a class that throws when it is imported, and keeps where it was thrown", async () => {
  const sources = {
    "p.ts": `const p = { name: "p", url: import.meta.url, sources: {} };
      const descriptor = { type: "a", source: "parts/class.ts:3" };
      export const nodePackage = { nodes: [{ descriptor, package: p, load: () => import("./class.ts") }] };`,
    "class.ts": '\nthrow new Error("top");\n',
  };
  await withModules(sources, async (url) => {
    const type = await loadNodeType("a", url("p.ts"));
    await assert.rejects(type.load(), ({ message, stack }: SluiceError) => {
      assert.equal(message, `Cannot load node type "a" from "${url("parts/class.ts")}": top`);
      return stack!.includes(`at ${url("class.ts")}:2:7`);
    });
  });
});

Deno.test("loadNodeType() lets an error of ours that a module throws through", async () => {
  const errors = pathToFileURL(join(import.meta.dirname!, "../errors.ts")).href;
  const thrown = `import { SluiceError } from "${errors}";\nthrow new SluiceError("AbiMismatch", "no");\n`;
  await withModules({ "p.ts": thrown }, async (url) => {
    await refuses(loadNodeType("a", url("p.ts")), "AbiMismatch", /^no$/);
  });
});

async function refuses(loading: Promise<unknown>, code: string, message: RegExp): Promise<void> {
  await assert.rejects(loading, (error) => {
    assert.ok(error instanceof SluiceError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

async function withModules(
  sources: { readonly [name: string]: string },
  action: (url: (name: string) => string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-load-" });
  try {
    for (const [name, source] of Object.entries(sources)) await Deno.writeTextFile(join(folder, name), source);
    await action((name) => pathToFileURL(join(folder, name)).href);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
