/**
 * `sluice tap`: looks at what a link of a running graph carries, over the control plane.
 *
 * @module
 */
import { type ControlClient, ControlError } from "../../control/client/client.ts";
import type { TapMessage, TapOpened } from "../../control/schemas/tap.ts";
import { MAX_TAP_RATE } from "../../control/schemas/tap_views.ts";
import { SluiceError, type SluiceErrorCode } from "../../core/errors.ts";
import type { TapArgs } from "../args.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { EndSignals } from "../output/signals.ts";
import { connectControl, unreachable } from "./control_address.ts";
import { readingLine, type TapFile, tapFile } from "./tap_files.ts";

/** The time limit for opening the tap, milliseconds: the graph waits for its lanes that long. */
const OPEN_TIMEOUT_MS = 20_000;

/** The time between two lines of progress, milliseconds. */
const TELL_EVERY_MS = 1_000;

/**
 * @returns the exit code
 * @throws {SluiceError} for a link that is not there, a view that it does not have, or a file that does not suit;
 *   otherwise as {@linkcode connectControl}
 */
export async function tapCommand(args: TapArgs, io: Io): Promise<number> {
  if (args.output !== undefined && !args.force && await isThere(args.output)) {
    const message = `Cannot tap: "${args.output}" is there already; give --force to overwrite it`;
    throw new SluiceError("InvalidConfig", message, { key: "--output" });
  }
  const client = await connectControl(args.at, args.token);
  using signals = new EndSignals();
  try {
    await Promise.race([client.ready(), signals.received]);
    if (signals.exitCode !== undefined) return signals.exitCode;
    const early: TapMessage[] = [];
    const forget = client.on("tap", (reading) => early.push(reading));
    const opened = await open(client, args);
    forget();
    const tap = new Tap(client, opened, args, io);
    for (const reading of early) tap.take(reading);
    const timeUp = new Promise<number>((resolve) => {
      if (args.seconds !== undefined) setTimeout(() => resolve(EXIT.ok), args.seconds * 1_000);
    });
    const exitCode = await Promise.race([tap.ended, timeUp, signals.received]);
    return await tap.finish(exitCode);
  } finally {
    client.close();
  }
}

function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

async function open(client: ControlClient, args: TapArgs): Promise<TapOpened> {
  const { link, what, output } = args;
  const place = link.includes(".") ? { output: link } : { link };
  // A file is to have all values.
  const rate = args.rate ?? (output !== undefined && what === undefined ? MAX_TAP_RATE : undefined);
  const view = what ?? (output === undefined ? undefined : "raw");
  try {
    return await client.call(
      "tap.open",
      { ...place, ...(view && { what: view }), ...(rate !== undefined && { rate }) },
      OPEN_TIMEOUT_MS,
    );
  } catch (error) {
    if (!(error instanceof ControlError)) throw unreachable("Timeout", args.at, (error as Error).message);
    const code = error.code === "MethodNotFound" ? "InvalidConfig" : error.code;
    throw new SluiceError(code as SluiceErrorCode, error.message, { key: "LINK" });
  }
}

/** Prints or writes the readings of one tap. */
class Tap {
  readonly #io: Io;
  readonly #args: TapArgs;
  readonly #opened: TapOpened;
  readonly #file: TapFile | undefined;
  readonly #end = Promise.withResolvers<number>();
  /** The readings that are being written, one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #readings = 0;
  #missed = 0;
  #toldMs = performance.now();

  constructor(client: ControlClient, opened: TapOpened, args: TapArgs, io: Io) {
    this.#io = io;
    this.#args = args;
    this.#opened = opened;
    this.#file = args.output === undefined ? undefined : tapFile(args.output, opened);
    client.on("tap", (reading) => this.take(reading));
    client.on("tapEnded", ({ subscription, reason }) => {
      if (subscription !== opened.subscription) return;
      if (!args.json) io.stderr.line(`The tap has ended: ${reason}`);
      this.#end.resolve(EXIT.ok);
    });
    client.on("status", (status) => {
      if (status === "waiting") this.#end.reject(unreachable("Timeout", args.at, "the connection was lost"));
    });
    if (!args.json) io.stderr.line(`Looking at ${opened.output} (${opened.kind}, ${opened.what}), Ctrl-C ends it`);
  }

  /** Settles when there is nothing more to take. */
  get ended(): Promise<number> {
    return this.#end.promise;
  }

  take(reading: TapMessage): void {
    if (reading.subscription !== this.#opened.subscription) return;
    this.#readings++;
    this.#missed += reading.missed;
    const file = this.#file;
    if (file === undefined) return this.#print(reading);
    this.#writing = this.#writing.then(async () => {
      if (await file.write(reading)) this.#end.resolve(EXIT.ok);
    });
    this.#writing.catch((error) => this.#end.reject(error));
    const nowMs = performance.now();
    if (!this.#args.json || nowMs - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = nowMs;
    this.#io.stdout.line(JSON.stringify({ event: "tapping", readings: this.#readings, missed: this.#missed }));
  }

  /** Completes the file. @returns the exit code */
  async finish(exitCode: number): Promise<number> {
    const { output, json } = this.#args;
    if (this.#file === undefined) return exitCode;
    await this.#writing;
    if (!await this.#file.end()) {
      this.#io.stderr.line(`error: Cannot write "${output}": nothing came through ${this.#opened.output}`);
      return exitCode === EXIT.ok ? EXIT.failed : exitCode;
    }
    const [readings, missed] = [this.#readings, this.#missed];
    if (json) this.#io.stdout.line(JSON.stringify({ event: "tapped", path: output, readings, missed }));
    else this.#io.stderr.line(`Wrote ${output}${missed > 0 ? `; ${missed} readings were missed` : ""}`);
    return exitCode;
  }

  #print(reading: TapMessage): void {
    const { what, kind } = this.#opened;
    if (this.#io.stdout.closed) this.#end.resolve(EXIT.ok);
    else if (this.#args.json) this.#io.stdout.line(readingLine(what, kind, reading));
    else this.#io.stdout.line(describe(what, kind, reading));
  }
}

/** Returns a reading as a line for people. */
function describe(what: TapOpened["what"], kind: TapOpened["kind"], reading: TapMessage): string {
  const { head, payload } = reading;
  const { ptsNs = 0 } = head as { ptsNs?: number };
  const at = `${(ptsNs / 1e9).toFixed(3)} s`;
  if (what === "levels") {
    const { peakDb, rmsDb } = head as { peakDb: number[]; rmsDb: number[] };
    return `${at}  peak ${peakDb.map(decibels).join(" ")} dB  rms ${rmsDb.map(decibels).join(" ")} dB`;
  }
  if (what === "spectrum") {
    const { peakHz, peakDb } = head as { peakHz: number; peakDb: number };
    return `${at}  ${peakHz.toFixed(1)} Hz at ${decibels(peakDb)} dB`;
  }
  if (kind === "data") return `${at}  ${JSON.stringify(head.value)}`;
  const { width, height, codec, batchSize, samples, columns } = head as { [key: string]: number | undefined };
  const facts = [
    width === undefined ? "" : `${width} × ${height}`,
    codec ?? "",
    batchSize === undefined ? "" : `${batchSize} records`,
    samples === undefined ? "" : `${samples} samples`,
    columns === undefined ? "" : `${columns} columns`,
    `${payload.length} bytes`,
  ];
  return `${at}  ${facts.filter((each) => each !== "").join("  ")}`;
}

function decibels(value: number): string {
  return value.toFixed(1);
}
