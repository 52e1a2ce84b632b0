/**
 * Items as messages. Sound, text and bytes have fields of their own, which clients in any language write by hand; values
 * are JSON where JSON has them; everything else, and everything for a client that asks for it, is in the binary format.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { SluiceError } from "../../core/errors.ts";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import { jsonFormat } from "../../core/pipeline/json_format.ts";
import { checkData } from "../../core/pipeline/payload_check.ts";
import {
  TransportData,
  type TransportFormat,
  type TransportLabels,
  type TransportPayload,
  type TransportTimes,
} from "../../core/pipeline/transport_data.ts";
import type { Item, ItemSchema } from "./pipeline.gen.ts";

/** What becomes an item on its way. */
export type ItemInit = MessageInitShape<typeof ItemSchema>;

const READ = "Cannot read an item";
const FLOAT_BYTES = 4;
const decoder = new TextDecoder();

/** Writes and reads items. */
export class ItemCodec {
  readonly #binary: TransportFormat;
  readonly #json: TransportFormat;

  /** @param maxBytes the most bytes of an item */
  constructor(maxBytes: number) {
    this.#binary = binaryFormat({ maxBytes });
    this.#json = jsonFormat({ maxBytes });
  }

  /**
   * Writes an item.
   *
   * @param asBinary whether it is to be in the binary format, whatever it is
   * @throws {SluiceError} `LimitExceeded`, or `InvalidMessage` for a value that does not travel
   */
  write(data: TransportData, asBinary: boolean): ItemInit {
    const payload = asBinary ? undefined : this.#plain(data);
    if (payload === undefined) return { payload: { case: "binary", value: this.#binary.serialize(data) } };
    const { port, sequence, metadata } = data;
    const { ptsNs, durationNs, discontinuity } = data.payload as TransportTimes;
    return {
      payload,
      metadata,
      ...(port !== undefined && { port }),
      ...(sequence !== undefined && { sequence: BigInt(sequence) }),
      ...(ptsNs !== undefined && { ptsNs }),
      ...(durationNs !== undefined && { durationNs }),
      ...(discontinuity !== undefined && { discontinuity }),
    };
  }

  /** Reads an item. @throws {SluiceError} `InvalidMessage` */
  read(item: Item): TransportData {
    if (item.payload.case === "binary") {
      const { port, sequence, ptsNs, durationNs, discontinuity, metadata } = item;
      const isAlone = port === "" && sequence === undefined && ptsNs === undefined && durationNs === undefined &&
        !discontinuity && Object.keys(metadata).length === 0;
      if (!isAlone) throw invalid('"binary" has labels and times of its own: leave other fields out');
      return this.#binary.deserialize(item.payload.value);
    }
    const data = new TransportData(payloadOf(item), labelsOf(item));
    checkData(data, READ);
    return data;
  }

  /** What fields of an item carry as it is. @returns `undefined` for everything else */
  #plain(data: TransportData): ItemInit["payload"] {
    const { payload } = data;
    switch (payload.kind) {
      case "audio": {
        const { sampleRateHz, channels } = payload;
        return { case: "audio", value: { sampleRateHz, channels: channels.map(bytesOf) } };
      }
      case "text":
        return { case: "text", value: payload.text };
      case "bytes":
        return { case: "bytes", value: payload.bytes };
      case "data":
        return this.#value(data);
      case "end":
        return { case: "end", value: {} };
      default:
        return undefined;
    }
  }

  #value(data: TransportData): ItemInit["payload"] {
    try {
      const { value } = JSON.parse(decoder.decode(this.#json.serialize(data)));
      return { case: "json", value: JSON.stringify(value) };
    } catch (error) {
      if (error instanceof SluiceError && error.code === "InvalidMessage") return undefined;
      throw error;
    }
  }
}

function payloadOf(item: Item): TransportPayload {
  const { payload, ptsNs, durationNs, discontinuity } = item;
  const times: TransportTimes = {
    ...(ptsNs !== undefined && { ptsNs }),
    ...(durationNs !== undefined && { durationNs }),
    ...(discontinuity && { discontinuity }),
  };
  switch (payload.case) {
    case "audio": {
      const { sampleRateHz, channels } = payload.value;
      return { kind: "audio", ...times, sampleRateHz, channels: channels.map(samplesOf) };
    }
    case "text":
      return { kind: "text", ...times, text: payload.value };
    case "bytes":
      return { kind: "bytes", ...times, bytes: payload.value };
    case "json":
      return { kind: "data", ...times, value: parse(payload.value) };
    case "end":
      return { kind: "end" };
    default:
      throw invalid('it has no payload, wanted "audio", "text", "bytes", "json", "binary" or "end"');
  }
}

function labelsOf({ port, sequence, metadata }: Item): TransportLabels {
  return { ...(port !== "" && { port }), ...(sequence !== undefined && { sequence: Number(sequence) }), metadata };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw invalid(`"json" is not JSON: ${(error as Error).message}`, error);
  }
}

/** Samples of their own, however the bytes lie in memory. */
function samplesOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % FLOAT_BYTES !== 0) {
    throw invalid(`a channel has ${bytes.length} bytes, wanted a multiple of ${FLOAT_BYTES}`);
  }
  return new Float32Array(new Uint8Array(bytes).buffer);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function invalid(fault: string, cause?: unknown): SluiceError {
  return new SluiceError("InvalidMessage", `${READ}: ${fault}`, { cause });
}
