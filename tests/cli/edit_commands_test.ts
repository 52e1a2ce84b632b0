/** `sluice serve` without a graph, and the commands that build, change and save one, as users run them. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { answer as run, freePort, spawn, temporaryFolder } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

/** Starts a server, and resolves once it listens. */
async function serve(cwd: string, port: number, ...args: string[]) {
  return await launch(cwd, port, ["serve", ...args, "--page", `${port}`]);
}

/** Starts a command that serves its graph on a port, and resolves once it listens. */
async function launch(cwd: string, port: number, args: string[]) {
  const child = spawn(args, { cwd });
  const at = `http://127.0.0.1:${port}`;
  let stderr = "";
  const listening = Promise.withResolvers<void>();
  const read = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      if (stderr.includes("Live page: ")) listening.resolve();
    }
    listening.reject(new Error(stderr));
  })();
  await listening.promise;
  return {
    child,
    at,
    async end(signal: Deno.Signal): Promise<{ readonly code: number; readonly stderr: string }> {
      child.kill(signal);
      const [{ code }] = await Promise.all([child.status, child.stdout.cancel(), read.catch(() => {})]);
      return { code, stderr };
    },
  };
}

const JOURNAL = ["--journal", "changes.jsonl"];

Deno.test("a graph is built, changed, undone and saved by commands, and outlives a server that is killed", async () => {
  await using folder = await temporaryFolder();
  const port = freePort();
  const first = await serve(folder.path, port, ...JOURNAL);
  const sluice = async (line: string) => await run([...line.split(" "), "--at", first.at]);
  equal((await sluice("add tone-source --id tone frequencyHz=440")).stdout, "1 add tone\n  tone: audio (AudioFrame)\n");
  await sluice("add wav-sink --id file path=out.wav");
  match((await sluice("connect tone.audio file.audio")).stdout, /link0: tone\.audio to file\.audio/);
  equal((await sluice("set tone.frequencyHz=880")).code, 0);
  const refused = await sluice("set tone.frequencyHz=loud");
  deepEqual([refused.code, refused.stderr.includes('"frequencyHz" is "loud", wanted a number')], [1, true]);
  const locked = await sluice("remove tone");
  match(
    locked.stderr,
    /"file" records what comes from "tone"; pause or stop the graph first, by `sluice pause` or `sluice stop`/,
  );
  equal((await sluice("undo")).stdout, "7 undo: set tone.frequencyHz=880\n");
  const log = await sluice("log");
  match(log.stdout, /^1 {2}\S+ {2}cli {2}add tone\n/);
  match(log.stderr, /sluice redo makes again: set tone\.frequencyHz=880/);
  const words = async (line: string) =>
    (await run(["completion", "bash", ...line.split(" "), "--at", first.at, ""])).stdout;
  ok((await words("connect")).includes("tone.audio"));
  await first.end("SIGKILL");
  const second = await serve(folder.path, port, ...JOURNAL);
  equal((await sluice("save graph.json")).code, 0);
  const { nodes } = JSON.parse(await Deno.readTextFile(`${folder.path}/graph.json`));
  deepEqual([nodes.tone.config.frequencyHz, Object.keys(nodes)], [440, ["tone", "file"]]);
  const plan = await run(["apply", `${folder.path}/graph.json`, "--plan", "--at", first.at]);
  equal(plan.stdout, "nothing changes\n");
  const written = async () => (await (await fetch(`${second.at}/api/nodes/file`)).json()).framesIn as number;
  while (await written() === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const { code, stderr } = await second.end("SIGINT");
  equal(code, 130);
  match(stderr, /changes\.jsonl: 5 changes made again/);
  ok((await Deno.stat(`${folder.path}/out.wav`)).size > 44);
  // What was saved goes with the journal, although it is not the graph that the journal began with.
  const third = await serve(folder.path, port, "graph.json", ...JOURNAL);
  equal((await sluice(`tap tone.audio --seconds 0.1 -o ${folder.path}/out.wav`)).code, 2);
  match((await third.end("SIGINT")).stderr, /changes\.jsonl: 5 changes made again/);
});

Deno.test("a graph is paused, stopped and started by commands, and its nodes replaced, moved, bypassed and renamed", async () => {
  await using folder = await temporaryFolder();
  const server = await serve(folder.path, freePort());
  const sluice = async (line: string) => await run([...line.split(" "), "--at", server.at]);
  const told = async (line: string) => (await sluice(line)).stdout.split("\n")[0];
  await sluice("add tone-source --id tone");
  await sluice("add gain --id gain gainDb=-6");
  await sluice("connect tone.audio gain.audioIn --policy lossless --capacity 8");
  const lines: Record<string, string> = {
    "pause": "paused",
    "resume": "running",
    "bypass gain": "4 bypass gain",
    "bypass gain --off": "5 run gain again",
    "move gain effects": "6 move gain to effects",
    "rename gain volume": "7 rename gain to volume",
    "replace volume limiter ceilingDb=-3": "8 replace volume by limiter",
    "restart volume": "restarted volume",
    "restart --resume": "running",
    "stop": "stopped",
    "start --json": '{"state":"running"}',
  };
  for (const [line, answer] of Object.entries(lines)) equal(await told(line), answer, line);
  const { nodes } = await (await fetch(`${server.at}/api/graph`)).json();
  const { type, lane } = nodes.find(({ id }: { id: string }) => id === "volume");
  deepEqual([type, lane], ["limiter", "effects"]);
  const words = async (line: string) =>
    (await run(["completion", "bash", ...line.split(" "), "--at", server.at, ""])).stdout.split("\n");
  for (const line of ["replace", "move", "bypass", "rename", "restart"]) {
    ok((await words(line)).includes("volume"), line);
  }
  ok((await words("replace volume")).includes("gain"));
  ok((await words("move volume")).includes("effects"));
  await sluice("add echo --id hall");
  const both = Promise.withResolvers<void>();
  await using web = Deno.serve({ port: 0, onListen() {} }, ({ headers }) => {
    if (headers.get("x-odd") === "one" && headers.get("x-even") === "two") both.resolve();
    return new Response(new ReadableStream());
  });
  await sluice(`add http-source --id feed url=http://127.0.0.1:${web.addr.port}/`);
  equal(await told("set feed.headers.x-odd=one"), '11 set feed.headers.x-odd="one"');
  await sluice("set feed.headers.x-even=two");
  await both.promise;
  for (
    const [line, begins] of [
      ["set hall.delayMs=9000", /^error: Cannot delay by 9000 ms in "hall"/],
      [
        "set hall.delayMs=9000 tone.frequencyHz=880",
        /^error: The edit is in effect, but not all of it succeeded: Cannot delay by 9000 ms/,
      ],
      ["set feed.heders.Accept=a/b", /unknown key "heders\.Accept" \(did you mean "headers"\?\)/],
    ] as const
  ) {
    const { code, stderr } = await sluice(line);
    deepEqual([code, begins.test(stderr)], [1, true], stderr);
  }
  const { stdout, stderr } = await sluice("log");
  match(stdout, /set hall\.delayMs=9000: refused: Cannot delay by 9000 ms in "hall"/);
  match(stdout, /set hall\.delayMs=9000, set tone\.frequencyHz=880: The edit is in effect, but/);
  match(stderr, /sluice undo takes back: set hall\.delayMs=9000, set tone\.frequencyHz=880/);
  const resumed = await sluice("restart volume --resume");
  deepEqual([resumed.code, /a node alone starts without its state/.test(resumed.stderr)], [2, true]);
  await sluice("stop");
  const ended = await sluice("pause");
  deepEqual([ended.code, ended.stderr], [1, "error: Cannot pause: the graph has ended; run it anew\n"]);
  await server.end("SIGINT");
});

Deno.test("a command for a graph that nobody serves says where one is looked for", async () => {
  const { code, stderr } = await run(["undo", "--at", "http://127.0.0.1:1"]);
  equal(code, 2);
  match(stderr, /127\.0\.0\.1:1/);
});

rare(Deno.test)(
  "changes that are in no file are told of at the end, and no others; save needs its path once",
  async () => {
    await using folder = await temporaryFolder();
    const server = await serve(folder.path, freePort());
    const sluice = async (line: string) => await run([...line.split(" "), "--at", server.at]);
    await sluice("add tone-source --id tone");
    match((await sluice("save")).stderr, /it came from no file; name one/);
    equal((await sluice("save graph.json")).code, 0);
    await sluice("set tone.frequencyHz=500");
    equal((await sluice("save")).code, 0);
    equal(JSON.parse(await Deno.readTextFile(`${folder.path}/graph.json`)).nodes.tone.config.frequencyHz, 500);
    match((await sluice("add wav-sink path=graph.json overwrite=true")).stderr, /is a file of this server/);
    await sluice("set tone.frequencyHz=600");
    await sluice("undo");
    const { code, stderr } = await server.end("SIGINT");
    deepEqual([code, stderr.includes("not saved")], [130, false]);
    const other = await serve(folder.path, freePort());
    await run(["add", "tone-source", "--at", other.at]);
    await run(["add", "gain", "--at", other.at]);
    match(
      (await other.end("SIGINT")).stderr,
      /2 changes were not saved: next time use "sluice save FILE" before the end, or --journal FILE/,
    );
    const port = freePort();
    const ran = await launch(folder.path, port, ["run", "graph.json", "--serve", `${port}`]);
    await run(["add", "gain", "--at", ran.at]);
    match(
      (await ran.end("SIGINT")).stderr,
      /1 change was not saved: next time use "sluice save FILE" before the end\n/,
    );
  },
);

Deno.test("apply names the place in the file of what is wrong", async () => {
  await using folder = await temporaryFolder();
  const server = await serve(folder.path, freePort());
  const bad = `${folder.path}/bad.json`;
  await Deno.writeTextFile(
    bad,
    '{\n  "version": 1,\n  "nodes": {\n    "tone": { "type": "tone-source",\n      "config": { "frequencyHz": "loud" } }\n  }\n}\n',
  );
  for (const more of [[], ["--plan"]]) {
    const { code, stderr } = await run(["apply", bad, ...more, "--at", server.at]);
    equal(code, 1);
    match(stderr, /bad\.json:5:\d+: Cannot configure node "tone"/);
  }
  await server.end("SIGINT");
});
