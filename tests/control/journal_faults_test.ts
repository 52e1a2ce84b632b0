/** Journals of servers that are killed, of a disk that is full, and in places that are none for a file. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { ControlClient } from "../../control/client/client.ts";
import { openJournal } from "../../control/commands/journal.ts";
import { nodePackage, NodeRegistry, Runtime } from "../../mod.ts";
import { MAIN, temporaryFolder } from "../cli/command_line.ts";
import { Random } from "../edits/random.ts";
import { rare } from "../fixtures/rare.ts";

const makeRuntime = () =>
  new Runtime({ mode: "live", registry: new NodeRegistry([nodePackage]), native: "off", endsWithSources: false });

/** Serves a graph from nothing with a journal, until a signal. */
async function serve(journal: string) {
  // The signal of a limit of the size of files is ignored, so that writing fails.
  const child = new Deno.Command("bash", {
    args: ["-c", "trap '' XFSZ; exec \"$@\"", "bash", Deno.execPath(), "run", "-A", "--no-check", MAIN, "serve"]
      .concat("--journal", journal),
    env: { NO_COLOR: "1", SLUICE_LOG: "warn" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let told = "";
  const lines = child.stderr.pipeThrough(new TextDecoderStream());
  const url = Promise.withResolvers<string>();
  const read = (async () => {
    for await (const text of lines) {
      told += text;
      const found = /^Live page: (\S+)\n/m.exec(told);
      if (found !== null) url.resolve(found[1]);
    }
    url.reject(new Error(told));
  })();
  const client = new ControlClient({ url: `${(await url.promise).replace("http", "ws")}/rpc` });
  await client.ready();
  return {
    client,
    pid: child.pid,
    told: () => told,
    async kill(signal: Deno.Signal = "SIGKILL") {
      child.kill(signal);
      client.close();
      await child.status;
      await read.catch(() => {});
    },
  };
}

/** Returns the nodes that a journal makes. */
async function replayed(journal: string): Promise<string[]> {
  await using runtime = makeRuntime();
  // Its server may still keep the journal itself.
  const copy = `${journal}.copy`;
  await Deno.copyFile(journal, copy);
  using _journal = await openJournal(copy, runtime);
  return Object.keys(runtime.graph().nodes);
}

/** Kills servers at random moments while a client edits. */
async function killAtRandom(times: number): Promise<void> {
  await using folder = await temporaryFolder();
  const random = new Random(times);
  for (let k = 0; k < times; k++) {
    const journal = `${folder.path}/${k}.jsonl`;
    const server = await serve(journal);
    const [asked, made]: string[][] = [["first"], []];
    await server.client.call("graph.edit", { commands: [{ op: "add", type: "gain", id: "first" }] });
    made.push("first");
    const killed = new Promise((resolve) => setTimeout(resolve, random.below(300))).then(() => server.kill());
    for (let n = 0; n < 500; n++) {
      const id = `n${n}`;
      asked.push(id);
      try {
        await server.client.call("graph.edit", { commands: [{ op: "add", type: "gain", id }] }, 1_000);
        made.push(id);
      } catch (error) {
        if ((error as { code?: string }).code !== "RateLimited") break;
        asked.pop();
      }
    }
    await killed;
    const there = await replayed(journal);
    deepEqual(there, asked.slice(0, there.length), `kill ${k}`);
    ok(there.length >= made.length, `kill ${k}: ${made.length} made, ${there.length} kept`);
    // It goes on from there.
    deepEqual(await replayed(journal), there);
  }
}

Deno.test("a journal has every answered edit of a server that is killed, at two moments", () => killAtRandom(2));
rare(Deno.test)("a journal has every answered edit of a server that is killed, at 20 moments", () => killAtRandom(20));

const HAS_LIMITS = Deno.build.os === "linux" &&
  await new Deno.Command("prlimit", { args: ["--version"], stdout: "null" }).output()
    .then(({ success }) => success, () => false);

/** Limits the size of files that a process may write. */
async function limit(pid: number, bytes: string): Promise<void> {
  const args = ["--pid", `${pid}`, `--fsize=${bytes}:unlimited`];
  ok((await new Deno.Command("prlimit", { args }).output()).success);
}

rare(Deno.test)({
  name: "a graph goes on when the disk of its journal is full, and nothing is missing once there is room",
  ignore: !HAS_LIMITS,
  async fn() {
    await using folder = await temporaryFolder();
    const journal = `${folder.path}/changes.jsonl`;
    const server = await serve(journal);
    const { client } = server;
    const add = (id: string) => client.call("graph.edit", { commands: [{ op: "add", type: "gain", id }] });
    await add("a");
    const whole = await Deno.readTextFile(journal);
    // Half a line fits.
    await limit(server.pid, `${whole.length + 100}`);
    for (const id of ["b", "c"]) equal((await add(id)).error, undefined);
    equal(await Deno.readTextFile(journal), whole);
    deepEqual(await replayed(journal), ["a"]);
    await limit(server.pid, "unlimited");
    await add("d");
    await server.kill();
    deepEqual(await replayed(journal), ["a", "b", "c", "d"]);
    equal(
      server.told().match(/Cannot write the journal .*: File too large .*; the changes from here on wait/g)?.length,
      1,
    );
    match(server.told(), /The journal .* is written again, and nothing is missing/);
  },
});

rare(Deno.test)({
  name:
    "a server that a signal ends writes the changes that wait, or says that they are lost, and gives its journal up",
  ignore: !HAS_LIMITS,
  async fn() {
    for (const [signal, hasRoom] of [["SIGINT", true], ["SIGTERM", false]] as const) {
      await using folder = await temporaryFolder();
      const journal = `${folder.path}/changes.jsonl`;
      const server = await serve(journal);
      const add = (id: string) => server.client.call("graph.edit", { commands: [{ op: "add", type: "gain", id }] });
      await add("a");
      equal(await Deno.readTextFile(`${journal}.pid`), `${server.pid}\n`);
      await limit(server.pid, `${(await Deno.stat(journal)).size}`);
      for (const id of ["b", "c"]) await add(id);
      if (hasRoom) await limit(server.pid, "unlimited");
      await server.kill(signal);
      deepEqual(await replayed(journal), hasRoom ? ["a", "b", "c"] : ["a"]);
      equal(/The journal .* ends without the last 2 changes: File too large/.test(server.told()), !hasRoom);
      await rejects(Deno.stat(`${journal}.pid`), Deno.errors.NotFound);
    }
  },
});

Deno.test("a folder, a device, and a file that is missing its folder are no journals", async () => {
  await using folder = await temporaryFolder();
  await using runtime = makeRuntime();
  const wanted = { code: "InvalidConfig", key: "journal" };
  await rejects(openJournal(folder.path, runtime), { ...wanted, message: /: it is no regular file$/ });
  await rejects(openJournal("/dev/zero", runtime), { ...wanted, message: /: it is no regular file$/ });
  await rejects(openJournal(`${folder.path}/no/x`, runtime), { ...wanted, message: /: its folder does not exist$/ });
});

Deno.test("a journal that another process keeps is refused at once, with that process", async () => {
  await using folder = await temporaryFolder();
  const journal = `${folder.path}/a.journal`;
  const first = await serve(journal);
  await using runtime = makeRuntime();
  await rejects(openJournal(journal, runtime), {
    code: "Busy",
    message: `Cannot keep the journal ${journal}: process ${first.pid} keeps it; name another file`,
  });
  await first.client.call("graph.edit", { commands: [{ op: "add", type: "gain", id: "kept" }] });
  await first.kill();
  // The lock goes with the process.
  using opened = await openJournal(journal, runtime);
  deepEqual(Object.keys(opened.log.document.nodes), ["kept"]);
});
