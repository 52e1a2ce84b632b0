/**
 * The tool that looks at what a connection carries.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { TapParams } from "../schemas/tap.ts";
import { TAP_VIEWS } from "../schemas/tap_views.ts";
import { z } from "../schemas/zod.ts";
import { columnsOf, floatsOf } from "../schemas/tap_payload.ts";
import type { TapReading } from "../taps/tap_reading.ts";
import type { OpenTap, Taps } from "../taps/taps.ts";
import { NodeId } from "./arguments.ts";
import { spectrumPlot, waveformPlot } from "./plots.ts";
import { defineTool, type Tool, type ToolAnswer } from "./tool.ts";

/** How long an answer waits for frames, milliseconds. */
const PATIENCE_MS = 5_000;

/** Readings a second: the first of sound covers what has flowed since the tap was opened, the second half a second. */
const RATE = 2;

/** Views that cover a time: the first reading covers almost none. */
const COVERS_TIME: readonly string[] = ["levels", "waveform"];

type Reading = Pick<TapReading, "head" | "payload">;

/** The tool. */
export const TAP_TOOL: Tool = defineTool("tap", {
  title: "Look at what flows",
  description: "Looks at what a connection or an output of the running graph carries: numbers, values, or a picture.",
  effect: "reads",
  input: z.strictObject({
    connection_id: z.string().min(1).max(1_000).optional().describe("As get_graph has it; or the next two"),
    processor: NodeId.optional(),
    port: z.string().min(1).max(64).optional().describe("One of its outputs"),
    what: z.enum(TAP_VIEWS).optional().describe(
      "Of audio levels, waveform or spectrum; of pictures image; raw: values and records. By default as it suits",
    ),
  }),
  output: z.looseObject({ output: z.string(), kind: z.string(), what: z.string() }),
  async run({ connection_id: link, processor, port, what }, { host: { taps }, signal }) {
    if (taps === undefined) {
      throw new SluiceError("AccessDenied", "Cannot look at what flows: the server allows no taps");
    }
    const place = processor === undefined && port === undefined ? {} : { output: `${processor ?? ""}.${port ?? ""}` };
    const params = { ...(link !== undefined && { link }), ...place, ...(what && { what }), rate: RATE };
    return answerOf(await look(taps, params, signal));
  },
});

/** Opens a tap for one reading. @throws {SluiceError} `Timeout` if nothing flows; as `Taps.open()` */
async function look(taps: Taps, params: TapParams, signal: AbortSignal): Promise<{ tap: OpenTap; reading: Reading }> {
  const first = Promise.withResolvers<Reading>();
  // Whoever opened the tap may have given up by then.
  first.promise.catch(() => {});
  let left = 1;
  const tap = await taps.open(params, {
    reading: (reading) => void (--left <= 0 && first.resolve(reading)),
    ended: (reason) => first.reject(new SluiceError("Busy", `Cannot look at it: ${reason}`)),
  });
  if (COVERS_TIME.includes(tap.what)) left++;
  const late = () =>
    first.reject(new SluiceError("Timeout", `Nothing came from "${tap.output}" in ${PATIENCE_MS / 1_000} seconds`));
  const timer = setTimeout(late, PATIENCE_MS);
  signal.addEventListener("abort", late, { once: true });
  try {
    return { tap, reading: await first.promise };
  } finally {
    clearTimeout(timer);
    await tap.close();
  }
}

function answerOf(
  { tap, reading: { head, payload = new Uint8Array() } }: { tap: OpenTap; reading: Reading },
): ToolAnswer {
  const { output, kind, what, format } = tap;
  const about = { output, kind, what, ...(format && { format: { ...format } }), ...head };
  const jpeg = (bytes: Uint8Array) => ({ bytes, mimeType: "image/jpeg" });
  const text = `${output} (${kind}, ${what}): ${JSON.stringify(head)}`;
  if (what === "image") return { text, data: about, image: jpeg(payload) };
  if (what === "waveform") {
    // The first channel is drawn.
    const columns = floatsOf(payload).subarray(0, 2 * Number(head.columns));
    return { text, data: about, image: jpeg(waveformPlot(columns)) };
  }
  if (what === "spectrum") {
    const most = Math.round(Number(head.sampleRateHz) / 2);
    const axes = `The picture has 20 to ${most} Hz by octaves, 0 to -120 dB, with lines at -40 and -80 dB`;
    const image = jpeg(spectrumPlot(floatsOf(payload), Number(head.binHz)));
    return { text: `${text}\n${axes}`, data: about, image };
  }
  if (kind === "packet") {
    const columns = columnsOf(head, payload);
    return { text: `${text}\n${JSON.stringify(columns)}`, data: { ...about, columns } };
  }
  return { text, data: { ...about, ...(payload.length > 0 && { bytes: payload.length }) } };
}
