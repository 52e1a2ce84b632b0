/** Requests of WHIP and WHEP that are almost right. */
import { deepEqual, equal, match } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { answerWhip, serveWebrtc } from "../../transports/webrtc/mod.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { CHANNEL_OFFER } from "./fixtures/offer.ts";

const SDP = { "content-type": "application/sdp" };
const FRAGMENT = { "content-type": "application/trickle-ice-sdpfrag" };

const VP8_ONLY = [
  "v=0",
  "o=- 1 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "c=IN IP4 0.0.0.0",
  "a=ice-ufrag:c+3f",
  "a=ice-pwd:KHDG0GxBzw1us6T33SsZPxhd",
  `a=fingerprint:sha-256 ${Array(32).fill("44").join(":")}`,
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:96 VP8/90000",
  "",
].join("\r\n");

Deno.test({
  name: "requests that are almost right are answered with what is wrong, and the graph goes on",
  ignore: noRustPlugin("webrtc") !== undefined,
  async fn() {
    await using runtime = new Runtime({ native: "require", mode: "live" });
    runtime.add(nodes.webrtcSource({ address: "127.0.0.1" }), { id: "stage" });
    runtime.add(nodes.webrtcSink({ address: "127.0.0.1" }), { id: "hall" });
    await runtime.start();
    const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
      const response = await answerWhip(runtime, new Request(`http://localhost${path}`, { method, headers, body }));
      return response === undefined ? undefined : [response.status, (await response.text()).trim()] as const;
    };
    equal(await ask("GET", "/"), undefined);
    equal(await ask("POST", "/whip/", SDP, ""), undefined);
    const cases: [Awaited<ReturnType<typeof ask>>, number, RegExp][] = [
      [
        await ask("POST", "/whip/hall", SDP, VP8_ONLY),
        404,
        /There is no webrtc-source "hall" for publishers; "stage"$/,
      ],
      [await ask("POST", "/whep/stage", SDP, VP8_ONLY), 404, /There is no webrtc-sink "stage" for players; "hall"$/],
      [await ask("GET", "/whip/stage"), 405, /wanted POST/],
      [await ask("PUT", "/whip/stage/abc"), 405, /wanted PATCH or DELETE/],
      [await ask("POST", "/whip/stage", {}, "v=0"), 415, /text\/plain, wanted application\/sdp/],
      [await ask("POST", "/whip/stage", SDP, ""), 400, /the offer is no SDP/],
      [await ask("POST", "/whip/stage", SDP, "v=0\r\n".repeat(2_000)), 400, /the offer is no SDP/],
      [await ask("POST", "/whip/stage", SDP, "v".repeat(70_000)), 413, /more than 65536 bytes/],
      [
        await ask("POST", "/whip/stage", SDP, VP8_ONLY),
        400,
        /no media that is carried here: wanted H.264, Opus or a data channel/,
      ],
      [
        await ask("POST", "/whep/hall", SDP, VP8_ONLY),
        400,
        /no media that is carried here: wanted H.264, Opus or a data channel/,
      ],
      [await ask("DELETE", "/whip/stage/abc"), 404, /there is no connection "abc"/],
      [
        await ask("PATCH", "/whep/hall/abc", FRAGMENT, "a=candidate:x"),
        404,
        /there is no connection "abc"/,
      ],
      [await ask("PATCH", "/whip/stage/abc", FRAGMENT, "a=end-of-candidates"), 404, /there is no connection "abc"/],
      [
        await ask("PATCH", "/whip/stage/abc", FRAGMENT, "a=candidate:1 1 udp 1 abc.local 9 typ host"),
        404,
        /there is no connection "abc"/,
      ],
    ];
    for (const [found, status, message] of cases) {
      equal(found?.[0], status, `${found?.[1]}`);
      match(found![1], message);
    }
    deepEqual(runtime.stats().nodes.map(({ state }) => state), ["running", "running"]);
  },
});

Deno.test({
  name: "a player too many is asked to come again, and has a place when another one has left",
  ignore: noRustPlugin("webrtc") !== undefined,
  async fn() {
    await using runtime = new Runtime({ native: "require", mode: "live" });
    runtime.add(nodes.webrtcSink({ address: "127.0.0.1", maxPeers: 2 }), { id: "hall" });
    const ask = async (method: string, path: string, body?: string, headers = SDP) => {
      const request = new Request(`http://localhost${path}`, { method, headers, body });
      const response = (await answerWhip(runtime, request))!;
      return { status: response.status, headers: response.headers, text: await response.text() };
    };
    const early = await ask("POST", "/whep/hall", CHANNEL_OFFER);
    deepEqual([early.status, early.headers.get("retry-after")], [503, "2"], early.text);
    await runtime.start();
    const first = await ask("POST", "/whep/hall", CHANNEL_OFFER);
    equal((await ask("POST", "/whep/hall", CHANNEL_OFFER)).status, 201);
    const refused = await ask("POST", "/whep/hall", CHANNEL_OFFER);
    deepEqual([refused.status, refused.headers.get("retry-after")], [503, "2"]);
    match(refused.text, /^2 peers are connected, the most: end one, or raise "maxPeers"$/m);
    const patched = await ask("PATCH", first.headers.get("location")!, "a=end-of-candidates", FRAGMENT);
    equal(patched.status, 204, patched.text);
    equal((await ask("DELETE", first.headers.get("location")!)).status, 200);
    equal((await ask("POST", "/whep/hall", CHANNEL_OFFER)).status, 201);
  },
});

Deno.test({
  name: "serveWebrtc() lets pages of its origins ask, and no others, and tells programs what it accepts",
  ignore: noRustPlugin("webrtc") !== undefined,
  async fn() {
    await using runtime = new Runtime({ native: "require", mode: "live" });
    runtime.add(nodes.webrtcSink({ address: "127.0.0.1" }), { id: "hall" });
    await using server = serveWebrtc(runtime, { port: 0, token: "t".repeat(32), origins: ["https://page.example"] });
    await runtime.start();
    const ask = async (method: string, headers: Record<string, string>, body?: string) => {
      const response = await fetch(`${server.url}/whep/hall`, { method, headers, body });
      await response.body?.cancel();
      return response;
    };
    const origin = "https://page.example";
    const authorization = `Bearer ${server.token}`;
    const asked = await ask("OPTIONS", { origin, "access-control-request-method": "POST" });
    deepEqual([asked.status, asked.headers.get("access-control-allow-origin")], [204, origin]);
    match(asked.headers.get("access-control-allow-methods")!, /POST.*PATCH.*DELETE/);
    match(asked.headers.get("access-control-allow-headers")!, /authorization.*content-type/i);
    equal((await ask("OPTIONS", { origin: "https://other.example" })).status, 403);
    equal((await ask("POST", { origin, ...SDP }, CHANNEL_OFFER)).status, 401);
    const taken = await ask("POST", { origin, authorization, ...SDP }, CHANNEL_OFFER);
    deepEqual([taken.status, taken.headers.get("access-control-allow-origin")], [201, origin]);
    match(taken.headers.get("access-control-expose-headers")!, /location/);
    const told = await ask("OPTIONS", { authorization });
    deepEqual([told.status, told.headers.get("accept-post")], [204, "application/sdp"]);
  },
});
