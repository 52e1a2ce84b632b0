import { deepEqual, equal, match } from "node:assert/strict";
import { configureLog } from "../../core/log.ts";
import { nodes } from "../../sluice.gen.ts";
import { type HarnessOptions, ProcessorHarness } from "../../testing.ts";
import { type RawPeer, RawServer } from "./fixtures/raw_server.ts";
import { exposeGc } from "../../tests/fixtures/expose_gc.ts";
import { until, untilData } from "./fixtures/until.ts";

type Config = Partial<Parameters<typeof nodes.httpSource>[0]>;

const LINKS = { links: { data: { policy: "roll-off", capacity: 64 } } } as const;

function open(port: number, config: Config = {}, options: HarnessOptions = {}): Promise<ProcessorHarness> {
  configureLog({ write: () => {} });
  const url = `http://127.0.0.1:${port}/data?key=secret`;
  return ProcessorHarness.create(nodes.httpSource({ url, retrySeconds: 0.001, ...config }), {}, {
    id: "get",
    mode: "live",
    ...LINKS,
    ...options,
  });
}

/** An answer with everything behind its status. */
function answer(body: string, head = "", length = body.length): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\nConnection: close\r\n${head}\r\n${body}`;
}

/** What an offline source fails with for what a server does with each request. */
async function failure(config: Config, serve: (peer: RawPeer) => Promise<void>): Promise<string> {
  await using server = new RawServer();
  await using source = await open(server.port, config, { mode: "offline" });
  void (async () => {
    for (;;) {
      const [peer] = await server.nextRequest();
      await serve(peer);
      peer.close();
    }
  })();
  const { code, message } = await until(source, () => source.finished && new Error("it has ended")).catch((error) =>
    error
  );
  equal(message.includes("secret"), false);
  return `${code} ${message.replace('Node "get" (http-source): ', "").replace(`:${server.port}`, "")}`;
}

Deno.test("HttpSource makes values of lines, whatever the chunks, and ends with the answer", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { format: "ndjson", headers: { Authorization: "Bearer t" } });
  await source.run();
  const [peer, head] = await server.nextRequest();
  const lines = head.map((line) => line.toLowerCase());
  equal(lines[0], "get /data?key=secret http/1.1");
  equal(lines.includes("authorization: bearer t"), true);
  await peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const chunk of ['{"a"', ":1}\r", "\n\n2\n3", "4"]) {
    await peer.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  await peer.write("0\r\n\r\n");
  await until(source, () => source.finished);
  deepEqual(source.takeData("data"), [{ a: 1 }, 2, 34]);
  deepEqual(source.figures, { received: 4, refused: 0, answers: 1 });
});

Deno.test("HttpSource gets a value each period, and leaves out what is none", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { format: "json", periodSeconds: 0.01, maxBytes: 8 });
  for (const body of ["1", "{", '"too long"', '"ok"']) {
    await source.run();
    const [peer] = await server.nextRequest();
    await peer.write(answer(body));
    const before = source.figures!;
    await until(source, () => {
      source.advance(1e9);
      return source.figures!.received + source.figures!.refused > before.received + before.refused;
    });
  }
  deepEqual(source.takeData("data"), [1, "ok"]);
  deepEqual([source.figures!.received, source.figures!.refused], [2, 2]);
});

Deno.test("HttpSource goes on where an answer broke off, or flags that it begins anew", async () => {
  await using server = new RawServer();
  await using source = await open(server.port, { format: "s16", channels: 1, sampleRateHz: 1000 }, {
    links: { audio: { policy: "roll-off", capacity: 64 } },
  });
  const blocks: [number[], boolean][] = [];
  const heads: string[][] = [];
  const serve = async (text: string) => {
    await source.run();
    const [peer, lines] = await server.nextRequest();
    heads.push(lines.map((line) => line.toLowerCase()));
    await peer.write(text);
    return peer;
  };
  const take = (count: number) =>
    until(source, () => {
      for (const { channels, discontinuity } of source.takeAudio("audio")) {
        blocks.push([[...channels[0]].map((sample) => sample * 128), discontinuity]);
      }
      return blocks.length >= count;
    });
  const parts = 'Accept-Ranges: bytes\r\nETag: "v1"\r\n';
  const first = await serve(answer("\0\x01\0", parts, 8));
  await take(1);
  first.close();
  const second = await serve(
    "HTTP/1.1 206 Part\r\nContent-Range: bytes 3-7/8\r\nContent-Length: 5\r\n" + parts + "\r\n\x02\0\x03",
  );
  await take(2);
  second.close();
  // It has another version by now.
  await serve(answer("\0\x09\0\x0a", parts));
  await until(source, () => source.finished);
  await take(3);
  deepEqual(heads.slice(1).map((lines) => lines.filter((line) => /range/.test(line)).sort()), [
    ['if-range: "v1"', "range: bytes=3-"],
    ['if-range: "v1"', "range: bytes=6-"],
  ]);
  deepEqual(blocks, [[[1], false], [[2, 3], false], [[9, 10], true]]);
});

Deno.test("HttpSource follows to other addresses, with its headers to its own origin alone", async () => {
  await using server = new RawServer();
  await using other = new RawServer();
  await using source = await open(server.port, { format: "text", headers: { Authorization: "Bearer t" } });
  await source.run();
  for (const location of ["/there", `http://127.0.0.1:${other.port}/elsewhere`]) {
    const [peer] = await server.nextRequest();
    await peer.write(`HTTP/1.1 302 Go\r\nLocation: ${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    peer.close();
  }
  const [peer, lines] = await other.nextRequest();
  equal(lines[0], "GET /elsewhere HTTP/1.1");
  equal(lines.some((line) => /^authorization/i.test(line)), false);
  await peer.write(answer("there"));
  deepEqual(await untilData(source, 1), ["there"]);
});

Deno.test("HttpSource says what is wrong with an answer", async () => {
  const say = (text: string, config: Config = {}) => failure(config, (peer) => peer.write(text));
  const status = (code: number, head = "") =>
    `HTTP/1.1 ${code} X\r\n${head}Content-Length: 0\r\nConnection: close\r\n\r\n`;
  equal(
    await say(status(404)),
    'Busy Cannot get "http://127.0.0.1/data": the answer has status 404: there is nothing at that path; correct the URL',
  );
  match(await say(status(401)), /^AccessDenied .*it does not know who asks; give a token in "headers"/);
  match(await say(status(503)), /^Busy .*it has too much to do, or is not ready/);
  match(
    await say(status(302, "Location: file:///etc/passwd\r\n")),
    /it sends on to "file:\/\/\/etc\/passwd", wanted an/,
  );
  equal(
    await say(answer("abc", "", 10)),
    'Busy Cannot read "http://127.0.0.1/data": the other side broke the connection off',
  );
  equal(
    await say(answer("x".repeat(100)), { format: "lines", maxBytes: 10 }),
    'LimitExceeded Cannot read a message: a line has 100 bytes or more, at most 10 are taken; raise "maxBytes"',
  );
  equal(
    await say(answer("RIFF\0\0\0\0WAVE"), { format: "s16" }),
    "InvalidMedia Cannot read samples: its first bytes are those of WAV, wanted interleaved samples without a header; " +
      'let ffmpeg read it, as command of a "pipe-source"',
  );
  match(await say("nonsense\r\n\r\n"), /^Busy Cannot get /);
});

Deno.test("HttpSource stops at once, whatever it waits for, and waits no longer than it may", async () => {
  await using server = new RawServer();
  for (const wait of ["answer", "body", "period", "retry"] as const) {
    // Less than any of the waits, and enough for a busy machine.
    await using source = await open(server.port, { retrySeconds: 30, periodSeconds: 3600 }, { timeoutMs: 20_000 });
    await source.run();
    const [peer] = await server.nextRequest();
    if (wait === "body") await peer.write(answer("", "", 10));
    if (wait === "period") await peer.write(answer("x"));
    if (wait === "retry") peer.close();
    if (wait === "body" || wait === "period") await until(source, () => source.figures!.answers === 1);
    source.stop();
    await until(source, () => source.finished);
    peer.close();
  }
  const late = (config: Config, text: string) =>
    failure(config, async (peer) => {
      await peer.write(text);
      await peer.take(1).catch(() => {});
    });
  match(await late({ timeoutSeconds: 0.01 }, ""), /^Timeout .*no answer has come within 0\.01 s/);
  match(await late({ silenceSeconds: 0.01 }, answer("a", "", 9)), /^Timeout .*nothing has come for 0\.01 s/);
});

Deno.test("HttpSource breaks off a body that is silent, though garbage is collected meanwhile", async () => {
  const collect = exposeGc();
  const found = await failure({ silenceSeconds: 0.2 }, async (peer) => {
    await peer.write(answer("a", "", 9));
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
    await peer.take(1).catch(() => {});
  });
  match(found, /^Timeout .*nothing has come for 0\.2 s/);
});
