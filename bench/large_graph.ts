/**
 * A graph of 1,000 nodes and 1,500 links, with counters as after a day: for what watches it.
 *
 * @module
 */
import { viewRuntime } from "../core/runtime_view.ts";
import { LINK, NODE } from "../ffi/layout.gen.ts";
import { nodes, Runtime } from "../mod.ts";

/** Four nodes and six links each. */
export const GROUPS = 250;

/**
 * Makes the graph, not started.
 *
 * @param lanes that its groups are spread over
 */
export function buildLargeGraph(lanes = 1): Runtime {
  const runtime = new Runtime({
    mode: "live",
    native: "require",
    pools: { audio: { slots: 32_000, slotBytes: 1_024 } },
  });
  for (let k = 0; k < GROUPS; k++) {
    const lane = lanes === 1 ? "bench" : `bench${k % lanes}`;
    const tone = runtime.add(nodes.toneSource({ sampleRateHz: 8_000, blockSize: 256 }), { id: `tone${k}`, lane });
    const left = runtime.add(nodes.gain(), { id: `left${k}`, lane });
    const right = runtime.add(nodes.gain(), { id: `right${k}`, lane });
    const mixer = runtime.add(nodes.mixer(), { id: `mixer${k}`, lane });
    runtime.connect(tone.outputs.audio, left.inputs.audioIn);
    runtime.connect(tone.outputs.audio, right.inputs.audioIn);
    const sources = [left.outputs.audioOut, right.outputs.audioOut, tone.outputs.audio, left.outputs.audioOut];
    for (const [input, source] of sources.entries()) runtime.connect(source, mixer.inputs.audioIn[input]);
  }
  return runtime;
}

/** Writes counters into a graph that is paused: what a day would have counted is written in the counters' place. */
export function fillCounters(runtime: Runtime): void {
  const { session, nodes, links, nowNs } = viewRuntime(runtime);
  const { page } = session!;
  for (const { index } of nodes) {
    const at = page.nodeOffset(index);
    page.f64[(at + NODE.ticks) >> 3] = 4_000_000 + index;
    page.f64[(at + NODE.busyNs) >> 3] = (4_000 + index) * 1e9;
    page.f64[(at + NODE.maxTickNs) >> 3] = 1e6 + index;
    page.f64[(at + NODE.errors) >> 3] = index % 3;
    for (let k = 0; k < NODE.histogramBuckets; k++) {
      page.f64[((at + NODE.tickHistogram) >> 3) + k] = k === 8 ? 1_000 + index : k % 5;
      page.f64[((at + NODE.ageHistogram) >> 3) + k] = k === 20 ? 1_000 + index : k % 5;
    }
  }
  for (const { index } of links) {
    const at = page.linkOffset(index);
    page.f64[(at + LINK.written) >> 3] = 4_000_000 + index;
    page.f64[(at + LINK.read) >> 3] = 3_900_000;
    page.f64[(at + LINK.droppedFull) >> 3] = 90_000;
    page.f64[(at + LINK.droppedSkipped) >> 3] = 10_000 - (index % 8);
    page.f64[(at + LINK.highWater) >> 3] = 8;
    page.f64[(at + LINK.newestIngressNs) >> 3] = nowNs - 20e6 - index;
  }
}

/**
 * What a tick would change, so that each reading finds other figures.
 *
 * @param dropping links, another few each time, that drop a frame: their conditions change
 */
export function countUp(runtime: Runtime, dropping = 0): void {
  const { session, nodes, links } = viewRuntime(runtime);
  const { page } = session!;
  for (const { index } of nodes) page.f64[(page.nodeOffset(index) + NODE.ticks) >> 3]++;
  for (const { index } of links) page.f64[(page.linkOffset(index) + LINK.written) >> 3]++;
  for (let k = 0; k < dropping; k++) {
    next = (Math.imul(next, 1_103_515_245) + 12_345) >>> 1;
    page.f64[(page.linkOffset(links[next % links.length].index) + LINK.droppedFull) >> 3]++;
  }
}

/** State of a linear congruential generator: the same links in each run. */
let next = 1;
