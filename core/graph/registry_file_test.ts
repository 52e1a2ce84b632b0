import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { SluiceError } from "../errors.ts";
import { collectNodes } from "./registry_file.ts";

const ACCEPTED = fileURLToPath(new URL("../../codegen/testdata/accepted", import.meta.url));

/** A generated module whose package has one node type; `tag` makes the module's text its own. */
function moduleOf(name: string, type: string): string {
  const from = pathToFileURL(join(ACCEPTED, "two_ports/sluice.gen.ts")).href;
  return `import { gain } from ${JSON.stringify(from)};
const descriptor = { ...gain.descriptor, type: ${JSON.stringify(type)} };
export const nodePackage = {
  name: ${JSON.stringify(name)}, url: import.meta.url, sources: {},
  nodes: [{ descriptor, load: gain.load, get package() { return nodePackage; } }],
};
`;
}

/** A folder with a `sluice.json` and the files of plugins. */
async function project(config: object, files: { readonly [path: string]: string } = {}) {
  const folder = await Deno.realPath(await mkdtemp(join(tmpdir(), "sluice-listed-")));
  const path = join(folder, "sluice.json");
  for (const [name, text] of Object.entries({ ...files, "sluice.json": JSON.stringify(config) })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return {
    folder,
    path,
    collect: () => collectNodes(path),
    refused: (code: string, message: string) =>
      assert.rejects(collectNodes(path), (error: SluiceError) => {
        const { line, column } = error.place!;
        assert.deepEqual([error.code, error.message], [code, `${path}:${line}:${column}: ${message}`]);
        return true;
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

Deno.test("collectNodes() registers plugins: of a module, of a folder, and of the folders in one", async () => {
  const plugins = ["./one/made.gen.ts", "./two", "./more"];
  await using made = await project({ name: "@example/listed", plugins }, {
    "one/made.gen.ts": moduleOf("@example/one", "one"),
    "two/sluice.json": '{ "output": "two.gen.ts" } // with a comment',
    "two/two.gen.ts": moduleOf("@example/two", "two"),
    "more/three/sluice.gen.ts": moduleOf("@example/three", "three"),
    "more/four/sluice.json": "{}",
    "more/four/sluice.gen.ts": moduleOf("@example/four", "four"),
    "more/README.md": "",
    "more/notes/README.md": "",
  });
  const registry = await made.collect();
  assert.deepEqual(registry.listNodeTypes(), ["four", "one", "three", "two"]);
  assert.equal(registry.getMetadata("two").package, "@example/two");
});

Deno.test("collectNodes() leaves out what is not enabled, and what is for another system or setting", async () => {
  const other = Deno.build.os === "darwin" ? "linux" : "darwin";
  const plugins = [
    { path: "./one", enabled: false },
    { path: "./two", if: { platforms: [other] } },
    { path: "./three", if: { env: "SLUICE_TEST_UNSET" } },
    { path: "./four", enabled: true, if: { platforms: ["linux", "darwin", "windows"], env: [] } },
  ];
  // The folder of the first is not even there.
  const files = Object.fromEntries(["two", "three", "four"].map((name) => [
    `${name}/sluice.gen.ts`,
    moduleOf(`@example/${name}`, name),
  ]));
  await using made = await project({ name: "@example/listed", plugins }, files);
  const registry = await made.collect();
  assert.deepEqual(registry.listNodeTypes(), ["four"]);
  assert.throws(() => registry.get("one"), {
    code: "NodeTypeNotFound",
    message: 'Cannot find node type "one"; available: "four"; plugin "./one" is left out: it is not enabled; ' +
      `plugin "./two" is left out: it is for ${other}, and this is ${Deno.build.os}; ` +
      'plugin "./three" is left out: "SLUICE_TEST_UNSET" of the environment is not set',
    available: ["four"],
  });
});

Deno.test("collectNodes() takes packages whose condition holds, without generated code of its own", async () => {
  const packages = [
    "./one/sluice.gen.ts",
    { from: "./two/sluice.gen.ts", if: { env: "SLUICE_TEST_UNSET" } },
    { from: "./three/sluice.gen.ts", requires: ["@example/one", "@sluice/sluice"] },
  ];
  const files = Object.fromEntries(["one", "two", "three"].map((name) => [
    `${name}/sluice.gen.ts`,
    moduleOf(`@example/${name}`, name),
  ]));
  await using made = await project({ name: "@example/listed", packages }, files);
  assert.deepEqual((await made.collect()).listNodeTypes(), ["one", "three"]);
});

Deno.test("collectNodes() refuses a plugin that lacks what it requires, and says why it is lacking", async () => {
  const files = {
    "one/sluice.gen.ts": moduleOf("@example/one", "one"),
    "two/sluice.gen.ts": moduleOf("@example/two", "two"),
  };
  const two = { path: "./two", requires: ["@example/one"] };
  await using whole = await project({ name: "@example/listed", plugins: [two, "./one"] }, files);
  assert.deepEqual((await whole.collect()).listNodeTypes(), ["one", "two"]);
  await using alone = await project({ name: "@example/listed", plugins: [two] }, files);
  await alone.refused(
    "PluginRejected",
    'Cannot use "./two": it requires package "@example/one", which is not listed; listed: "@sluice/sluice" ' +
      'and "@example/two"',
  );
  const plugins = [{ path: "./one", enabled: false }, two];
  await using without = await project({ name: "@example/listed", plugins }, files);
  await without.refused(
    "PluginRejected",
    'Cannot use "./two": it requires package "@example/one", which "./one" in "plugins" has: it is not enabled',
  );
});

Deno.test("collectNodes() refuses a plugin that requires itself", async () => {
  const files = { "one/sluice.gen.ts": moduleOf("@example/one", "one") };
  const plugins = [{ path: "./one", requires: ["@sluice/sluice", "@example/one"] }];
  await using made = await project({ name: "@example/listed", plugins }, files);
  await made.refused(
    "PluginRejected",
    'Cannot use "./one": it requires package "@example/one", which is its own; leave that out of "requires"',
  );
});

Deno.test("collectNodes() refuses a plugin that is not there, or cannot be loaded", async () => {
  const files = {
    "native/plugin.toml": "",
    "lib/filter.so": "",
    "empty/README.md": "",
    "broken/sluice.gen.ts": "export const other = 1;",
    "absent/sluice.json": "{}",
  };
  for (
    const [path, message] of [
      ["./nowhere", 'there is no file or folder "FOLDER/nowhere"'],
      ["./lib/filter.so", 'name the folder that has its "plugin.toml"'],
      ["./native/plugin.toml", 'name the folder that has its "plugin.toml"'],
      [
        "./empty",
        'neither "FOLDER/empty" nor a folder in it has a "sluice.json", a "sluice.gen.ts", a "plugin.toml" or a module in Python that imports sluice',
      ],
    ]
  ) {
    await using made = await project({ name: "@example/listed", plugins: [path] }, files);
    await made.refused("PluginRejected", `Cannot use plugin "${path}": ${message.replace("FOLDER", made.folder)}`);
  }
  for (
    const [path, message] of [
      ["./broken", /does not export "nodePackage"/],
      ["./absent", /does not exist; run/],
      ["./native", /^.*sluice\.json:.* Cannot use plugin "\.\/native": .*plugin\.toml/],
    ]
  ) {
    await using made = await project({ name: "@example/listed", plugins: [path] }, files);
    await assert.rejects(made.collect(), { code: "PluginRejected", message: message as RegExp });
  }
});

Deno.test("collectNodes() says where in the file an entry is wrong", async () => {
  await using made = await project({ name: "x", plugins: [{ path: "./p", enabled: 1 }] });
  await made.refused(
    "InvalidGraph",
    'Cannot collect nodes: Cannot use "enabled" of "./p": found a number, wanted true or false; write true or false',
  );
});

Deno.test("collectNodes() refuses two plugins that register one name", async () => {
  await using made = await project({ name: "@example/listed", plugins: ["./one", "./two"] }, {
    "one/sluice.gen.ts": moduleOf("@example/one", "same"),
    "two/sluice.gen.ts": moduleOf("@example/two", "same"),
  });
  await assert.rejects(made.collect(), {
    code: "InvalidGraph",
    message: /^Cannot register node type "same" of @example\/two .* the name is taken by @example\/one /,
  });
});
