import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { PacketFrame } from "../../core/frames/packet_frame.ts";
import { nodes } from "../../sluice.gen.ts";
import { ProcessorHarness } from "../../testing.ts";

type Motion = { x: "f32"; n: "i32" };

function push(sink: ProcessorHarness, x: readonly number[], ptsNs = 0): void {
  sink.push<PacketFrame<Motion>>("packet", { fields: { x: "f32", n: "i32" }, capacity: x.length }, (batch) => {
    batch.column("x").set(x);
    batch.column("n").set(x.map((_, k) => k));
    batch.ptsNs = ptsNs;
    batch.durationNs = x.length * 1e6;
  });
}

async function open(config = {}): Promise<ProcessorHarness> {
  return await ProcessorHarness.create(nodes.websocketSink({ port: 0, ...config }), {}, { id: "live" });
}

/** A client that has connected, with the messages that it gets. */
class Client implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly #messages: (string | ArrayBuffer)[] = [];
  #came: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      this.#messages.push(data);
      this.#came();
    };
  }

  /** Connects, and waits until the node counts it. */
  static async connect(sink: ProcessorHarness): Promise<Client> {
    const before = sink.figures!.clients;
    const client = new Client(new WebSocket(`ws://127.0.0.1:${sink.figures!.port}`));
    await new Promise((resolve, reject) => {
      client.socket.onopen = resolve;
      client.socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
    });
    while (sink.figures!.clients === before) {
      sink.pushData("data", "are you there?");
      await sink.run();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return client;
  }

  /** The next message that is no question of `connect`. */
  async next(): Promise<string | ArrayBuffer> {
    for (;;) {
      const message = this.#messages.shift();
      if (message === undefined) await new Promise<void>((resolve) => this.#came = resolve);
      else if (typeof message !== "string" || !message.includes("are you there?")) return message;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.onclose = resolve);
    this.socket.close();
    await closed;
  }
}

Deno.test("WebsocketSink sends batches and values as JSON to every client", async () => {
  await using sink = await open();
  await using one = await Client.connect(sink);
  await using other = await Client.connect(sink);
  push(sink, [0.5, NaN], 7);
  sink.pushData("data", { volts: [1, 2] }, 9);
  await sink.run();
  for (const client of [one, other]) {
    deepEqual(JSON.parse(await client.next() as string), {
      ptsNs: 7,
      durationNs: 2e6,
      discontinuity: false,
      batchSize: 2,
      columns: { x: [0.5, null], n: [0, 1] },
    });
    deepEqual(JSON.parse(await client.next() as string), { node: "live", ptsNs: 9, value: { volts: [1, 2] } });
  }
  equal(sink.figures!.clients, 2);
  equal(sink.figures!.skipped, 0);
});

Deno.test("WebsocketSink sends batches as bytes, with a head that says where columns lie", async () => {
  await using sink = await open({ format: "binary" });
  await using client = await Client.connect(sink);
  push(sink, [1.5, -2, 3], 11);
  await sink.run();
  const message = await client.next() as ArrayBuffer;
  const length = new DataView(message).getUint32(0, true);
  equal((4 + length) % 8, 0);
  deepEqual(JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, length))), {
    ptsNs: 11,
    durationNs: 3e6,
    discontinuity: false,
    batchSize: 3,
    fields: { x: "f32", n: "i32" },
  });
  deepEqual(new Float32Array(message, 4 + length, 3), Float32Array.of(1.5, -2, 3));
  deepEqual(new Int32Array(message, 4 + length + 16, 3), Int32Array.of(0, 1, 2));
});

/** A client that has connected, and takes nothing. */
async function connectMute({ figures }: ProcessorHarness): Promise<Deno.TcpConn> {
  const { port } = figures!;
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = ["GET / HTTP/1.1", `Host: 127.0.0.1:${port}`, "Upgrade: websocket", "Connection: Upgrade"];
  head.push("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "", "");
  await client.write(new TextEncoder().encode(head.join("\r\n")));
  const answer = new Uint8Array(512);
  const count = await client.read(answer);
  match(new TextDecoder().decode(answer.subarray(0, count!)), /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/);
  return client;
}

/** Pushes batches of 64 kB until something was left out. @returns how many */
async function pushTooMuch(sink: ProcessorHarness): Promise<number> {
  for (let k = 0;; k++) {
    if (sink.figures!.skipped > 0) return k;
    push(sink, Array(8_000).fill(k));
    await sink.run();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("WebsocketSink leaves out what a client is too slow for, and others get all", async () => {
  await using sink = await open({ format: "binary" });
  await using client = await Client.connect(sink);
  using _mute = await connectMute(sink);
  const before = sink.figures!.sent;
  const count = await pushTooMuch(sink);
  for (let k = 0; k < count; k++) {
    const message = await client.next() as ArrayBuffer;
    equal(new Float32Array(message, message.byteLength - 64_000, 1)[0], k);
  }
  equal(sink.figures!.sent - before + sink.figures!.skipped, 2 * count);
  equal(sink.leakedSlots, 0);
});

Deno.test("WebsocketSink answers pings, passes over what clients send, and ends with one that breaks the protocol", async () => {
  await using sink = await open();
  await using _other = await Client.connect(sink);
  using client = await connectMute(sink);
  const mask = [1, 2, 3, 4];
  const masked = (text: string) => [...new TextEncoder().encode(text)].map((byte, k) => byte ^ mask[k % 4]);
  const send = async (...bytes: number[]) => void await client.write(Uint8Array.from(bytes));
  const read = async (length: number) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) at += (await client.read(bytes.subarray(at)))!;
    return [...bytes];
  };
  const long = masked("x".repeat(300));
  await send(0x82, 0x80 | 126, 1, 44, ...mask, ...long.slice(0, 100));
  await send(...long.slice(100), 0x89, 0x80 | 2);
  await send(...mask, ...masked("hi"));
  deepEqual(await read(4), [0x8a, 2, 104, 105]);
  // Not masked.
  await send(0x81, 1, 120);
  deepEqual(await read(4), [0x88, 2, 1_002 >> 8, 1_002 & 0xff]);
  equal(await client.read(new Uint8Array(1)), null);
});

Deno.test("WebsocketSink goes on when a client leaves, and tells the others that it ends", async () => {
  const sink = await open();
  const leaving = await Client.connect(sink);
  await using staying = await Client.connect(sink);
  await leaving[Symbol.asyncDispose]();
  while (sink.figures!.clients === 2) {
    sink.pushData("data", "are you there?");
    await sink.run();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  push(sink, [1]);
  await sink.run();
  ok(await staying.next());
  const closed = new Promise<CloseEvent>((resolve) => staying.socket.onclose = resolve);
  const { port } = sink.figures!;
  await sink.teardown();
  equal((await closed).code, 1001);
  await rejects(Deno.connect({ hostname: "127.0.0.1", port }), Deno.errors.ConnectionRefused);
});

Deno.test("WebsocketSink does not wait at its end for a client that takes nothing any more", async () => {
  const sink = await open({ format: "binary" });
  const { port } = sink.figures!;
  using client = await connectMute(sink);
  await pushTooMuch(sink);
  await sink.teardown();
  await rejects(Deno.connect({ hostname: "127.0.0.1", port }), Deno.errors.ConnectionRefused);
  // What the system had taken comes, and then the end, or that the connection was broken off.
  const rest = new Uint8Array(65_536);
  while (await client.read(rest).catch(() => null) !== null);
});

Deno.test("WebsocketSink refuses pages of other sites, other names of hosts, too many clients, and what is no WebSocket", async () => {
  await using sink = await open({ origins: ["https://example.com"], maxClients: 1 });
  const { port } = sink.figures!;
  const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const status = async (host: string, more: string) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${host}:${port}\r\n${more}\r\n`));
    const bytes = new Uint8Array(64);
    const count = await connection.read(bytes);
    return Number(new TextDecoder().decode(bytes.subarray(0, count ?? 0)).split(" ")[1]);
  };
  equal(await status("127.0.0.1", upgrade), 101);
  equal(await status("127.0.0.1", `${upgrade}Origin: http://127.0.0.1:8000\r\n`), 101);
  equal(await status("127.0.0.1", `${upgrade}Origin: https://example.com\r\n`), 101);
  equal(await status("127.0.0.1", `${upgrade}Origin: https://example.org\r\n`), 403);
  equal(await status("127.0.0.1", `${upgrade}Origin: null\r\n`), 403);
  equal(await status("example.org", `${upgrade}Origin: http://example.org\r\n`), 421);
  equal(await status("127.0.0.1", "Connection: close\r\n"), 426);
  await using _ = await Client.connect(sink);
  equal(await status("127.0.0.1", upgrade), 503);
});

Deno.test("WebsocketSink says which port it cannot have, and why", async () => {
  await using sink = await open();
  const { port } = sink.figures!;
  await rejects(open({ port }), (error: Error & { code: string }) => {
    equal(error.code, "InvalidConfig");
    match(
      error.message,
      new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port}: another node or program listens there; `),
    );
    return true;
  });
});
