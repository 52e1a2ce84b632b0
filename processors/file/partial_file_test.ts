import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { configureLog } from "../../core/log.ts";
import { ProcessorHarness } from "../../testing/harness.ts";
import { nodes } from "../../sluice.gen.ts";
import { PartialFile } from "./partial_file.ts";

const WRITTEN = { code: "InvalidConfig", message: /: another node or process is writing it now; wanted a path of its/ };

Deno.test("PartialFile.claim() makes an empty partial file, and discard() removes it", () => {
  inFolder((folder, list) => {
    const claim = PartialFile.claim(`${folder}/a`);
    assert.deepEqual(list(), { "a.partial": "" });
    assert.throws(() => PartialFile.claim(`${folder}/./a`), WRITTEN);
    claim.discard();
    claim.discard();
    assert.deepEqual(list(), {});
    PartialFile.claim(`${folder}/a`).discard();
  });
});

Deno.test("PartialFile.claim() is refused while another process has the file", async () => {
  const folder = Deno.makeTempDirSync();
  const module = new URL("./partial_file.ts", import.meta.url).href;
  const program = `import { PartialFile } from ${JSON.stringify(module)};
    PartialFile.claim(Deno.args[0]); console.log("claimed"); await Deno.stdin.read(new Uint8Array(1));`;
  Deno.writeTextFileSync(`${folder}/hold.ts`, program);
  const other = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${folder}/hold.ts`, `${folder}/a`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = other.stdout.getReader();
  await reader.read();
  assert.throws(() => PartialFile.claim(`${folder}/a`), WRITTEN);
  other.kill("SIGKILL");
  await other.status;
  await reader.cancel();
  await other.stdin.close();
  PartialFile.claim(`${folder}/a`).discard();
  Deno.removeSync(`${folder}/hold.ts`);
  assert.deepEqual([...Deno.readDirSync(folder)], [], "the empty partial file of a process that died is taken over");
  Deno.removeSync(folder);
});

Deno.test("PartialFile.claim() and discard() leave an earlier recording as it was", () => {
  inFolder((folder, list) => {
    Deno.writeTextFileSync(`${folder}/a.partial`, "earlier");
    PartialFile.claim(`${folder}/a`).discard();
    assert.deepEqual(list(), { "a.partial": "earlier" });
  });
});

Deno.test("PartialFile.begin() moves earlier recordings to the first number that is free", () => {
  inFolder((folder, list) => {
    for (const text of ["first", "second", "third"]) {
      const claim = PartialFile.claim(`${folder}/a`);
      const moved = claim.begin();
      assert.throws(() => PartialFile.claim(`${folder}/a`), WRITTEN, "the new partial file is locked too");
      assert.equal(moved, text === "first" ? undefined : `${folder}/a.partial.${text === "second" ? 1 : 2}`);
      claim.file.writeSync(new TextEncoder().encode(text));
      claim.release();
    }
    assert.deepEqual(list(), { "a.partial": "third", "a.partial.1": "first", "a.partial.2": "second" });
  });
});

Deno.test("PartialFile.begin() does not write to a file that has another name", () => {
  inFolder((folder, list) => {
    Deno.writeTextFileSync(`${folder}/other`, "");
    Deno.linkSync(`${folder}/other`, `${folder}/a.partial`);
    const claim = PartialFile.claim(`${folder}/a`);
    claim.begin();
    claim.file.writeSync(Uint8Array.of(65));
    claim.commit(0);
    assert.deepEqual(list(), { a: "A", "a.partial.1": "", other: "" });
  });
});

Deno.test("PartialFile.claim() refuses a symbolic link at the partial file's name, dangling or not", () => {
  inFolder((folder, list) => {
    Deno.writeTextFileSync(`${folder}/victim`, "victim");
    for (const target of ["victim", "nothing"]) {
      Deno.symlinkSync(`${folder}/${target}`, `${folder}/a.partial`);
      assert.throws(() => PartialFile.claim(`${folder}/a`, { nodeId: "n" }), {
        code: "InvalidConfig",
        nodeId: "n",
        message: /^Cannot write ".*\/a\.partial": it is a symbolic link, wanted a file or nothing: remove the link$/,
      });
      Deno.removeSync(`${folder}/a.partial`);
    }
    assert.deepEqual(list(), { victim: "victim" });
  });
});

Deno.test("PartialFile.commit() replaces a symbolic link by the file and leaves what it led to", () => {
  inFolder((folder, list) => {
    Deno.writeTextFileSync(`${folder}/target`, "target");
    Deno.symlinkSync(`${folder}/target`, `${folder}/a`);
    const claim = PartialFile.claim(`${folder}/a`);
    claim.begin();
    claim.file.writeSync(Uint8Array.of(65));
    claim.commit(0);
    assert.deepEqual(list(), { a: "A", target: "target" });
    assert.equal(Deno.lstatSync(`${folder}/a`).isSymlink, false);
  });
});

Deno.test("PartialFile.claim() is refused while the file or its partial file is read under a lock", () => {
  inFolder((folder, list) => {
    for (
      const [name, what] of [["a", "it now"], ["a.partial", `"${folder}/a.partial" now, where it is recorded`]]
    ) {
      Deno.writeTextFileSync(`${folder}/${name}`, "data");
      const reader = Deno.openSync(`${folder}/${name}`, { read: true });
      assert.equal(reader.tryLockSync(false), true);
      assert.throws(() => PartialFile.claim(`${folder}/a`), {
        code: "InvalidConfig",
        message: `Cannot write "${folder}/a": another node or process is reading ${what}; ` +
          `write to another path, or read a copy`,
      });
      assert.deepEqual(list(), { [name]: "data" });
      reader.close();
      PartialFile.claim(`${folder}/a`).discard();
      Deno.removeSync(`${folder}/${name}`);
    }
  });
});

Deno.test("PartialFile.claim() locks the older file against readers until commit()", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/a`, "older");
    using reader = Deno.openSync(`${folder}/a`, { read: true });
    const claim = PartialFile.claim(`${folder}/a`);
    assert.equal(reader.tryLockSync(false), false);
    claim.begin();
    claim.commit(0);
    assert.equal(reader.tryLockSync(false), true);
  });
});

Deno.test("PartialFile refuses a partial file that was replaced or removed, and leaves a foreign one", () => {
  inFolder((folder, list) => {
    for (const text of ["foreign", undefined]) {
      const claim = PartialFile.claim(`${folder}/a`);
      claim.begin();
      Deno.removeSync(`${folder}/a.partial`);
      if (text !== undefined) Deno.writeTextFileSync(`${folder}/a.partial`, text);
      assert.throws(() => claim.commit(0), {
        code: "NodeFailed",
        message: /^Cannot complete ".*\/a": ".*\/a\.partial" was moved, removed or replaced by another file/,
      });
      claim.discard();
      assert.deepEqual(list(), text === undefined ? {} : { "a.partial": text });
      if (text !== undefined) Deno.removeSync(`${folder}/a.partial`);
    }
    Deno.writeTextFileSync(`${folder}/a.partial`, "earlier");
    const claim = PartialFile.claim(`${folder}/a`);
    Deno.renameSync(`${folder}/a.partial`, `${folder}/kept`);
    Deno.writeTextFileSync(`${folder}/a.partial`, "foreign");
    assert.throws(() => claim.begin(), { code: "NodeFailed", message: /^Cannot begin / });
    claim.discard();
    assert.deepEqual(list(), { "a.partial": "foreign", kept: "earlier" });
  });
});

/** `list` gives the contents of the folder's files by name. */
function inFolder(action: (folder: string, list: () => Record<string, string>) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "sluice-partial-" });
  try {
    action(folder, () =>
      Object.fromEntries(
        [...Deno.readDirSync(folder)].map(({ name }) => name).sort()
          .map((name) => [name, Deno.readTextFileSync(`${folder}/${name}`)]),
      ));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const lost: Record<string, (partial: string) => void> = {
  emptied: (partial) => Deno.truncateSync(partial, 0),
  shortened: (partial) => Deno.truncateSync(partial, 20_000),
  removed: (partial) => Deno.removeSync(partial),
  renamed: (partial) => Deno.renameSync(partial, `${partial}.mine`),
  replaced: (partial) => {
    Deno.renameSync(partial, `${partial}.mine`);
    Deno.writeTextFileSync(partial, "foreign".repeat(100_000));
  },
};

for (const [what, lose] of Object.entries(lost)) {
  Deno.test(`wav-sink fails by name where its file is ${what} while it records, and says that nothing is left`, async () => {
    const folder = Deno.makeTempDirSync();
    const lines: string[] = [];
    configureLog({ setting: { level: "warn", json: false }, write: (line) => lines.push(line), terminal: false });
    try {
      const path = `${folder}/cut.wav`;
      await using harness = await ProcessorHarness.create(nodes.wavSink({ path }), {}, { mode: "live" });
      const record = (): Promise<void> => {
        harness.pushAudio("audio", { sampleRateHz: 48_000, channels: [new Float32Array(16_000)] });
        return harness.run();
      };
      await record();
      lose(`${path}.partial`);
      const size = orUndefined(() => Deno.statSync(`${path}.partial`).size);
      await assert.rejects(record(), {
        code: "NodeFailed",
        message: /cut\.wav\.partial" (has \d+ bytes, wanted the |was moved, removed or replaced by another file )/,
      });
      await harness.teardown();
      assert.deepEqual(lines.map((line) => line.replace(/^.*: "(.*) path=.*\n$/, "$1")), [
        `${path}" is not complete: the stream was broken off`,
      ]);
      assert.equal(orUndefined(() => Deno.statSync(`${path}.partial`).size), size);
      assert.equal(existsSync(path), false);
    } finally {
      configureLog();
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

function orUndefined<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
