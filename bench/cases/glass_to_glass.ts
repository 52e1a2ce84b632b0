/**
 * How old a picture is when a browser shows it that has come through a graph by WebRTC, beside two connections of the page
 * itself. The pictures say their number, so that the page knows when it drew each.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { chromium, type Page } from "playwright-core";
import { Runtime } from "../../core/runtime.ts";
import { nodes } from "../../sluice.gen.ts";
import { noRustPlugin } from "../../tests/fixtures/plugins/build.ts";
import { CHROMIUM_ARGS, findChromium } from "../../tools/chromium.ts";
import { serveWebrtc } from "../../transports/webrtc/mod.ts";
import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { quantile, ratioRow, type Row } from "../measure.ts";

const [WARM_MS, MEASURED_MS] = [4_000, 10_000];

/** Pictures a second. */
const RATE = 30;

const PEER = "two RTCPeerConnections of Chromium, one to the other";

export const glassToGlass: Benchmark = {
  name: "glass-to-glass",
  about:
    `A page draws ${RATE} numbered pictures a second, publishes them as H.264 to a webrtc-source, plays what its ` +
    "webrtc-sink gives back, and notes how old each picture is when it is shown; beside the same page whose own two " +
    "connections are joined. All on loopback; in order, and most of them, or the run fails.",
  async run({ runs, skip }: BenchOptions): Promise<Row[]> {
    const executablePath = await findChromium();
    const missing = executablePath === undefined ? "there is no Chromium on the PATH" : noRustPlugin("webrtc");
    if (missing !== undefined) {
      skip(`glass-to-glass: ${missing}`);
      return [];
    }
    await using runtime = new Runtime({ native: "require", mode: "live" });
    const source = runtime.add(nodes.webrtcSource());
    const sink = runtime.add(nodes.webrtcSink());
    runtime.connect(source.outputs.video, sink.inputs.video);
    await using server = serveWebrtc(runtime, { port: 0 });
    await runtime.start();
    const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
    try {
      const ours: number[][] = [];
      const theirs: number[][] = [];
      const page = await browser.newPage();
      for (let k = 0; k < runs; k++) {
        await page.goto(`${server.url}/`);
        ours.push(await measure(page, [`/whip/${source.id}`, `/whep/${sink.id}`]));
        await page.goto(`${server.url}/`);
        theirs.push(await measure(page));
      }
      return ([["median", 0.5], ["p99", 0.99]] as const).map(([name, part]) => {
        const ages = (of: readonly number[][]) => of.map((each) => quantile(each, part) * 1e6);
        return ratioRow(
          { what: `a picture through a graph by WebRTC, glass to glass: ${name}`, peer: PEER },
          ages(ours),
          ages(theirs),
        );
      });
    } finally {
      await browser.close();
    }
  },
};

/** Publishes and plays; without paths from one connection to the other. @returns ages of pictures, milliseconds */
async function measure(page: Page, paths?: readonly [whip: string, whep: string]): Promise<number[]> {
  const { numbers, ages } = await page.evaluate(inPage, {
    paths,
    warmMs: WARM_MS,
    measuredMs: MEASURED_MS,
    rate: RATE,
  });
  const wanted = RATE * MEASURED_MS / 1e3;
  ok(numbers.every((number, k) => k === 0 || number > numbers[k - 1]), `in order: ${numbers}`);
  ok(numbers.length > 0.7 * wanted, `${numbers.length} pictures of ${wanted} were shown`);
  return ages;
}

interface Asked {
  readonly paths: readonly [string, string] | undefined;
  readonly warmMs: number;
  readonly measuredMs: number;
  readonly rate: number;
}

/** Runs in the page. */
async function inPage({ paths, warmMs, measuredMs, rate }: Asked): Promise<{ numbers: number[]; ages: number[] }> {
  const BITS = 16;
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const drawing = canvas.getContext("2d")!;
  const drawnMs: number[] = [];
  setInterval(() => {
    const number = drawnMs.length;
    drawing.fillStyle = `hsl(${number * 3 % 360} 60% 50%)`;
    drawing.fillRect(0, 0, 640, 360);
    for (let bit = 0; bit < BITS; bit++) {
      drawing.fillStyle = number >> bit & 1 ? "white" : "black";
      drawing.fillRect(bit * 40, 0, 40, 40);
    }
    drawnMs.push(performance.now());
  }, 1e3 / rate);
  const [there, back] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const sent = there.addTransceiver(canvas.captureStream(rate).getVideoTracks()[0], { direction: "sendonly" });
  const h264 = RTCRtpSender.getCapabilities("video")!.codecs.filter(({ mimeType }) => mimeType === "video/H264");
  sent.setCodecPreferences(h264);
  const shown = new Promise<MediaStreamTrack>((resolve) =>
    back.addEventListener("track", ({ track }) => resolve(track))
  );
  const ask = async (peer: RTCPeerConnection, path: string) => {
    await peer.setLocalDescription();
    const headers = { "content-type": "application/sdp" };
    const answer = await fetch(path, { method: "POST", headers, body: peer.localDescription!.sdp });
    const sdp = await answer.text();
    if (answer.status !== 201) throw new Error(`${answer.status}: ${sdp}`);
    await peer.setRemoteDescription({ type: "answer", sdp });
  };
  if (paths === undefined) {
    there.addEventListener("icecandidate", ({ candidate }) => candidate && back.addIceCandidate(candidate));
    back.addEventListener("icecandidate", ({ candidate }) => candidate && there.addIceCandidate(candidate));
    await there.setLocalDescription();
    await back.setRemoteDescription(there.localDescription!);
    await back.setLocalDescription();
    await there.setRemoteDescription(back.localDescription!);
  } else {
    back.addTransceiver("video", { direction: "recvonly" });
    await ask(there, paths[0]);
    await ask(back, paths[1]);
  }
  const video = document.createElement("video");
  document.body.append(video);
  Object.assign(video, { muted: true, srcObject: new MediaStream([await shown]) });
  await video.play();
  await new Promise((resolve) => setTimeout(resolve, warmMs));
  const reading = new OffscreenCanvas(640, 40).getContext("2d", { willReadFrequently: true })!;
  const [numbers, ages]: [number[], number[]] = [[], []];
  let isOver = false;
  const look = (nowMs: number) => {
    reading.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 9, 0, 0, 640, 40);
    const { data } = reading.getImageData(0, 20, 640, 1);
    let number = 0;
    for (let bit = 0; bit < BITS; bit++) number |= (data[(bit * 40 + 20) * 4] > 127 ? 1 : 0) << bit;
    if (number !== numbers.at(-1)) {
      numbers.push(number);
      ages.push(nowMs - drawnMs[number]);
    }
    if (!isOver) video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  await new Promise((resolve) => setTimeout(resolve, measuredMs));
  isOver = true;
  there.close();
  back.close();
  return { numbers, ages };
}
