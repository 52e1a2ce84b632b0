/** Candidates that come after their offer, in a Chromium that shows its addresses. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { chromium } from "playwright-core";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { CHROMIUM_ARGS, findChromium } from "../../tools/chromium.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import { noRustPlugin } from "../fixtures/plugins/build.ts";
import { rare } from "../fixtures/rare.ts";

const executablePath = await findChromium();

rare(Deno.test)({
  name: "a player that does not know the node's address is found by the candidates that it adds with PATCH",
  ignore: noRustPlugin("webrtc") !== undefined || executablePath === undefined,
  // Playwright keeps a process and timers of its own.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using runtime = new Runtime({ native: "require", mode: "live" });
    runtime.add(nodes.webrtcSink(), { id: "sink" });
    await using server = serveWebrtc(runtime, { port: 0 });
    await runtime.start();
    const args = [...CHROMIUM_ARGS, "--disable-features=WebRtcHideLocalIpsWithMdns"];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/`);
      const { offered, statuses } = await page.evaluate(trickle);
      equal(offered, 0, "candidates in the offer");
      ok(statuses.length > 0);
      deepEqual([...new Set(statuses)], [204]);
    } finally {
      await browser.close();
    }
  },
});

/** In the page: adds its candidates, and waits until its channel is open. */
async function trickle(): Promise<{ offered: number; statuses: number[] }> {
  const peer = new RTCPeerConnection();
  const channel = peer.createDataChannel("values");
  const isOpen = new Promise((resolve) => channel.onopen = resolve);
  const candidates: string[] = [];
  const isComplete = new Promise<void>((resolve) => {
    peer.onicecandidate = ({ candidate }) => candidate === null ? resolve() : candidates.push(candidate.candidate);
  });
  const { sdp: offer = "" } = await peer.createOffer();
  await peer.setLocalDescription({ type: "offer", sdp: offer });
  const headers = { "content-type": "application/sdp" };
  const answer = await fetch("/whep/sink", { method: "POST", headers, body: offer });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  // Without the node's address only the node can begin.
  const sdp = (await answer.text()).replaceAll(/^a=candidate:.*\r\n/gm, "");
  await peer.setRemoteDescription({ type: "answer", sdp });
  await isComplete;
  const statuses: number[] = [];
  for (const candidate of candidates.filter((each) => each !== "")) {
    const { status } = await fetch(answer.headers.get("location")!, {
      method: "PATCH",
      headers: { "content-type": "application/trickle-ice-sdpfrag" },
      body: `a=mid:0\r\na=${candidate}\r\n`,
    });
    statuses.push(status);
  }
  await isOpen;
  peer.close();
  return { offered: offer.match(/^a=candidate:/gm)?.length ?? 0, statuses };
}
