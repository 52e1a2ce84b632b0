/**
 * What a network source makes of the messages that come: values, samples, or the items of transports.
 *
 * A message comes from somebody else: whatever it is, it becomes payloads that fit their kind, or an error with a code.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import { binaryFormat } from "../../core/pipeline/binary_format.ts";
import type { FramePayload } from "../../core/app/payload_frames.ts";
import type { TransportEnd, TransportFormat, TransportPayload } from "../../core/pipeline/transport_data.ts";
import { PcmBlock } from "../file/pcm.ts";
import { isPcm, type PcmFormat } from "./source_ports.ts";

/** Samples of each channel in a block. */
const BLOCK_SAMPLES = 1024;

/** How messages are read. */
export interface MessageOptions {
  /** What a message is; `auto`: text is a string, anything else bytes. */
  readonly format: "auto" | "text" | "lines" | "json" | "ndjson" | "bytes" | "items" | PcmFormat;
  /** Of samples. */
  readonly sampleRateHz: number;
  /** Of samples. */
  readonly channels: number;
  /** The longest message. */
  readonly maxBytes: number;
}

/** Reads messages of one format. */
export class MessageReader {
  readonly #options: MessageOptions;
  readonly #items: TransportFormat;
  readonly #block: PcmBlock | undefined;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });

  constructor(options: MessageOptions) {
    this.#options = options;
    const { format, channels, maxBytes } = options;
    this.#items = binaryFormat({ maxBytes, maxValueBytes: maxBytes });
    this.#block = isPcm(format) ? new PcmBlock(format, channels, BLOCK_SAMPLES) : undefined;
  }

  /** Bytes of a sample of all channels; 1 for what is no samples. */
  get unitBytes(): number {
    return this.#block?.bytesPerFrame ?? 1;
  }

  /**
   * Reads a message. Bytes that come out may be those of the message.
   *
   * @throws {SluiceError} `InvalidMessage` for one that is not of the format, `LimitExceeded` for one that is too large
   */
  read(message: string | Uint8Array): (FramePayload | TransportEnd)[] {
    const { format } = this.#options;
    if (format === "auto") {
      return [typeof message === "string" ? { kind: "text", text: message } : { kind: "bytes", bytes: message }];
    }
    if (format === "text") return [{ kind: "text", text: this.#text(message) }];
    if (format === "lines") return linesOf(this.#text(message)).map((text) => ({ kind: "text", text }));
    if (format === "json") return [{ kind: "data", value: this.#json(message) }];
    if (format === "ndjson") {
      const lines = linesOf(this.#text(message)).filter((line) => line.trim() !== "");
      return lines.map((line) => ({ kind: "data", value: this.#json(line) }));
    }
    const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message;
    if (format === "bytes") return [{ kind: "bytes", bytes }];
    if (typeof message === "string") refuse(`it is text, wanted ${this.#wanted}`);
    if (format === "items") return [plain(this.#items.deserialize(bytes).payload)];
    return this.#samples(bytes);
  }

  get #wanted(): string {
    const { format } = this.#options;
    return format === "items" ? "a binary item" : `samples of format "${format}", which are binary`;
  }

  #text(message: string | Uint8Array): string {
    if (typeof message === "string") return message;
    try {
      return this.#decoder.decode(message);
    } catch (error) {
      return refuse('it is not UTF-8; wanted text, or let format be "bytes"', error);
    }
  }

  #json(message: string | Uint8Array): unknown {
    const text = this.#text(message);
    try {
      return JSON.parse(text);
    } catch (error) {
      return refuse(`it is no JSON: ${(error as Error).message}`, error);
    }
  }

  #samples(bytes: Uint8Array): FramePayload[] {
    const { format, sampleRateHz, channels } = this.#options;
    const block = this.#block!;
    const { bytesPerFrame } = block;
    if (bytes.length % bytesPerFrame !== 0) {
      refuse(
        `it has ${bytes.length} bytes, wanted whole samples, which have ${bytesPerFrame} with format "${format}" and ` +
          `${channels} channels; let the sender cut its messages between samples, or set both to what it sends`,
      );
    }
    const payloads: FramePayload[] = [];
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(BLOCK_SAMPLES, (bytes.length - at) / bytesPerFrame);
      block.bytes(count).set(bytes.subarray(at, at + count * bytesPerFrame));
      const planes = Array.from({ length: channels }, (_, channel) => {
        const samples = new Float32Array(count);
        block.decode(channel, samples, count);
        return samples;
      });
      payloads.push({ kind: "audio", sampleRateHz, channels: planes });
      at += count * bytesPerFrame;
    }
    return payloads;
  }
}

/** The lines of a text, without their ends; the last one may have none. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Batches become values: what fields they have is not known before they come, and links of records want to know. */
function plain(payload: TransportPayload): FramePayload | TransportEnd {
  if (payload.kind !== "packet") return payload;
  const { columns, ...times } = payload;
  return { ...times, kind: "data", value: columns };
}

/** @throws {SluiceError} `InvalidMessage` */
function refuse(fault: string, cause?: unknown): never {
  throw new SluiceError("InvalidMessage", `Cannot read a message: ${fault}`, { cause });
}
