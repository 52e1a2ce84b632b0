/** Requests of WHIP and WHEP that are almost right. */
import { deepEqual, equal, match } from "node:assert/strict";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { answerWhip } from "../../transports/webrtc/mod.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";

const SDP = { "content-type": "application/sdp" };

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
      [await ask("POST", "/whip/stage", SDP, VP8_ONLY), 400, /no media that is carried here: wanted H.264 or Opus/],
      [await ask("POST", "/whep/hall", SDP, VP8_ONLY), 400, /no media that is carried here: wanted H.264 or Opus/],
      [await ask("DELETE", "/whip/stage/abc"), 404, /there is no connection "abc"/],
      [
        await ask("PATCH", "/whep/hall/abc", { "content-type": "application/trickle-ice-sdpfrag" }, "a=candidate:x"),
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
