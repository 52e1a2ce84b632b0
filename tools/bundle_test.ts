import assert from "node:assert/strict";
import { SOURCES_FILE } from "../core/registry/bundle_state.ts";
import { findParts, replaceBundle } from "./bundle.ts";
import { NODES } from "./bundled_nodes.ts";
import { ROOT } from "./root.ts";

/** The files of a folder by name. */
async function read(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) files[name] = await Deno.readTextFile(`${folder}/${name}`);
  return files;
}

/** A minute and more passes for all files. */
async function age(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    const { mtime } = await Deno.stat(`${folder}/${name}`);
    const earlier = new Date(mtime!.getTime() - 120_000);
    await Deno.utime(`${folder}/${name}`, earlier, earlier);
  }
}

Deno.test("replaceBundle() leaves the parts of the last bundle to commands that run it, not those of older ones", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const part of ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC"]) {
      await age(folder);
      await replaceBundle(folder, new Map([["main.js", part], [`part-${part}.js`, part]]));
      assert.equal((await read(folder))[SOURCES_FILE], undefined);
      await Deno.writeTextFile(`${folder}/${SOURCES_FILE}`, "{}");
    }
    await Deno.remove(`${folder}/${SOURCES_FILE}`);
    assert.deepEqual(await read(folder), {
      "main.js": "CCCCCCCC",
      "part-BBBBBBBB.js": "BBBBBBBB",
      "part-CCCCCCCC.js": "CCCCCCCC",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("replaceBundle() never leaves a module without the parts that it imports", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await replaceBundle(folder, new Map([["main.js", "A"], ["part-AAAAAAAA.js", ""]]));
    using watcher = Deno.watchFs(folder);
    await replaceBundle(folder, new Map([["main.js", "B"], ["part-BBBBBBBB.js", ""]]));
    const seen: string[] = [];
    for await (const { paths, kind } of watcher) {
      for (const path of paths) {
        const name = path.split("/").at(-1)!;
        assert.ok(kind !== "remove" || name === SOURCES_FILE || name.endsWith(".partial"), `${kind} ${name}`);
        if (!name.endsWith(".partial")) seen.push(name);
      }
      if (seen.includes("main.js")) break;
    }
    assert.equal(seen[0], "part-BBBBBBBB.js");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findParts() keeps what a processor or a worker shares with a run out of the part of the run", () => {
  const imports: Record<string, string[]> = {
    "cli/commands/run_command.ts": ["core/session.ts", "processors/take.ts", "core/signals.ts"],
    "core/process/main_watch_worker.ts": ["core/signals.ts"],
    "processors/sink.ts": ["processors/take.ts"],
  };
  const parts = findParts({
    getModuleInfo: (id) => ({
      importedIds: (imports[id.slice(ROOT.length)] ?? []).map((path) => ROOT + path),
      dynamicallyImportedIds: id === ROOT + NODES ? [`${ROOT}processors/sink.ts`] : [],
    }),
  });
  assert.deepEqual(Object.fromEntries(parts), {
    [`${ROOT}generated.ts`]: "node",
    [`${ROOT}core/session.ts`]: "run",
    [`${ROOT}processors/take.ts`]: "shared",
    [`${ROOT}core/signals.ts`]: "shared",
  });
});
