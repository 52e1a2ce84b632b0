/** `rtsp-source` and a server that plays, with packets that are changed, cut and without end: the graph lives on. */
import { equal, ok } from "node:assert/strict";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";
import { until } from "../fixtures/waiting.ts";
import { Played } from "./fixtures/played.ts";

const PACKETS = 10_000;

/** Packets of a large frame, and of all large frames that are whole. */
const [FRAME, WHOLE] = [150, 1_950];

/** What a process may grow by: a frame that does not end is given up at 32 MiB, of which there are some copies. */
const MOST_GROWTH = 160 << 20;

const SDP = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "m=video 0 RTP/AVP 96",
  "a=rtpmap:96 H264/90000",
  "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==",
  "a=control:video",
  "",
].join("\r\n");

/** Payloads of H.264 (RFC 6184): a key frame, a part of one that begins, goes on, or ends, and two units in one. */
const PAYLOADS = [[0x65, 1, 2], [0x7c, 0x85, 9, 9], [0x7c, 5, 9], [0x7c, 0x45, 9], [0x18, 0, 2, 0x67, 1, 0, 1, 0x41]];

let state = 1;

function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state >>> 8) % below;
}

/** @param first the sequence number of the first packet of its frame */
function rtp(sequence: number, isLast: boolean, payload: Uint8Array, first = sequence): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(16 + payload.length);
  const view = new DataView(packet.buffer);
  packet.set([0x24, 0]);
  view.setUint16(2, packet.length - 4);
  packet.set([0x80, isLast ? 0xe0 : 0x60], 4);
  view.setUint16(6, sequence);
  view.setUint32(8, first * 3_600);
  view.setUint32(12, 7);
  packet.set(payload, 16);
  return packet;
}

/** A packet that is changed somewhere, now and then in its header, which ends the session. */
function changed(sequence: number): Uint8Array<ArrayBuffer> {
  const payload = Uint8Array.from(PAYLOADS[random(PAYLOADS.length)]);
  for (let left = random(4); left > 0; left--) payload[random(payload.length)] = random(256);
  const packet = rtp(sequence, random(2) === 0, payload.subarray(0, 1 + random(payload.length)));
  if (random(500) === 0) packet[4 + random(12)] ^= 1 << random(8);
  return packet;
}

class Server implements AsyncDisposable {
  sent = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;

  /** @param next a packet of a session; `undefined`: it pauses */
  constructor(readonly next: (sequence: number) => Uint8Array<ArrayBuffer> | undefined) {
    this.#serving = this.#serve();
  }

  get url(): string {
    return `rtsp://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}/cam`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const all: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      all.push(this.#answer(connection).catch(() => {}));
    }
    await Promise.all(all);
  }

  async #answer(connection: Deno.TcpConn): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    const bytes = new Uint8Array(4_096);
    for (let read; (read = await connection.read(bytes)) !== null;) {
      text += decoder.decode(bytes.subarray(0, read));
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) continue;
      const [method, number] = [text.split(" ")[0], /CSeq: *(\d+)/i.exec(text)![1]];
      text = text.slice(end + 4);
      await connection.write(new TextEncoder().encode(answerTo(method, number)));
      if (method === "PLAY") return await this.#play(connection);
    }
  }

  async #play(connection: Deno.TcpConn): Promise<void> {
    for (let sequence = 1;; sequence = (sequence + 1) & 0xffff) {
      const packet = this.next(sequence);
      if (packet === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
      else for (let done = 0; done < packet.length;) done += await connection.write(packet.subarray(done));
      this.sent++;
    }
  }
}

function answerTo(method: string, number: string): string {
  const begin = `RTSP/1.0 200 OK\r\nCSeq: ${number}\r\n`;
  if (method === "DESCRIBE") {
    return `${begin}Content-Type: application/sdp\r\nContent-Base: rtsp://127.0.0.1/cam/\r\nContent-Length: ` +
      `${SDP.length}\r\n\r\n${SDP}`;
  }
  if (method === "OPTIONS") return `${begin}Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n`;
  const transport = method === "SETUP" ? "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" : "";
  return `${begin}Session: 1\r\n${transport}\r\n`;
}

const key = (sequence: number) => rtp(sequence, true, Uint8Array.from(PAYLOADS[0]));

rare(Deno.test)({
  name: "10,000 changed packets, and a frame without end, end no graph and fill no memory",
  ignore: (noRustPlugin("rtsp") ?? noRustPlugin("codecs")) !== undefined,
  async fn() {
    let packets = 0;
    const part = new Uint8Array(60_000).fill(9);
    part.set([0x7c, 5]);
    const [begins, ends] = [Uint8Array.from([0x7c, 0x85, 9]), Uint8Array.from([0x7c, 0x45, 9])];
    let parts = 0;
    await using server = new Server((sequence) => {
      packets++;
      if (packets > PACKETS) return sequence % 2 === 1 ? key(sequence) : undefined;
      // A session that has given a frame is followed by another one soon.
      if (sequence < 3) return key(sequence);
      if (packets < PACKETS / 2) return changed(sequence);
      // Frames of 9 MB, and then one that would have 180 MB.
      const at = parts < WHOLE ? parts % FRAME : parts - WHOLE;
      parts++;
      const payload = at === 0 ? begins : at === FRAME - 1 && parts <= WHOLE ? ends : part;
      return rtp(sequence, payload === ends, payload, sequence - at);
    });
    await using played = await Played.start({ url: server.url }, "video");
    await played.comes("video", 1);
    const before = Deno.memoryUsage().rss;
    let most = before;
    await until(() => {
      most = Math.max(most, Deno.memoryUsage().rss);
      return packets > PACKETS;
    }, () => `${packets} packets; ${played.said.join("\n")}`);
    await played.comes("video", 5);
    equal(played.runtime.running, true);
    ok(played.figure("damaged") > 0 && played.figure("reconnects") > 0);
    ok(most - before < MOST_GROWTH, `grew by ${(most - before) >> 20} MiB`);
  },
});
