/**
 * The files at the ends of `sluice call`: what is sent is read from them, and what comes back is written, as it comes.
 *
 * @module
 */
import { appSink } from "../../core/app/app_sink.ts";
import { appSource } from "../../core/app/app_source.ts";
import type { AppAudioBlock } from "../../core/app/source_items.ts";
import type { AppSourceHandle } from "../../core/app/source_node.ts";
import { SluiceError } from "../../core/errors.ts";
import { payloadOf } from "../../core/app/payload_frames.ts";
import type { TransportPayload } from "../../core/pipeline/transport_data.ts";
import { Runtime } from "../../core/runtime.ts";
import { PartialFile } from "../../processors/file/partial_file.ts";
import { nodes } from "../../sluice.gen.ts";

/** A file, and the port that it is for. */
export interface PortFile {
  /** Absent where the graph has one. */
  readonly port?: string;
  readonly path: string;
}

/** The most characters of a line of values. */
const MAX_LINE = 16 * 2 ** 20;

/**
 * Reads `FILE` or `PORT=FILE`.
 *
 * @param option the option that has it
 * @throws {SluiceError} `InvalidConfig` for a file of a kind that is not read or written
 */
export function portFile(text: string, option: string): PortFile {
  const [, port, path = text] = /^([A-Za-z_][\w-]*)=(.+)$/s.exec(text) ?? [];
  if (!/\.(wav|jsonl)$/i.test(path)) {
    const message = `Cannot take ${option} "${text}": wanted a .wav (sound) or a .jsonl (values, one a line)`;
    throw new SluiceError("InvalidConfig", message, { key: option });
  }
  return { ...(port !== undefined && { port }), path };
}

/**
 * What a file holds, piece by piece.
 *
 * @throws {SluiceError} what is wrong with the file
 */
export function readPayloads({ path }: PortFile): AsyncIterable<TransportPayload> {
  return isSound(path) ? readSound(path) : readValues(path);
}

async function* readSound(path: string): AsyncGenerator<TransportPayload> {
  await using runtime = new Runtime({ mode: "offline", signals: false });
  const source = runtime.add(nodes.wavSource({ path }));
  const sink = runtime.add(appSink.audio());
  runtime.connect(source.outputs.audio, sink.inputs.audio);
  await runtime.start();
  try {
    for await (const frame of sink) yield payloadOf(frame);
    await runtime.finished;
  } finally {
    // Whoever reads may have enough before the end.
    await runtime.stop().catch(() => {});
  }
}

async function* readValues(path: string): AsyncGenerator<TransportPayload> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === "") continue;
    try {
      yield { kind: "data", value: JSON.parse(line) };
    } catch (error) {
      throw new SluiceError("InvalidConfig", `${path}:${number}: Cannot read a value: ${(error as Error).message}`);
    }
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    throw new SluiceError("InvalidConfig", `Cannot open "${path}": ${(error as Error).message}`);
  }
  let rest = "";
  for await (const part of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    yield* lines;
    if (rest.length <= MAX_LINE) continue;
    const message = `Cannot read "${path}": it has a line of more than ${MAX_LINE} characters`;
    throw new SluiceError("LimitExceeded", message);
  }
  if (rest !== "") yield rest;
}

/** A file that payloads are written to. */
export interface PayloadWriter {
  /** @throws {SluiceError} for a payload that does not belong there */
  write(payload: TransportPayload): Promise<void>;
  /** Completes the file. @returns whether there is one: nothing is written where nothing came */
  end(): Promise<boolean>;
  /** Leaves what there is, as a partial file. */
  abort(): Promise<void>;
}

/** A writer for a file; it is there once something was written. */
export function payloadWriter({ path }: PortFile): PayloadWriter {
  return isSound(path) ? new SoundWriter(path) : new ValueWriter(path);
}

/** Text of a value in a line of JSON; `undefined` for a payload that is none. */
export function valueLine(payload: TransportPayload): string | undefined {
  if (payload.kind === "data") return JSON.stringify(payload.value) ?? "null";
  return payload.kind === "text" ? JSON.stringify(payload.text) : undefined;
}

class SoundWriter implements PayloadWriter {
  readonly #path: string;
  #open: { readonly runtime: Runtime; readonly source: AppSourceHandle<AppAudioBlock, unknown> } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async write(payload: TransportPayload): Promise<void> {
    if (payload.kind !== "audio") throw refused(this.#path, payload, "sound");
    const { source } = this.#open ??= await this.#begin(payload.sampleRateHz, payload.channels.length);
    const { ptsNs, channels } = payload;
    await source.push({ channels, ...(ptsNs !== undefined && { ptsNs }) });
  }

  async end(): Promise<boolean> {
    if (this.#open === undefined) return false;
    this.#open.source.end();
    await this.#open.runtime.finished;
    return true;
  }

  async abort(): Promise<void> {
    if (this.#open === undefined) return;
    // The graph fails, by which its sink leaves the partial file.
    this.#open.source.abort(new SluiceError("Busy", "the call has not come to its end"));
    await this.#open.runtime.finished.catch(() => {});
  }

  async #begin(sampleRateHz: number, channels: number) {
    const runtime = new Runtime({ mode: "offline", signals: false });
    const source = runtime.add(appSource.audio({ sampleRateHz, channels }));
    const sink = runtime.add(nodes.wavSink({ path: this.#path, overwrite: true }));
    runtime.connect(source.outputs.audio, sink.inputs.audio);
    await runtime.start();
    return { runtime, source };
  }
}

class ValueWriter implements PayloadWriter {
  readonly #path: string;
  #partial: PartialFile | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async write(payload: TransportPayload): Promise<void> {
    const line = valueLine(payload);
    if (line === undefined) throw refused(this.#path, payload, "values");
    if (this.#partial === undefined) {
      this.#partial = PartialFile.claim(this.#path);
      this.#partial.begin();
    }
    const bytes = new TextEncoder().encode(`${line}\n`);
    for (let at = 0; at < bytes.length;) at += await this.#partial.file.write(bytes.subarray(at));
    this.#bytes += bytes.length;
  }

  // deno-lint-ignore require-await
  async end(): Promise<boolean> {
    this.#partial?.commit(this.#bytes);
    return this.#partial !== undefined;
  }

  abort(): Promise<void> {
    this.#partial?.release();
    return Promise.resolve();
  }
}

function isSound(path: string): boolean {
  return /\.wav$/i.test(path);
}

function refused(path: string, { kind }: TransportPayload, wanted: string): SluiceError {
  const message = `Cannot write to "${path}": ${kind} came, and the file takes ${wanted}`;
  return new SluiceError("InvalidConfig", message);
}
