import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { Generator } from "./generate.ts";
import { watch, type WatchOptions, type WatchRun } from "./watch.ts";

const ACCEPTED = fileURLToPath(new URL("./testdata/accepted", import.meta.url));
const RUNTIME = fileURLToPath(new URL("../generated.ts", import.meta.url));

/** How long a watch may take in all before it is ended: only one that misses a change does, milliseconds. */
const STUCK_MS = 120_000;

/**
 * Changes of a file that concerns nothing, milliseconds apart: their end would come too late for any change to be seen.
 */
const MOST_WRITES = 10_000;

async function folderOf(files: { readonly [path: string]: string }, name = "watched") {
  const root = await Deno.realPath(await mkdtemp(join(tmpdir(), "sluice-watch-")));
  await writeFile(
    join(root, "sluice.json"),
    JSON.stringify({ include: ["*.ts"], name: `@example/${name}`, runtime: RUNTIME }),
  );
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  return { root, configPath: join(root, "sluice.json"), [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

function pass(name: string, doc = "Passes blocks on.", base = ""): string {
  return `import { input, output, processor } from "@sluice/sluice";
${base === "" ? "" : `import { ${base} } from "./base.ts";`}
/** ${doc} */
@processor()
export class ${name}${base === "" ? "" : ` extends ${base}`} {
  @input() audioIn!: StreamInput<AudioFrame>;
  @output() audioOut!: StreamOutput<AudioFrame>;
  process(): void {}
}
`;
}

Deno.test("Generator.run() reads only what changed, and what depends on it", async () => {
  await using folder = await folderOf({
    "base.ts": `import { config } from "@sluice/sluice";\nexport abstract class Base {\n  @config() level = 1;\n}\n`,
    "one.ts": pass("One", "One.", "Base"),
    "two.ts": pass("Two", "Two."),
  });
  const generator = new Generator(folder);
  assert.equal((await generator.run()).scanned, 3);
  assert.equal((await generator.run()).scanned, 0);

  await writeFile(join(folder.root, "two.ts"), pass("Two", "Another two."));
  const second = await generator.run(new Set(["two.ts"]));
  assert.equal(second.scanned, 1);
  assert.match(second.files[0].text, /Another two\./);

  const base = `import { config } from "@sluice/sluice";\nexport abstract class Base {\n  @config() level = 2;\n}\n`;
  await writeFile(join(folder.root, "base.ts"), base);
  const third = await generator.run(new Set(["base.ts"]));
  assert.equal(third.scanned, 2);
  assert.match(third.files[0].text, /default: 2/);
});

Deno.test("Generator.run() gives the same bytes after changes as a first run does", async () => {
  await using folder = await folderOf({ "one.ts": pass("One"), "two.ts": pass("Two") });
  const generator = new Generator(folder);
  await generator.run();
  await writeFile(join(folder.root, "two.ts"), pass("Two", "Changed."));
  await writeFile(join(folder.root, "three.ts"), pass("Three"));
  await rm(join(folder.root, "one.ts"));
  const changed = await generator.run(new Set(["one.ts", "two.ts", "three.ts"]));
  const fresh = await new Generator({ ...folder, check: true }).run();
  assert.deepEqual(changed.nodeTypes, ["three", "two"]);
  assert.deepEqual(fresh.files.map(({ path, state }) => [path, state]), [
    ["sluice.gen.ts", "unchanged"],
    ["sluice.schema.json", "unchanged"],
  ]);
});

Deno.test("Generator.run() leaves out a file while it is broken, and takes it back when it is mended", async () => {
  await using folder = await folderOf({ "one.ts": pass("One"), "two.ts": pass("Two") });
  const generator = new Generator(folder);
  await generator.run();
  await writeFile(join(folder.root, "two.ts"), "@processor() export class {\n");
  const broken = await generator.run(new Set(["two.ts"]));
  assert.deepEqual(broken.nodeTypes, ["one"]);
  assert.equal(broken.diagnostics[0].file, "two.ts");
  await writeFile(join(folder.root, "two.ts"), pass("Two"));
  const mended = await generator.run(new Set(["two.ts"]));
  assert.deepEqual([mended.nodeTypes, mended.diagnostics], [["one", "two"], []]);
});

Deno.test("watch() generates at once, and again when a file changes", async () => {
  await using folder = await folderOf({ "one.ts": pass("One") });
  const stop = new AbortController();
  const runs: WatchRun[] = [];
  const waiters: (() => void)[] = [];
  const next = () => new Promise<void>((resolve) => waiters.push(resolve));
  const first = next();
  const watching = watch(folder, (run) => {
    runs.push(run);
    waiters.shift()?.();
  }, stop.signal);
  await first;
  assert.deepEqual(runs[0].result.nodeTypes, ["one"]);
  const second = next();
  await place(join(folder.root, "two.ts"), pass("Two"));
  await second;
  assert.deepEqual(runs[1].changed, ["two.ts"]);
  assert.deepEqual(runs[1].result.nodeTypes, ["one", "two"]);
  assert.match(await readFile(join(folder.root, "sluice.gen.ts"), "utf8"), /export const two:/);
  stop.abort();
  await watching;
});

/** Writes a file at one stroke, so that nobody sees half of it. */
async function place(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/**
 * Whether a run is for the same files as the one before, and found nothing new: the system told late of a save again.
 */
function isRepeated({ changed, result }: WatchRun, before: WatchRun | undefined): boolean {
  return changed.length > 0 && isDeepStrictEqual(changed, before?.changed) &&
    result.files.length > 0 && result.files.every(({ state }) => state === "unchanged");
}

/** Watches a package; each run is answered by the next step, but those that are repeated, unless they count. */
async function watchSteps(
  configPath: string,
  steps: ((run: WatchRun) => Promise<unknown>)[],
  options: Partial<WatchOptions> = {},
  repeatedCount = false,
): Promise<WatchRun[]> {
  const stop = new AbortController();
  const runs: WatchRun[] = [];
  const stuck = setTimeout(() => stop.abort(), STUCK_MS);
  await watch({ ...options, configPath }, (run) => {
    if (!repeatedCount && isRepeated(run, runs.at(-1))) return;
    runs.push(run);
    const step = steps.shift();
    if (step === undefined) stop.abort();
    else void step(run);
  }, stop.signal);
  clearTimeout(stuck);
  return runs;
}

Deno.test("watch() mends a generated file that somebody else changes or removes, and takes no note of its own writes", async () => {
  await using folder = await folderOf({ "one.ts": pass("One") });
  const path = join(folder.root, "sluice.gen.ts");
  const runs = await watchSteps(folder.configPath, [
    () => rm(path),
    async () => await place(path, `${await readFile(path, "utf8")}\n// more`),
    () => place(join(folder.root, "two.ts"), pass("Two")),
  ]);
  assert.deepEqual(runs.map(({ changed, result }) => [...changed, result.files[0].state]), [
    ["written"],
    ["sluice.gen.ts", "written"],
    ["sluice.gen.ts", "written"],
    ["two.ts", "written"],
  ]);
});

Deno.test("watch() follows whole folders that are renamed, moved away and back, and removed", async () => {
  await using folder = await folderOf({});
  const config = { include: ["**/*.ts"], name: "@example/folders", runtime: RUNTIME };
  await writeFile(folder.configPath, JSON.stringify(config));
  const at = (path: string) => join(folder.root, path);
  const aside = `${folder.root}-aside`;
  await mkdir(at("sub/inner"), { recursive: true });
  await writeFile(at("one.ts"), pass("One"));
  await writeFile(at("sub/inner/two.ts"), pass("Two"));
  const steps: [name: string, act: () => Promise<unknown>, wanted: string][] = [
    ["rename", () => rename(at("sub"), at("sub2")), "one two sub2/inner/two.ts"],
    ["change inside", () => place(at("sub2/inner/two.ts"), pass("Three")), "one three sub2/inner/two.ts"],
    ["move away", () => rename(at("sub2"), aside), "one"],
    ["move back", () => rename(aside, at("sub2")), "one three sub2/inner/two.ts"],
    ["remove", () => rm(at("sub2"), { recursive: true }), "one"],
    ["move in", async () => {
      await mkdir(aside);
      await writeFile(join(aside, "four.ts"), pass("Four"));
      await rename(aside, at("sub3"));
    }, "four one sub3/four.ts"],
    ["remove what was moved in", () => rm(at("sub3"), { recursive: true }), "one"],
  ];
  const stop = new AbortController();
  const seen: string[] = [];
  const stuck = setTimeout(() => stop.abort(), STUCK_MS);
  let next = -1;
  await watch(folder, ({ result }) => {
    const text = result.files[0]?.text ?? "";
    const sources = [...text.matchAll(/"((?:sub\d?)\/[^"]*\.ts)"/g)].map(([, path]) => path);
    const state = [...result.nodeTypes, ...new Set(sources)].join(" ");
    if (next >= 0 && state !== steps[next][2]) return;
    if (next >= 0) seen.push(steps[next][0]);
    if (++next === steps.length) stop.abort();
    // By then nothing is on its way that would have the watcher look anyway.
    else setTimeout(() => void steps[next][1](), 200);
  }, stop.signal);
  clearTimeout(stuck);
  await rm(aside, { recursive: true, force: true });
  assert.deepEqual(seen, steps.map(([name]) => name));
});

Deno.test("watch() takes note of a configuration of another name", async () => {
  await using folder = await folderOf({ "one.ts": pass("One"), "two.ts": pass("Two") });
  const configPath = join(folder.root, "nodes.json");
  const config = { include: ["one.ts"], name: "@example/other", runtime: RUNTIME };
  await writeFile(configPath, JSON.stringify(config));
  const runs = await watchSteps(configPath, [
    () => place(configPath, JSON.stringify({ ...config, include: ["*.ts"] })),
  ]);
  assert.deepEqual(runs.map(({ result }) => result.nodeTypes), [["one"], ["one", "two"]]);
});

Deno.test("watch() names a changed file once, though it looks at all files after a folder has come", async () => {
  await using folder = await folderOf({ "one.ts": pass("One") });
  const runs = await watchSteps(
    folder.configPath,
    [
      () => place(join(folder.root, "two.ts"), pass("Two")),
      async () => {
        await mkdir(join(folder.root, "sub"));
        await place(join(folder.root, "sub/three.ts"), pass("Three"));
      },
    ],
    {},
    true,
  );
  assert.deepEqual(runs.map(({ changed }) => changed), [[], ["two.ts"], ["sub/three.ts"]]);
});

Deno.test("watch() follows folders outside the root that the configuration names, as long as it does", async () => {
  await using folder = await folderOf({ "one.ts": pass("One") });
  const inner = join(folder.root, "inner");
  const configPath = join(inner, "sluice.json");
  const config = { include: ["../*.ts"], name: "@example/outside", runtime: RUNTIME };
  await mkdir(inner);
  await mkdir(join(folder.root, "beside"));
  await writeFile(configPath, JSON.stringify(config));
  const runs = await watchSteps(configPath, [
    () => place(join(folder.root, "one.ts"), pass("Two")),
    () => place(configPath, JSON.stringify({ ...config, include: ["../beside/*.ts", "../*.ts"] })),
    () => place(join(folder.root, "beside/three.ts"), pass("Three")),
    () => place(join(folder.root, "beside/three.ts"), pass("Four")),
  ]);
  assert.deepEqual(runs.map(({ changed, result, watched }) => [...changed, ...result.nodeTypes, watched]), [
    ["one", 1],
    ["../one.ts", "two", 1],
    ["sluice.json", "two", 1],
    ["../beside/three.ts", "three", "two", 2],
    ["../beside/three.ts", "four", "two", 2],
  ]);
});

/** A package in `inner/` with a class whose configuration has a type of `shared/`. */
async function sharingFolder() {
  const folder = await folderOf({});
  const config = { include: ["*.ts"], name: "@example/sharing", runtime: RUNTIME };
  const shaped = `import type { Shape } from "../shared/shape.ts";\n` +
    pass("One").replace("import { input", "import { config, input").replace(
      "@input",
      "@config() shape!: Shape;\n  @input",
    );
  await mkdir(join(folder.root, "inner"));
  await mkdir(join(folder.root, "shared"));
  await writeFile(join(folder.root, "inner/sluice.json"), JSON.stringify(config));
  await writeFile(join(folder.root, "inner/one.ts"), shaped);
  const shape = join(folder.root, "shared/shape.ts");
  await writeFile(shape, shapeOf("a"));
  return { ...folder, configPath: join(folder.root, "inner/sluice.json"), shape };
}

function shapeOf(choice: string): string {
  return `export type Shape = "${choice}" | "z";\n`;
}

/** The choices of the class that {@linkcode sharingFolder} makes. */
function choicesIn({ result }: WatchRun): string | undefined {
  return /readonly shape: ("."(?: \| ".")*)/.exec(result.files[0]?.text ?? "")?.[1];
}

Deno.test("watch() follows files outside the root that classes import, and no others beside them", async () => {
  await using folder = await sharingFolder();
  const shared = join(folder.root, "shared");
  const runs = await watchSteps(folder.configPath, [
    async () => {
      await place(join(shared, "other.ts"), "export const OTHER = 1;\n");
      await place(folder.shape, shapeOf("b"));
    },
    () => rm(shared, { recursive: true }),
    async () => {
      await mkdir(shared);
      await place(folder.shape, shapeOf("c"));
    },
    () => place(folder.shape, shapeOf("d")),
  ]);
  const shape = "../shared/shape.ts";
  assert.deepEqual(runs.map((run) => [...run.changed, choicesIn(run), run.watched]), [
    ['"a" | "z"', 2],
    [shape, '"b" | "z"', 2],
    [shape, undefined, 1],
    [shape, '"c" | "z"', 2],
    [shape, '"d" | "z"', 2],
  ]);
});

Deno.test("watch() takes note of another package that is generated anew, as a first run would", async () => {
  await using folder = await folderOf({ "one.ts": pass("One") });
  await new Generator(folder).run();
  const configPath = join(folder.root, "inner/sluice.json");
  const config = { include: ["*.ts"], name: "@example/inner", runtime: RUNTIME, packages: ["../sluice.gen.ts"] };
  await mkdir(join(folder.root, "inner"));
  await writeFile(configPath, JSON.stringify(config));
  await writeFile(join(folder.root, "inner/two.ts"), pass("Two"));
  const runs = await watchSteps(configPath, [async () => {
    await place(join(folder.root, "one.ts"), pass("Three"));
    await new Generator(folder).run();
  }]);
  assert.deepEqual(runs.map(({ changed }) => changed), [[], ["../sluice.gen.ts"]]);
  assert.match(runs[1].result.files[1].text, /"three"/);
  const fresh = await new Generator({ configPath, check: true }).run();
  assert.deepEqual(fresh.files.map(({ state }) => state), ["unchanged", "unchanged"]);
});

Deno.test("watch() sees what is saved after it was read and before it is followed", async () => {
  await using folder = await sharingFolder();
  let isFirst = true;
  const alsoFollow = async () => {
    if (isFirst) await place(folder.shape, shapeOf("b"));
    isFirst = false;
    return [];
  };
  const runs = await watchSteps(folder.configPath, [async () => {}], { alsoFollow });
  assert.deepEqual(runs.map((run) => [...run.changed, choicesIn(run)]), [
    ['"a" | "z"'],
    ["../shared/shape.ts", '"b" | "z"'],
  ]);
});

Deno.test("watch() follows further files that it is told of", async () => {
  await using folder = await folderOf({ "one.ts": pass("One"), "table.json": "1" });
  const seen: (readonly string[])[][] = [];
  const alsoFollow = (annotated: readonly string[], changed: readonly string[]) => {
    seen.push([annotated, changed]);
    return Promise.resolve(["table.json"]);
  };
  const runs = await watchSteps(folder.configPath, [() => place(join(folder.root, "table.json"), "2")], { alsoFollow });
  assert.deepEqual(runs.map(({ changed }) => changed), [[], ["table.json"]]);
  assert.deepEqual(seen, [[["one.ts"], []], [["one.ts"], ["table.json"]]]);
});

Deno.test("watch() is not put off by files that concern nothing", async () => {
  await using folder = await folderOf({ "one.ts": pass("One") });
  const data = join(folder.root, "data.bin");
  let writes = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const runs = await watchSteps(folder.configPath, [async () => {
    // More often than a change is waited for; the watch goes on once these have ended.
    timer = setInterval(() => {
      if (writes++ % 2 === 0) Deno.writeTextFileSync(data, "more");
      else Deno.removeSync(data);
      if (writes === MOST_WRITES) clearInterval(timer);
    }, 2);
    await place(join(folder.root, "one.ts"), pass("Two"));
  }]);
  clearInterval(timer);
  assert.deepEqual(runs.map(({ changed, result }) => [...changed, ...result.nodeTypes]), [["one"], ["one.ts", "two"]]);
  assert.ok(writes < MOST_WRITES, "the change was only seen when the other file had come to rest");
});

Deno.test("watch() takes files that were saved since a time for changed after its first run", async () => {
  await using folder = await folderOf({ "one.ts": pass("One"), "two.ts": pass("Two") });
  // The file system's clock may be some milliseconds behind.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const savedSinceMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await place(join(folder.root, "two.ts"), pass("Two", "Saved."));
  const runs = await watchSteps(folder.configPath, [async () => {}], { savedSinceMs });
  assert.deepEqual(runs.map(({ changed }) => changed), [[], ["two.ts"]]);
});

Deno.test("watch() waits for a folder that is removed, and goes on when it comes back", async () => {
  await using folder = await folderOf({ "one.ts": pass("One") });
  const config = await readFile(folder.configPath, "utf8");
  const stop = new AbortController();
  const seen: string[] = [];
  let removed: Promise<void> | undefined;
  const comeBack = async () => {
    await removed;
    const aside = `${folder.root}-aside`;
    await mkdir(aside);
    await writeFile(join(aside, "sluice.json"), config);
    await writeFile(join(aside, "two.ts"), pass("Two"));
    await rename(aside, folder.root);
  };
  let back: Promise<void> | undefined;
  await watch(folder, ({ result }) => {
    const state = result.diagnostics[0]?.message.includes("there is no file") ? "absent" : result.nodeTypes.join(" ");
    if (state === seen.at(-1)) return;
    seen.push(state);
    if (state === "one") removed ??= rm(folder.root, { recursive: true });
    else if (state === "absent") back ??= comeBack();
    else if (state === "two") void place(join(folder.root, "three.ts"), pass("Three"));
    else if (state === "three two") stop.abort();
  }, stop.signal);
  await back;
  assert.deepEqual(seen.filter((state) => state !== ""), ["one", "absent", "two", "three two"]);
});

Deno.test("a generated module is the same whether its package is alone or read again and again", async () => {
  const generator = new Generator({
    configPath: join(ACCEPTED, "config_types/sluice.json"),
    check: true,
    standard: [],
  });
  const [a, b] = [await generator.run(), await generator.run(new Set(["shaper.ts", "shapes.ts"]))];
  assert.deepEqual(b.files.map(({ text }) => text), a.files.map(({ text }) => text));
  assert.deepEqual(a.files.map(({ state }) => state), ["unchanged", "unchanged"]);
});
