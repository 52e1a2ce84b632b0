/**
 * GStreamer by `gst-launch-1.0`, with empty buffers from `fakesrc`: the least that it can do. The time a buffer costs
 * is that of a long run less that of a short one, so that starting up does not count.
 *
 * @module
 */
import { equal } from "node:assert/strict";

const PROGRAM = "gst-launch-1.0";

/** What to do where it is missing. */
export const GSTREAMER_MISSING = "GStreamer is not installed: apt-get install gstreamer1.0-tools";

/** Whether `gst-launch-1.0` is there. */
export function hasGStreamer(): boolean {
  try {
    return new Deno.Command(PROGRAM, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** One hop through `identity`, of a chain of 20. @returns nanoseconds */
export async function identityHop(): Promise<number> {
  const chain = Array.from({ length: 20 }, () => "identity silent=true");
  return (await nsPerBuffer(chain, 200_000) - await nsPerBuffer([], 200_000)) / chain.length;
}

/** One buffer through `queue`, that is, from one thread to another, whole path. @returns nanoseconds */
export function queueHop(): Promise<number> {
  return nsPerBuffer(["queue"], 300_000);
}

async function nsPerBuffer(elements: readonly string[], buffers: number): Promise<number> {
  const short = await runMs(elements, buffers / 10);
  const long = await runMs(elements, buffers);
  return (long - short) * 1e6 / (buffers * 0.9);
}

async function runMs(elements: readonly string[], buffers: number): Promise<number> {
  const pipeline = [`fakesrc silent=true num-buffers=${buffers}`, ...elements, "fakesink silent=true sync=false"];
  const args = ["-q", ...pipeline.join(" ! ").split(" ")];
  const fromMs = performance.now();
  const { code } = await new Deno.Command(PROGRAM, { args, stdout: "null", stderr: "null" }).output();
  equal(code, 0, `${PROGRAM} ${args.join(" ")}`);
  return performance.now() - fromMs;
}
