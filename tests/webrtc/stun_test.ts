/** What a node learns from a STUN server, and what it does without. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { freePort } from "../cli/command_line.ts";
import { CHANNEL_OFFER } from "./fixtures/offer.ts";
import { openRelay } from "./fixtures/relay.ts";

const ADDRESS = "127.0.0.1";

const ignore = noRustPlugin("webrtc") !== undefined;

Deno.test({
  name: "webrtc-source names the address that a STUN server has seen in its answers, and asks again what was lost",
  ignore,
  async fn() {
    // The first request is lost; the second has an answer for somebody else before its own.
    let count = 0;
    await using server = await openServer((request) => {
      count++;
      if (count === 1) return [];
      const stranger = Buffer.from(request);
      stranger[19] ^= 1;
      return [answerTo(stranger, [198, 51, 100, 1], 1), answerTo(request, [203, 0, 113, 7], 4_242)];
    });
    const candidates = await candidatesWith(`${ADDRESS}:${server.socket.address().port}`);
    equal(count, 2);
    deepEqual(candidates.map(({ type }) => type), ["host", "srflx"]);
    deepEqual(candidates[1], { address: "203.0.113.7", port: 4_242, type: "srflx" });
  },
});

rare(Deno.test)({
  name: "a node whose STUN server is silent answers without it",
  ignore,
  async fn() {
    let count = 0;
    await using server = await openServer(() => (count++, []));
    const startMs = performance.now();
    const candidates = await candidatesWith(`${ADDRESS}:${server.socket.address().port}`);
    ok(performance.now() - startMs < 4_000);
    deepEqual(candidates.map(({ type }) => type), ["host"]);
    equal(count, 3);
    const unknown = await candidatesWith("stun.invalid");
    deepEqual(unknown.map(({ type }) => type), ["host"]);
  },
});

const turnserver = await findTurnserver();

rare(Deno.test)({
  name: "webrtc-source names the address at which coturn, if it is installed, sees it behind a relay",
  ignore: ignore || turnserver === undefined,
  async fn() {
    const port = freePort();
    const args = ["--stun-only", "-n", "-L", ADDRESS, "-p", `${port}`, "--log-file", "stdout", "--no-tls", "--no-dtls"];
    await using _server = new Deno.Command(turnserver!, { args, stdout: "null", stderr: "null" }).spawn();
    using relay = await openRelay(ADDRESS, port, (bytes) => [bytes]);
    // It may take a while to start.
    let found: readonly Candidate[] = [];
    while (found.length < 2) found = await candidatesWith(`${ADDRESS}:${relay.port}`);
    deepEqual(found[1], { address: ADDRESS, port: relay.innerPort, type: "srflx" });
  },
});

interface Candidate {
  readonly address: string;
  readonly port: number;
  readonly type: string;
}

/** The candidates in a node's first answer. */
async function candidatesWith(stunServer: string): Promise<readonly Candidate[]> {
  await using runtime = new Runtime({ native: "require", mode: "live" });
  runtime.add(nodes.webrtcSource({ address: ADDRESS, stunServer }), { id: "source" });
  await runtime.start();
  const { sdp } = await runtime.command("source", "offer", { sdp: CHANNEL_OFFER }) as { sdp: string };
  const lines = [...sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ (\w+)/gmi)];
  return lines.map(([, address, port, type]) => ({ address, port: Number(port), type }));
}

interface Server extends AsyncDisposable {
  readonly socket: Socket;
}

/** A server whose answers to a request `answers` makes. */
async function openServer(answers: (request: Buffer) => readonly Buffer[]): Promise<Server> {
  const socket = createSocket("udp4").bind(0, ADDRESS);
  socket.on("message", (request, { port, address }) => {
    equal(request.readUInt16BE(0), 1, "a binding request");
    equal(request.readUInt32BE(4), 0x2112a442);
    for (const each of answers(request)) socket.send(each, port, address);
  });
  await once(socket, "listening");
  return {
    socket,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

/** A success response with XOR-MAPPED-ADDRESS (RFC 8489, 14.2), after an attribute that nobody has to know. */
function answerTo(request: Buffer, address: readonly number[], port: number): Buffer {
  const answer = Buffer.alloc(40);
  request.copy(answer, 0, 0, 20);
  answer.writeUInt16BE(0x0101, 0);
  answer.writeUInt16BE(20, 2);
  answer.writeUInt16BE(0x8022, 20);
  answer.writeUInt16BE(2, 22);
  answer.writeUInt16BE(0x0020, 28);
  answer.writeUInt16BE(8, 30);
  answer[33] = 1;
  answer.writeUInt16BE(port ^ 0x2112, 34);
  address.forEach((byte, at) => answer[36 + at] = byte ^ request[4 + at]);
  return answer;
}

async function findTurnserver(): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${folder}/turnserver`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return undefined;
}
