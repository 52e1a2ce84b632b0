/**
 * Compares items with their port: its kind, its formats, and the format of the first item.
 *
 * @module
 */
import { SluiceError } from "../errors.ts";
import { describeFormat, findClash, type FormatAccepts, type FrameFormat, type FrameKind } from "../frames/format.ts";
import type { FramePayload } from "../app/payload_frames.ts";
import { columnType } from "../frames/packet_frame.ts";

/** Kinds of payload, by the kind of port that accepts them. */
const TAKEN: { readonly [K in FrameKind]: readonly FramePayload["kind"][] } = {
  audio: ["audio"],
  video: ["video"],
  encoded: ["encoded"],
  packet: ["packet"],
  data: ["data", "text", "bytes"],
};

/** A port that accepts items. */
export interface SourcePort {
  /** The name under which the graph exposes it. */
  readonly name: string;
  /** The kind of its frames. */
  readonly kind: FrameKind;
  /** The formats that it accepts; absent: any. */
  readonly accepts?: FormatAccepts;
}

/** Compares the items of a port with the port, and with its first item. */
export class ItemCheck {
  readonly #port: SourcePort;
  #format: FrameFormat | undefined;
  #text = "";

  constructor(port: SourcePort) {
    this.#port = port;
  }

  /** @throws {SluiceError} `TypeMismatch` */
  check(payload: FramePayload): void {
    const { name, kind, accepts } = this.#port;
    if (!TAKEN[kind].includes(payload.kind)) this.#refuse(payload.kind, TAKEN[kind].join(" or "));
    const format = formatOf(payload);
    if (format === undefined) return;
    const text = format.kind === "packet" ? format.schema : describeFormat(format);
    if (this.#format === undefined) {
      const clash = accepts && findClash(format, accepts);
      if (clash !== undefined) this.#refuse(`${clash.field} ${clash.found}`, clash.wanted.join(" or "));
      this.#format = format;
      this.#text = text;
    } else if (text !== this.#text) {
      throw new SluiceError(
        "TypeMismatch",
        `Cannot send ${text} to port "${name}": its first item was ${this.#text}, and so must be those that follow`,
        { port: name, expected: this.#text, actual: text },
      );
    }
  }

  #refuse(found: string, wanted: string): never {
    const { name } = this.#port;
    throw new SluiceError("TypeMismatch", `Cannot send ${found} to port "${name}": wanted ${wanted}`, {
      port: name,
      expected: wanted,
      actual: found,
    });
  }
}

/** Returns the format of a payload; values have none. */
function formatOf(payload: FramePayload): FrameFormat | undefined {
  switch (payload.kind) {
    case "audio":
      return { kind: "audio", sampleRateHz: payload.sampleRateHz, channels: payload.channels.length };
    case "video": {
      const { kind, pixelFormat, width, height, frameRate, pixelAspect } = payload;
      return { kind, pixelFormat, width, height, ...(frameRate !== undefined && { frameRate }), pixelAspect };
    }
    case "encoded": {
      const { kind, codec, width, height, channels, sampleRateHz, gainDb, pixelAspect } = payload;
      return { kind, codec, width, height, channels, sampleRateHz, gainDb, pixelAspect };
    }
    case "packet": {
      const fields = Object.entries(payload.columns).map(([name, column]) => `${name}: ${columnType(column)}`);
      return { kind: "packet", schema: `records of ${fields.join(", ")}` };
    }
    default:
      return undefined;
  }
}
