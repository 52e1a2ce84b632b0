/** `sluice run --serve` and `sluice top`, as users run them. */
import assert from "node:assert/strict";
import { RPC_PROTOCOL } from "../../control/schemas/address.ts";
import { ControlClient } from "../../control/client/client.ts";
import type { StatsFrame } from "../../control/schemas/stats_frame.ts";
import { serveLive } from "../control/served.ts";
import { freePort, MAIN, readEvents, sluice, spawn, temporaryFolder, toneGraph } from "./command_line.ts";
import { rare } from "../fixtures/rare.ts";

/** How long something is waited for, milliseconds: the machine may do much else. */
const PATIENCE_MS = 60_000;

/** What `sluice top --json` prints, as far as it is looked at. */
interface Reading {
  readonly overNs: number;
  readonly links: readonly { readonly id: string; readonly framesPerSecond: number }[];
}

/** util-linux's `script` gives a program a terminal. */
const HAS_SCRIPT = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

Deno.test("sluice run --serve=HOST:PORT prints a token once, and wants it", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
  const port = freePort();
  const child = spawn(["run", "graph.json", `--serve=0.0.0.0:${port}`], { cwd: folder.path });
  let stderr = "";
  let asked = false;
  const at = `http://127.0.0.1:${port}`;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += text;
    const token = /^Token: ([0-9a-f]{64})\n/m.exec(stderr)?.[1];
    if (token === undefined || asked) continue;
    asked = true;
    const refused = await sluice(["top", "--at", at]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /^error: Cannot show the graph at .*: no token was given, wanted the one that /);
    const wrong = await sluice(["top", "--at", at, "--token", "0".repeat(64)]);
    assert.match(wrong.stderr, /: the token is another one, wanted /);
    await running(at, token);
    const shown = await sluice(["top", "--at", at], { env: { SLUICE_TOKEN: token } });
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^gain +gain +dsp +running +\d+ /m);
    child.kill("SIGINT");
  }
  await child.stdout.cancel();
  assert.equal((await child.status).code, 130, stderr);
  assert.equal(stderr.match(/[0-9a-f]{64}/g)?.length, 1, stderr);
  const own = Deno.networkInterfaces().filter(({ family }) => family === "IPv4").map(({ address }) => address);
  const told = [...stderr.matchAll(/^Live page: (.*)$/gm)].map(([, url]) => url).sort();
  assert.deepEqual(told, own.map((address) => `http://${address}:${port}`).sort());
});

/** Resolves once the graph runs. */
async function running(at: string, token: string): Promise<void> {
  for (const untilMs = performance.now() + PATIENCE_MS;;) {
    const response = await fetch(`${at}/api/graph`, { headers: { authorization: `Bearer ${token}` } });
    const { state } = await response.json();
    if (state === "running") return;
    assert.ok(performance.now() < untilMs, `it is ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

rare(Deno.test)("sluice run --serve takes the token of SLUICE_TOKEN and does not print it", async () => {
  const port = freePort();
  const token = "a-token-of-the-user";
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live", seconds: 2 }));
  const settings = { cwd: folder.path, env: { SLUICE_TOKEN: token } };
  const running = sluice(["run", "graph.json", `--serve=${port}`, "--json"], settings);
  let status = 0;
  let ended = false;
  void running.finally(() => ended = true);
  while (status === 0 && !ended) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await fetch(`http://127.0.0.1:${port}/api/graph`).then(async (response) => {
      status = response.status;
      await response.body?.cancel();
    }, () => {});
  }
  assert.equal(status, 401);
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0, stderr);
  assert.ok(!(stdout + stderr).includes(token));
  assert.deepEqual(readEvents(stdout)[0], { event: "serving", url: `http://127.0.0.1:${port}` });
  const short = await sluice(["run", "graph.json", "--serve"], { ...settings, env: { SLUICE_TOKEN: "short" } });
  assert.equal(short.code, 2);
  assert.match(short.stderr, /^error: Cannot use the token of SLUICE_TOKEN: wanted 16 or more letters/);
});

rare(Deno.test)("sluice run --serve refuses addresses that are taken, or are no own ones", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "offline", seconds: 1 }));
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const wanted: [string, RegExp][] = [
    [String(port), new RegExp(`^error: Cannot serve on port ${port}: it is taken; `)],
    ["192.0.2.1:4840", /^error: Cannot serve on 192\.0\.2\.1:4840: .*; wanted an address of this machine/],
    ["127.0.0.1:0", /^error: Cannot serve on port 0: wanted 1 to 65535/],
  ];
  for (const [address, text] of wanted) {
    const { code, stderr } = await sluice(["run", "graph.json", `--serve=${address}`], { cwd: folder.path });
    assert.equal(code, 2);
    assert.match(stderr, text);
  }
});

Deno.test("sluice top prints one second's figures where there is no terminal, as a table and as JSON", async () => {
  await using served = await serveLive("off");
  const table = await sluice(["top", "--at", served.server.url]);
  assert.equal(table.code, 0, table.stderr);
  assert.match(table.stdout, /^running, [\d.]+ [µm]?s, portable driver\n\nNODE +TYPE +LANE +STATE +TICKS\/S +BUSY /);
  assert.match(table.stdout, /^tone\.audio → gain\.audioIn +roll-off +\d\d +\d of \d+ +0 +0 +[\d.]+ [µm]?s$/m);
  // A tone of 48 kHz in blocks of 1,024 samples. On a busy machine a second may be longer, and have more or fewer.
  const fits = ({ overNs, links: [{ framesPerSecond }] }: Reading) =>
    overNs > 5e8 && overNs < 5e9 && Math.abs(framesPerSecond - 46.9) < 10;
  for (const untilMs = performance.now() + PATIENCE_MS;;) {
    const json = await sluice(["top", "--at", served.server.url, "--json", "--once"]);
    const [reading] = readEvents(json.stdout) as unknown as [Reading];
    assert.deepEqual(reading.links.map(({ id }) => id), served.runtime.stats().links.map(({ id }) => id));
    if (fits(reading)) break;
    assert.ok(performance.now() < untilMs, json.stdout);
  }
  await served.stopAndCheck();
});

rare(Deno.test)("sluice top says what to do where nobody listens, or somebody else does", async () => {
  const nobody = await sluice(["top", "--at", `127.0.0.1:${freePort()}`]);
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /nobody listens there; "sluice run --serve" prints the address of one/);
  for (const port of [1, 9]) {
    const reserved = await sluice(["top", "--at", `127.0.0.1:${port}`]);
    assert.match(reserved.stderr, /: programs may not send HTTP to that port; "sluice run --serve" prints/);
  }
  const unknown = await sluice(["top", "--at", "nobody.invalid:4840"]);
  assert.match(unknown.stderr, /: no machine of that name is known; /);
  const bad = await sluice(["top", "--at", "http://"]);
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /^error: Cannot read --at "http:\/\/": wanted an address such as /);
  await using other = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response("hello"));
  const stranger = await sluice(["top", "--at", `127.0.0.1:${other.addr.port}`]);
  assert.equal(stranger.code, 2);
  assert.match(stranger.stderr, /: the server there is not a control plane of Sluice/);
});

rare(Deno.test)({
  name: "sluice top redraws a terminal each second and leaves it as it was after Ctrl-C",
  ignore: !HAS_SCRIPT,
  fn: async () => {
    await using served = await serveLive("off");
    const command =
      `stty cols 60 rows 8; exec "${Deno.execPath()}" run -A --no-check "${MAIN}" top --at ${served.server.url}`;
    const child = new Deno.Command("script", {
      args: ["-qec", command, "/dev/null"],
      env: { TERM: "xterm", SLUICE_LOG: "error", NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const input = child.stdin.getWriter();
    let screen = "";
    let stopped = false;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      screen += text;
      if (stopped || screen.split("TICKS/S").length < 4) continue;
      stopped = true;
      await input.write(new TextEncoder().encode("\x03"));
    }
    await input.close().catch(() => {});
    assert.equal((await child.status).code, 130, screen);
    assert.ok(screen.includes("\x1b[?1049h\x1b[?25l"), JSON.stringify(screen));
    assert.ok(screen.endsWith("\x1b[?25h\x1b[?1049l"), JSON.stringify(screen.slice(-100)));
    const frames = screen.split("\x1b[H").slice(1);
    for (const frame of frames) {
      // deno-lint-ignore no-control-regex -- what the terminal is told is left out
      const lines = frame.replace(/\x1b\[\??\w+|\^C/g, "").trimEnd().split("\r\n");
      assert.ok(lines.length <= 7 && lines.every((line) => line.length <= 60), JSON.stringify(frame));
    }
    assert.ok(
      frames.some((frame) => /^2 of 3 nodes and 1 of 2 links, the worst first/m.test(frame)),
      JSON.stringify(frames),
    );
    await served.stopAndCheck();
  },
});

Deno.test("sluice run --serve tells clients the end before it exits: the answer, the event, the last reading, 1001", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
  const port = freePort();
  const child = spawn(["run", "graph.json", `--serve=${port}`, "--json"], { cwd: folder.path });
  const stdout = new Response(child.stdout).text();
  const client = new ControlClient({ url: `ws://127.0.0.1:${port}/rpc`, minRetryMs: 20, maxRetryMs: 50 });
  client.watch({ statsHz: 0.1, events: {} });
  const events: string[] = [];
  let last: StatsFrame | undefined;
  const lost = Promise.withResolvers<void>();
  const followed = Promise.withResolvers<void>();
  client.on("events", (news) => events.push(...news.map(({ kind }) => kind)));
  client.on("stats", (frame) => (last = frame, followed.resolve()));
  await client.ready();
  await followed.promise;
  while ((await client.call("graph.get", {})).state !== "running") {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  client.on("status", (status) => status === "waiting" && lost.resolve());
  const raw = await openSocket(port);
  const code = new Promise<number>((resolve) => raw.onclose = (event) => resolve(event.code));
  const { run } = client.graph!;
  assert.deepEqual(await client.call("graph.restart", {}), { state: "running" });
  assert.notEqual((await client.call("ping", {})).run, run, "it goes on with the next run");
  assert.deepEqual(await client.call("graph.stop", {}), { state: "stopped" });
  await lost.promise;
  client.close();
  assert.equal(await code, 1001);
  assert.equal((await child.status).code, 0);
  await child.stderr.cancel();
  const summary = readEvents(await stdout).find(({ event }) => event === "summary")!;
  assert.equal(last!.state, "stopped");
  assert.deepEqual([...last!.links.written], (summary.links as { written: number }[]).map(({ written }) => written));
  assert.ok(events.includes("ended"), String(events));
});

rare(Deno.test)(
  "sluice run --serve starts no run once it has heard Ctrl-C, however often clients ask for one",
  async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/graph.json`, toneGraph({ mode: "live" }));
    const port = freePort();
    const child = spawn(["run", "graph.json", `--serve=${port}`, "--quiet"], { cwd: folder.path });
    let socket: WebSocket | undefined;
    const answers: string[] = [];
    const restart = () => socket!.send(JSON.stringify({ jsonrpc: "2.0", id: answers.length, method: "graph.restart" }));
    let stderr = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      if (socket === undefined && /^Live page/m.test(stderr)) {
        socket = await openSocket(port);
        await running(`http://127.0.0.1:${port}`, "");
        child.kill("SIGINT");
      }
      if (answers.length > 0 || !stderr.includes("Stopping")) continue;
      socket!.onmessage = ({ data }) => {
        answers.push(String(data));
        if (answers.at(-1)!.includes('"state":"running"')) child.kill("SIGKILL");
        else if (socket!.readyState === WebSocket.OPEN) restart();
      };
      restart();
    }
    assert.equal((await child.status).code, 130, answers.at(-1) ?? stderr);
    for (const answer of answers) assert.match(answer, /"Busy"/);
    await child.stdout.cancel();
  },
);

function openSocket(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, RPC_PROTOCOL);
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new Error("no connection"));
  });
}

Deno.test("sluice run --serve says what it wants in words", async () => {
  const { code, stderr } = await sluice(["run", "graph.json", "--serve=:4988"]);
  assert.equal(code, 2);
  assert.match(stderr, /Cannot serve on ":4988": wanted a port such as "4840", or an address with one/);
});
