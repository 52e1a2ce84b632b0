/**
 * Computes how often nodes write, if their configuration determines it: by block size and sample rate for audio, by
 * pictures a second for video. Assumes that a node with one input and one output of a kind writes as often as it reads,
 * unless it has a block size of its own.
 *
 * @module
 */
import type { CheckedNode } from "./check_nodes.ts";

/** Configuration keys of audio nodes for the samples in a block of each channel, with the unit `samples`. */
export const BLOCK_KEYS: readonly string[] = ["blockSize", "size"];

/** A limit of frames a second: the write rate of such a node depends on the times of its input. */
const RATE_LIMIT_KEY = "ratePerSecond";

/** The part of a link that matters here. */
interface Edge {
  readonly fromNode: string;
  readonly toNode: string;
}

/** The known rate of a node's output. */
interface Stream {
  readonly batchMs?: number;
  readonly sampleRateHz?: number;
}

/** @returns the time between two frames that a node writes, milliseconds, by node id, where known */
export function batchTimes(
  nodes: ReadonlyMap<string, CheckedNode>,
  links: readonly Edge[],
): ReadonlyMap<string, number> {
  const writerOf = new Map(links.map(({ fromNode, toNode }) => [toNode, fromNode]));
  const streams = new Map<string, Stream>();
  for (const start of nodes.keys()) {
    // Goes upstream to a source or a known rate; then back down.
    const path: string[] = [];
    for (let id: string | undefined = start; id !== undefined && !streams.has(id); id = writerOf.get(id)) {
      if (path.includes(id)) break;
      path.push(id);
    }
    for (const id of path.reverse()) {
      const writer = writerOf.get(id);
      streams.set(id, streamOf(nodes.get(id)!, (writer !== undefined && streams.get(writer)) || {}));
    }
  }
  return new Map([...streams].flatMap(([id, { batchMs }]) => batchMs === undefined ? [] : [[id, batchMs]]));
}

/** Returns the value of a configuration key: given, or default. */
function valueOf({ node, descriptor }: CheckedNode, key: string): unknown {
  return node.config[key] ?? descriptor.config.properties[key]?.default;
}

function streamOf(node: CheckedNode, before: Stream): Stream {
  const { inputs, outputs, converts, config } = node.descriptor;
  if (outputs.length !== 1 || config.properties[RATE_LIMIT_KEY] !== undefined) return {};
  const [{ kind }] = outputs;
  const isSource = inputs.length === 0;
  const passes = inputs.length === 1 && inputs[0].kind === kind && inputs[0].array === undefined &&
    inputs[0].dynamic === undefined;
  if (!isSource && !passes) return {};
  if (kind === "video" && isSource) {
    const frameRate = valueOf(node, "frameRate");
    return typeof frameRate === "number" && frameRate > 0 ? { batchMs: 1000 / frameRate } : {};
  }
  if (kind !== "audio") return passes ? before : {};
  const ownRate = isSource || converts.includes("sampleRateHz") ? valueOf(node, "sampleRateHz") : undefined;
  const sampleRateHz = typeof ownRate === "number" ? ownRate : isSource ? undefined : before.sampleRateHz;
  const key = BLOCK_KEYS.find((each) => config.properties[each]?.["x-unit"] === "samples");
  if (key === undefined) return { batchMs: before.batchMs, sampleRateHz };
  const samples = valueOf(node, key);
  if (typeof samples !== "number" || samples <= 0 || sampleRateHz === undefined || sampleRateHz <= 0) {
    return { sampleRateHz };
  }
  return { batchMs: 1000 * samples / sampleRateHz, sampleRateHz };
}
