import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { tableFromIPC } from "@uwdata/flechette";
import type { PacketFields, PacketFrame } from "../../core/frames/packet_frame.ts";
import { configureLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";

type Columns = { readonly [name: string]: readonly number[] };

/** Pushes a batch of 1 ms a record. */
function push(harness: ProcessorHarness, fields: PacketFields, columns: Columns, ptsNs = 0): void {
  const capacity = Object.values(columns)[0].length;
  harness.push<PacketFrame>("packet", { fields, capacity }, (batch) => {
    for (const [name, numbers] of Object.entries(columns)) batch.column(name).set(numbers);
    batch.ptsNs = ptsNs;
    batch.durationNs = capacity * 1e6;
  });
}

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "sluice-arrow-" });
  try {
    await action(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What a reader finds in a file. */
function read(path: string): { readonly fields: string[]; readonly columns: { readonly [name: string]: number[] } } {
  const table = tableFromIPC(Deno.readFileSync(path), { useBigInt: true });
  const names = table.schema.fields.map(({ name }) => name);
  return {
    fields: names,
    columns: Object.fromEntries(names.map((name) => [name, Array.from(table.getChild(name)!.toArray(), Number)])),
  };
}

const ALL = { a: "f64", b: "f32", c: "i32", d: "u32", e: "u8" } as const;

Deno.test("ArrowSink writes numbers of all types, and times, of batches of any size", async () => {
  await inFolder(async (folder) => {
    const columns = (numbers: readonly number[]) => ({
      a: numbers.map((n) => n / 3),
      b: numbers,
      c: numbers.map((n) => -n),
      d: numbers.map((n) => n + 4e9),
      e: numbers.map((n) => n + 200),
    });
    for (const time of ["ns", "seconds", "none"] as const) {
      const path = `${folder}/${time}.arrows`;
      await using sink = await ProcessorHarness.create(nodes.arrowSink({ path, time }));
      push(sink, ALL, columns([1, 2]), 5e6);
      push(sink, ALL, columns([3]), 7e6);
      push(sink, ALL, columns([4, 5, 6, 7, 8]), 1_234_567_000_000_000);
      await sink.run();
      sink.end();
      await sink.run();
      equal(sink.figures?.bytes, (await Deno.stat(path)).size);
      const startsNs = [5e6, 6e6, 7e6, 0, 1, 2, 3, 4].map((ns, k) => k < 3 ? ns : 1_234_567_000_000_000 + ns * 1e6);
      const times = time === "none"
        ? {}
        : time === "ns"
        ? { timeNs: startsNs }
        : { timeSeconds: startsNs.map((ns) => ns / 1e9) };
      const found = read(path);
      deepEqual(found.fields, [...Object.keys(times), "a", "b", "c", "d", "e"]);
      deepEqual(found.columns, { ...times, ...columns([1, 2, 3, 4, 5, 6, 7, 8]) });
    }
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "none.arrows",
      "ns.arrows",
      "seconds.arrows",
    ]);
  });
});

Deno.test("ArrowSink leaves what can be read when it is broken off, and no file if no batch comes", async () => {
  await inFolder(async (folder) => {
    const lines: string[] = [];
    configureLog({ write: (line) => lines.push(line) });
    const path = `${folder}/a.arrows`;
    const sink = await ProcessorHarness.create(nodes.arrowSink({ path }));
    push(sink, { n: "i32" }, { n: [1, 2, 3] });
    await sink.run();
    await sink.teardown();
    const empty = await ProcessorHarness.create(nodes.arrowSink({ path: `${folder}/b.arrows` }));
    empty.end();
    await empty.run();
    await empty.teardown();
    configureLog();
    deepEqual(read(`${path}.partial`).columns.n, [1, 2, 3]);
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.arrows.partial"]);
    ok(lines.some((line) => line.includes("its first 3 records are left in")), lines.join(""));
    ok(lines.some((line) => line.includes("no batch came")), lines.join(""));
  });
});

Deno.test("ArrowSink refuses fields that change", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.arrows`;
    await using sink = await ProcessorHarness.create(nodes.arrowSink({ path }), {}, { id: "out" });
    push(sink, { n: "i32" }, { n: [1] });
    push(sink, { n: "f32" }, { n: [1] });
    await rejects(sink.run(), {
      code: "TypeMismatch",
      message:
        `Cannot go on writing "${path}": the fields of "out.packet" changed from n: i32 to n: f32, and an Arrow ` +
        "stream has one schema; write to two files",
    });
  });
});

Deno.test({
  name: "ArrowSink names the file that a full disk does not take, and leaves its whole batches",
  ignore: Deno.build.os === "windows",
  async fn() {
    await inFolder(async (folder) => {
      const path = `${folder}/a.arrows`;
      const modules = ["testing", "sluice.gen"].map((name) => new URL(`../../${name}.ts`, import.meta.url).href);
      Deno.writeTextFileSync(
        `${folder}/fill.ts`,
        `import { ProcessorHarness } from "${modules[0]}"; import { nodes } from "${modules[1]}";
        const sink = await ProcessorHarness.create(nodes.arrowSink({ path: Deno.args[0], time: "none" }));
        try {
          for (;;) {
            sink.push("packet", { fields: { n: "i32" }, capacity: 100 }, () => {});
            await sink.run();
          }
        } catch (error) { console.log(error.code, error.message); }
        await sink.teardown();`,
      );
      // A limit on file sizes is to a writer what a full disk is. Standard output is a pipe, which it does not concern.
      const script = 'trap "" XFSZ; ulimit -f 16; exec "$0" run -A --no-check "$1" "$2"';
      const config = new URL("../../deno.json", import.meta.url).pathname;
      const command = script.replace("--no-check", `--no-check --config "${config}"`);
      const args = ["-c", command, Deno.execPath(), `${folder}/fill.ts`, path];
      const { stdout } = await new Deno.Command("sh", { args }).output();
      const said = new TextDecoder().decode(stdout);
      match(said, /^NodeFailed Cannot write ".*a\.arrows\.partial" after \d+ records: File too large.*\n$/);
      const records = Number(/after (\d+) records/.exec(said)![1]);
      ok(records > 500 && records % 100 === 0, said);
      equal(read(`${path}.partial`).columns.n.length, records);
    });
  },
});
