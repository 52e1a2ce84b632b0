import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
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
  const folder = Deno.makeTempDirSync({ prefix: "sluice-csv-" });
  try {
    await action(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("CsvSink writes a line for each record of batches of any size", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    await using sink = await ProcessorHarness.create(nodes.csvSink({ path }));
    push(sink, { n: "i32", x: "f32" }, { n: [-1, 2], x: [0.1, 1e9] }, 5e6);
    push(sink, { n: "i32", x: "f32" }, { n: [3], x: [NaN] }, 7e6);
    await sink.run();
    equal(Deno.readTextFileSync(`${path}.partial`), "", "what is pending is written later in an offline graph");
    sink.end();
    await sink.run();
    equal(sink.figures?.bytes, (await Deno.stat(path)).size);
    equal(Deno.readTextFileSync(path), "timeNs,n,x\n5000000,-1,0.100000001\n6000000,2,1000000000\n7000000,3,NaN\n");
    deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.csv"]);
  });
});

Deno.test("CsvSink writes fractions so that they are read back the same, or with so many digits", async () => {
  await inFolder(async (folder) => {
    const fields = { x: "f32", y: "f64", k: "u8" } as const;
    const numbers = Array.from({ length: 500 }, (_, n) => Math.sin(n) * 10 ** (n % 40 - 20));
    const columns = { x: numbers, y: numbers, k: numbers.map((_, n) => n % 256) };
    const written = async (digits: number) => {
      const path = `${folder}/${digits}.csv`;
      await using sink = await ProcessorHarness.create(nodes.csvSink({ path, digits, time: "none" }));
      push(sink, fields, columns);
      sink.end();
      await sink.run();
      return Deno.readTextFileSync(path).trimEnd().split("\n").slice(1).map((line) => line.split(",").map(Number));
    };
    const exact = await written(0);
    deepEqual(exact.map(([x]) => Math.fround(x)), [...Float32Array.from(numbers)]);
    deepEqual(exact.map(([_, y, k]) => [y, k]), numbers.map((y, n) => [y, n % 256]));
    deepEqual((await written(3)).map(([_, y]) => y), numbers.map((y) => Number(y.toPrecision(3))));
  });
});

Deno.test("CsvSink writes seconds with all digits, another separator, and names in quotes where it must", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    await using sink = await ProcessorHarness.create(nodes.csvSink({ path, time: "seconds", separator: ";" }));
    const fields = { 'a "b"': "i32", "c;d": "i32", "e,f": "i32" } as const;
    push(sink, fields, { 'a "b"': [1], "c;d": [2], "e,f": [3] }, 123_456_789_000_000_000 + 1e6);
    push(sink, fields, { 'a "b"': [4], "c;d": [5], "e,f": [6] }, -1_500_000);
    sink.end();
    await sink.run();
    equal(
      Deno.readTextFileSync(path),
      'timeSeconds;"a ""b""";"c;d";e,f\n123456789.001000000;1;2;3\n-0.001500000;4;5;6\n',
    );
  });
});

Deno.test("CsvSink writes each batch at once in a live graph, and leaves it in a partial file when it is broken off", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    Deno.writeTextFileSync(path, "old");
    const lines: string[] = [];
    configureLog({ write: (line) => lines.push(line) });
    const sink = await ProcessorHarness.create(nodes.csvSink({ path }), {}, { mode: "live" });
    for (let k = 0; k < 2; k++) {
      push(sink, { n: "i32" }, { n: [k] }, k * 1e6);
      await sink.run();
      match(Deno.readTextFileSync(`${path}.partial`), new RegExp(`\n${k}(000000)?,${k}\n$`));
    }
    await sink.teardown();
    configureLog();
    equal(Deno.readTextFileSync(path), "old");
    equal(Deno.readTextFileSync(`${path}.partial`), "timeNs,n\n0,0\n1000000,1\n");
    ok(lines.some((line) => line.includes("its first 2 records are left in")), lines.join(""));
  });
});

Deno.test("CsvSink refuses fields that change, and a file that another node writes", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.csv`;
    await using sink = await ProcessorHarness.create(nodes.csvSink({ path }), {}, { id: "out" });
    await rejects(ProcessorHarness.create(nodes.csvSink({ path })), { code: "InvalidConfig" });
    push(sink, { n: "i32" }, { n: [1] });
    push(sink, { m: "i32" }, { m: [1] });
    await rejects(sink.run(), {
      code: "TypeMismatch",
      message:
        `Cannot go on writing "${path}": the fields of "out.packet" changed from timeNs,n to timeNs,m, and a CSV ` +
        `file has one first line; write to two files`,
    });
  });
});

Deno.test("CsvSink leaves no file if no batch comes", async () => {
  await inFolder(async (folder) => {
    await using sink = await ProcessorHarness.create(nodes.csvSink({ path: `${folder}/a.csv` }));
    sink.end();
    await sink.run();
    await sink.teardown();
    deepEqual([...Deno.readDirSync(folder)], []);
  });
});

Deno.test({
  name: "CsvSink counts the records that a full disk has taken, whole ones alone, and names the file",
  ignore: Deno.build.os === "windows",
  async fn() {
    await inFolder(async (folder) => {
      const path = `${folder}/a.csv`;
      const modules = ["testing", "sluice.gen"].map((name) => new URL(`../../${name}.ts`, import.meta.url).href);
      Deno.writeTextFileSync(
        `${folder}/fill.ts`,
        `import { ProcessorHarness } from "${modules[0]}"; import { nodes } from "${modules[1]}";
        const config = { path: Deno.args[0], time: "none" };
        const sink = await ProcessorHarness.create(nodes.csvSink(config), {}, { mode: "live" });
        try {
          for (let k = 1_000_000; ; k += 100) {
            sink.push("packet", { fields: { n: "i32" }, capacity: 100 }, (batch) => {
              batch.column("n").forEach((_, n, column) => column[n] = k + n);
            });
            await sink.run();
          }
        } catch (error) { console.log(error.code, error.message); }
        await sink.teardown();`,
      );
      // A limit on file sizes is to a writer what a full disk is. Standard output is a pipe, which it does not concern.
      const script = 'trap "" XFSZ; ulimit -f 16; exec "$0" run -A --no-check "$1" "$2"';
      const args = ["-c", script, Deno.execPath(), `${folder}/fill.ts`, path];
      const { stdout, stderr } = await new Deno.Command("sh", { args }).output();
      const [said, logged] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      // 8192 bytes: a line of 2 and lines of 8.
      match(said, /^NodeFailed Cannot write ".*a\.csv\.partial" after 1023 records: File too large.*\n$/);
      ok(logged.includes("its first 1023 records are left in"), logged);
      const lines = Deno.readTextFileSync(`${path}.partial`).split("\n");
      deepEqual([lines.length, lines[0], lines[1], lines.at(-2), lines.at(-1)], [1_025, "n", "1000000", "1001022", ""]);
    });
  },
});
