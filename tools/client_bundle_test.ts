/** The client as one file, in Node, against a server here. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { served } from "../transports/http/fixtures/served.ts";
import { bundleClient } from "./client_bundle.ts";

/** What Node 20 lacks of Node 22. */
const NODE_20 = [
  "--experimental-websocket",
  "--import",
  `data:text/javascript,${
    encodeURIComponent(`Promise.withResolvers = function () {
      let settle;
      const promise = new this((resolve, reject) => settle = { resolve, reject });
      return { promise, ...settle };
    };`)
  }`,
];

/** Runs in Node: prints what came of each call. */
const CALLS = `
  const { binaryFormat, jsonFormat, SluiceError, TransportData, WebSocketTransport } = await import("./client.mjs");
  const [url, token] = process.argv.slice(2);
  const said = {};
  const codeOf = (work) => work.then(() => "none", (error) => error instanceof SluiceError ? error.code : String(error));
  const client = new WebSocketTransport(url, { token, windowItems: 4 });
  const session = await client.stream("echo");
  const items = [
    { kind: "audio", sampleRateHz: 8000, channels: [Float32Array.of(0.5, -1), Float32Array.of(0, 1)] },
    { kind: "packet", columns: { x: Float64Array.of(1, 2) } },
    { kind: "data", value: { list: [1, "two", null], map: new Map([["a", new Date(5)]]), none: {} } },
    { kind: "text", text: "hello" },
    { kind: "bytes", bytes: Uint8Array.of(1, 2) },
  ].map((payload) => new TransportData(payload));
  const sending = (async () => {
    for (let k = 0; k < 20; k++) await session.sendInput(items[k % items.length]);
    await session.sendInput(new TransportData({ kind: "end" }));
  })();
  const outputs = [];
  for await (const output of session) outputs.push(output);
  await sending;
  const json = (data) => new TextDecoder().decode(jsonFormat().serialize(data));
  said.sequences = outputs.map(({ sequence }) => sequence);
  const bytes = ({ payload }) => binaryFormat().serialize(new TransportData(payload)).join();
  said.same = outputs.every((output, k) => bytes(output) === bytes(items[k % items.length]));
  said.audio = json(outputs[0]);
  said.kinds = (await client.execute("echo", items)).map(({ payload }) => payload.kind);
  said.refused = await codeOf(client.stream("other"));
  said.wrong = await codeOf(new WebSocketTransport(url, { token: token + "x" }).stream("echo"));
  said.missing = await codeOf(new WebSocketTransport(url).execute("echo", []));
  said.nobody = await codeOf(new WebSocketTransport("http://127.0.0.1:1").stream("echo"));
  const closed = await client.stream("echo");
  await closed.close();
  said.closed = [await closed.recvOutput() === undefined, closed.isActive, await codeOf(closed.sendInput(items[0]))];
  console.log(JSON.stringify(said));
`;

const version = await nodeVersion();

Deno.test({
  name: "the client as one file streams, calls and tells of refusals in Node",
  ignore: version < 20,
  async fn() {
    await using at = served({ token: "a-token-of-sixteen-or-more" });
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/client.mjs`, await bundleClient());
      await Deno.writeTextFile(`${folder}/calls.mjs`, CALLS);
      const args = [...version < 22 ? NODE_20 : [], `${folder}/calls.mjs`, at.server.url, at.server.token!];
      const { stdout, stderr, code } = await new Deno.Command("node", { args }).output();
      equal(code, 0, new TextDecoder().decode(stderr));
      deepEqual(JSON.parse(new TextDecoder().decode(stdout)), {
        sequences: Array.from({ length: 20 }, (_, k) => k),
        same: true,
        audio: '{"sequence":0,"kind":"audio","sampleRateHz":8000,"channels":["AAAAPwAAgL8=","AAAAAAAAgD8="]}',
        kinds: ["audio", "packet", "data", "text", "bytes"],
        refused: "InvalidGraph",
        wrong: "AccessDenied",
        missing: "AccessDenied",
        nobody: "Busy",
        closed: [true, false, "Busy"],
      });
      ok(at.echo.sessions.length === 3 && at.echo.open.length === 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** The major version of Node; 0 where there is none. */
async function nodeVersion(): Promise<number> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    return Number(/^v(\d+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
