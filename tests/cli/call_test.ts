/** `sluice serve` and `sluice call`, as users run them. */
import assert from "node:assert/strict";
import { TransportData } from "../../core/pipeline/transport_data.ts";
import { GrpcTransport } from "../../transports/grpc/mod.ts";
import { answer, freePort, ROOT, sluice, spawn, temporaryFolder } from "./command_line.ts";

/** The nodes between the ends, the same for a client and for a run from file to file. */
const CHAIN = { quieter: { type: "gain", config: { gainDb: -6 } }, meter: { type: "level-meter" } };
const LINK = { from: "quieter.audioOut", to: "meter.audioIn" };

const OFFERED = {
  version: 1,
  nodes: CHAIN,
  links: [LINK],
  inputs: { voice: "quieter.audioIn" },
  outputs: { sound: "meter.audioOut", levels: "meter.levels" },
};

const FROM_FILE = {
  version: 1,
  mode: "offline",
  nodes: {
    in: { type: "wav-source", config: { path: "in.wav" } },
    ...CHAIN,
    out: { type: "wav-sink", config: { path: "run.wav" } },
  },
  links: [{ from: "in.audio", to: "quieter.audioIn" }, LINK, { from: "meter.audioOut", to: "out.audio" }],
};

/** Runs `graph.json` in a folder and serves the graphs in `graphs` beside it, until it is told to end. */
async function serving(folder: string, ...more: readonly string[]) {
  const child = spawn(["serve", "graph.json", "--pipelines", "graphs", "--http", `${freePort()}`, "--json", ...more], {
    cwd: folder,
  });
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async () => {
    while (!text.includes("\n")) {
      const { value } = await lines.read();
      if (value === undefined) assert.fail(new TextDecoder().decode((await child.stderr.getReader().read()).value));
      text += value;
    }
    const [line] = text.split("\n", 1);
    text = text.slice(line.length + 1);
    return JSON.parse(line);
  };
  return {
    ...await next() as { url: string; grpc?: string; graphs: string[] },
    next,
    async end() {
      child.kill("SIGINT");
      // Read to its end: a pipe without a reader is another case.
      const [told, { code }] = await Promise.all([new Response(child.stderr).text(), child.status]);
      await lines.cancel();
      assert.ok(code === 130, `${code}: ${told}`);
      return code;
    },
  };
}

Deno.test("sluice serve runs a graph whose page stays, and sluice call writes what the graph does, bit for bit", async () => {
  await using folder = await temporaryFolder();
  const { path: cwd } = folder;
  await Deno.mkdir(`${cwd}/graphs`);
  await Deno.writeTextFile(`${cwd}/graphs/quieter.json`, JSON.stringify(OFFERED));
  await Deno.writeTextFile(`${cwd}/graph.json`, JSON.stringify(FROM_FILE));
  const line = "tone-source durationSeconds=0.5 ! wav-sink path=in.wav";
  assert.equal((await sluice(["run", "-q", "-e", line], { cwd })).code, 0);
  const token = "a_token_of_sixteen.or-more";
  await Deno.writeTextFile(`${cwd}/token`, `${token}\n`);
  await Deno.writeTextFile(`${cwd}/mine.json`, JSON.stringify(OFFERED));
  await Deno.writeTextFile(`${cwd}/policy.json`, JSON.stringify({ nodes: ["gain", "level-meter"] }));
  const server = await serving(
    cwd,
    "--allow-graphs",
    "policy.json",
    "--token-file",
    "token",
    "--grpc",
    `${freePort()}`,
  );
  assert.deepEqual(server.graphs, ["quieter"]);
  const page = await server.next();
  const { event, outcome } = await server.next();
  assert.deepEqual([page.event, event, outcome], ["serving", "summary", "completed"]);
  const seen = await fetch(`${page.url}/api/graph`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await seen.json()).state, "completed");
  const block = new TransportData({ kind: "audio", sampleRateHz: 8000, channels: [Float32Array.of(1)] });
  await using grpc = new GrpcTransport(server.grpc!, { token });
  const [{ payload }] = await grpc.execute("quieter", [block]);
  assert.ok(payload.kind === "audio" && Math.abs(payload.channels[0][0] - 0.501) < 0.001);
  const stranger = await answer(["call", server.url, "quieter", "--input", "in.wav", "--output", "no.wav"], { cwd });
  assert.equal(stranger.code, 2);
  assert.match(stranger.stderr, /^error: Cannot answer: a token is wanted: give --token-file, or set SLUICE_TOKEN$/m);
  const call = ["call", server.url, "quieter", "--token-file", "token", "--input", "voice=in.wav"];
  const called = await sluice([...call, "--output", "sound=call.wav"], { cwd });
  assert.equal(called.code, 0, called.stderr);
  assert.match(called.stderr, /^Sent \d+ items, received \d+, 0:00\.5 of sound\nWrote call\.wav$/m);
  const overGrpc = await sluice([...call.with(1, server.grpc!), "--output", "sound=grpc.wav"], { cwd });
  assert.equal(overGrpc.code, 0, overGrpc.stderr);
  assert.deepEqual(await Deno.readFile(`${cwd}/grpc.wav`), await Deno.readFile(`${cwd}/run.wav`));
  assert.equal(overGrpc.stdout, called.stdout);
  const levels = called.stdout.trim().split("\n").map((each) => JSON.parse(each));
  assert.equal(levels.length, 3);
  assert.ok(levels.every(({ rmsDb }) => rmsDb[0] > -16 && rmsDb[0] < -14));
  assert.deepEqual(await Deno.readFile(`${cwd}/call.wav`), await Deno.readFile(`${cwd}/run.wav`));
  const own = await answer([...call.with(2, "mine.json"), "--output", "sound=own.wav"], { cwd });
  assert.equal(own.code, 0, own.stderr);
  assert.deepEqual(await Deno.readFile(`${cwd}/own.wav`), await Deno.readFile(`${cwd}/run.wav`));
  const refused = await answer(call.with(2, "graph.json"), { cwd });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^error: Cannot admit the graph: node "in" is of type "wav-source", which is not/m);
  const unknown = await sluice([...call.with(2, "louder"), "--output", "sound=no.wav"], { cwd });
  assert.equal(unknown.code, 2, unknown.stderr);
  assert.match(unknown.stderr, /^error: .*"louder".*"quieter"/m);
  for (
    const [args, says] of [
      [["--input", "voic=in.wav"], /has no input "voic" \(did you mean "voice"\?\); inputs: "voice"/],
      [["--output", "x=no.wav"], /has no output "x"; outputs: "sound", "levels"|has no output "x".*"sound"/],
    ] as const
  ) {
    for (const url of [server.url, server.grpc!]) {
      const { code, stderr } = await answer(["call", url, "quieter", "--token-file", "token", ...args], { cwd });
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
    }
  }
  assert.equal(await server.end(), 130);
});

Deno.test("sluice serve and sluice call refuse what they cannot use before they begin", async () => {
  await using folder = await temporaryFolder();
  const { path: cwd } = folder;
  await Deno.writeTextFile(`${cwd}/bad.json`, JSON.stringify({ ...OFFERED, inputs: { voice: "quieter.audio" } }));
  await Deno.writeTextFile(`${cwd}/good.json`, JSON.stringify(OFFERED));
  const tls = `${ROOT}transports/fixtures/tls`;
  const secure = ["serve", "--pipelines", "good.json", "--grpc", "1", "--tls-cert", `${tls}/server.pem`];
  const authority = ["--tls-key", `${tls}/server.key`, "--tls-client-ca", `${tls}/ca.pem`];
  for (
    const [args, says] of [
      [["serve", "--journal", "."], /Cannot read the journal \.|journal/],
      [["serve", "."], /Cannot run "\.": it is a folder; to offer the graphs in it, give --pipelines \./],
      [["serve", "--allow-graphs", "nowhere"], /Cannot read the graph policy "nowhere"/],
      [
        ["serve", "--allow-graphs", "good.json"],
        /Cannot use the graph policy "good\.json": there is no option "version"/,
      ],
      [["serve", "--pipelines", "nowhere"], /cannot read "nowhere"/],
      [["serve", "--pipelines", "bad.json"], /"quieter" .*has no input "audio"|no port|quieter\.audio/],
      [["serve", "--pipelines", "bad.json", "--token-file", "bad.json"], /Cannot use the token in "bad\.json"/],
      [["serve", "--pipelines", "bad.json", "--http", "http"], /Cannot serve on "?http"?: wanted a port/],
      [["serve", "--pipelines", "good.json", "--tls-cert", "good.json"], /--tls-key is missing/],
      [[...secure, "--tls-key", "bad.json"], /wanted for "tls\.key" a private key/],
      [[...secure, ...authority, "--http", "1"], /which only gRPC does: serve --grpc without --http/],
      [["call", "http://127.0.0.1:9", "x", "--input", "a.mp3"], /wanted a \.wav \(sound\) or a \.jsonl/],
      [
        ["call", "http://127.0.0.1:9", "x", "--output", "a.wav", "--output", "b.wav"],
        /a file without a port is given twice/,
      ],
      [["call", "grpc://", "x"], /wanted one such as grpc:\/\/127\.0\.0\.1:50051/],
      [["call", "nothing", "x"], /wanted one such as http:\/\/127\.0\.0\.1:8080/],
    ] as const
  ) {
    const { code, stderr } = await answer(args, { cwd });
    assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, says);
  }
});
