/**
 * Takes the bodies of requests apart: JSON, or messages in the binary framing, by their `Content-Type`.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { PipelineGraph } from "../../core/pipeline/transport.ts";
import type { TransportData, TransportFormat } from "../../core/pipeline/transport_data.ts";
import { assertAtMost, type RequestLimits } from "../request_limits.ts";
import { HttpFault } from "./faults.ts";
import { ExecuteRequest, InputRequest, SessionRequest, type z } from "./schemas.ts";
import { FRAMES_TYPE, joinFrames, splitFrames } from "./wire.ts";

/** The formats of items. */
export interface ItemFormats {
  readonly binary: TransportFormat;
  readonly json: TransportFormat;
}

/** Which of the formats a request is in. */
export type BodyKind = keyof ItemFormats;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The kind of a body. @throws {HttpFault} 415 for any other */
export function kindOfBody(request: Request): BodyKind {
  const type = (request.headers.get("content-type") ?? "").split(";", 1)[0].trim().toLowerCase();
  if (type === "application/json") return "json";
  if (type === FRAMES_TYPE) return "binary";
  const message = `Cannot read the request: "Content-Type" is ${JSON.stringify(type.slice(0, 100))}, ` +
    `wanted "application/json" or "${FRAMES_TYPE}"`;
  throw new HttpFault(415, "InvalidMessage", message, { key: "Content-Type" });
}

export class RequestReader {
  readonly #formats: ItemFormats;
  readonly #limits: RequestLimits;

  constructor(formats: ItemFormats, limits: RequestLimits) {
    this.#formats = formats;
    this.#limits = limits;
  }

  /** The body of `/v1/execute`. The items are read as they are taken. */
  execute(kind: BodyKind, bytes: Uint8Array): { graph: PipelineGraph; inputs: Iterable<TransportData> } {
    if (kind === "json") {
      const { graph, inputs } = check(ExecuteRequest, parse(bytes));
      return { graph: this.#graph(graph, bytes.length), inputs: this.#itemsOfJson(inputs) };
    }
    const [first, ...items] = splitFrames(bytes);
    if (first === undefined) throw new SluiceError("InvalidMessage", "Cannot read the request: it is empty");
    const { graph } = check(SessionRequest, { graph: parse(first) });
    return { graph: this.#graph(graph, first.length), inputs: this.#itemsOfFrames(items) };
  }

  /** The body of `/v1/sessions`. */
  session(bytes: Uint8Array): PipelineGraph {
    return this.#graph(check(SessionRequest, parse(bytes)).graph, bytes.length);
  }

  /** The body of `/v1/sessions/ID/input`. */
  inputs(kind: BodyKind, bytes: Uint8Array): Iterable<TransportData> {
    if (kind === "binary") return this.#itemsOfFrames(splitFrames(bytes));
    return this.#itemsOfJson(check(InputRequest, parse(bytes)).inputs);
  }

  /** Writes outputs, in the format that the request was in. */
  answer(kind: BodyKind, outputs: readonly TransportData[]): Response {
    const written = outputs.map((each) => this.#formats[kind].serialize(each));
    if (kind === "binary") return new Response(joinFrames(written), { headers: { "content-type": FRAMES_TYPE } });
    const body = `{"outputs":[${written.map((each) => decoder.decode(each)).join(",")}]}`;
    return new Response(body, { headers: { "content-type": "application/json" } });
  }

  /** @param bytes no fewer than it had in the body */
  #graph(graph: z.infer<typeof SessionRequest>["graph"], bytes: number): PipelineGraph {
    const { graphBytes } = this.#limits;
    const length = typeof graph === "string" || bytes <= graphBytes ? 0 : JSON.stringify(graph).length;
    assertAtMost("graphBytes", length, graphBytes);
    return graph as PipelineGraph;
  }

  *#itemsOfFrames(frames: readonly Uint8Array[]): Iterable<TransportData> {
    assertAtMost("requestItems", frames.length, this.#limits.requestItems);
    for (const each of frames) yield this.#formats.binary.deserialize(each);
  }

  *#itemsOfJson(items: readonly unknown[]): Iterable<TransportData> {
    assertAtMost("requestItems", items.length, this.#limits.requestItems);
    for (const each of items) yield this.#formats.json.deserialize(encoder.encode(JSON.stringify(each)));
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new SluiceError("InvalidMessage", "Cannot read the request: it is not JSON", { cause: error });
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues;
  const key = path.map(String).join(".");
  const where = key === "" ? "" : ` at "${key}"`;
  throw new SluiceError("InvalidMessage", `Cannot read the request${where}: ${message}`, { key });
}
