/**
 * Native lanes: threads of the library that run stages, built in or of plugins. One isolate starts, commands and edits a lane, and
 * asks for its reports. None of this happens per frame.
 *
 * @module
 */
import { lastNativeError } from "./loader.ts";
import {
  draftArrivals,
  draftEdit,
  encodeValues,
  type NativeArrival,
  type NativeEdit,
  type NativeRest,
  type NativeValues,
} from "./native_draft.ts";
import type { NativeSymbols } from "./symbols.ts";

/** In the order of the numbers by which the library knows them. */
const PRIORITIES = ["normal", "high", "realtime"] as const;
const COMMANDS = ["start", "stop", "close", "pause", "resume", "abort", "disable", "endCalls", "countLost"] as const;
const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;

/** How urgent a lane's thread is. */
export type NativePriority = typeof PRIORITIES[number];

/**
 * Makes the thread that calls this as urgent as that, on these processors; of an empty list, where it may run now.
 *
 * @returns what the system refused; `undefined` for nothing
 */
export function scheduleThread(
  symbols: NativeSymbols,
  priority: NativePriority,
  cpus: readonly number[],
): string | undefined {
  const numbers = new Uint32Array(cpus);
  const at = Deno.UnsafePointer.of(numbers);
  if (symbols.slu_thread_schedule(PRIORITIES.indexOf(priority), at, numbers.length) === 1) return undefined;
  return lastNativeError(symbols);
}

/** What a lane is made from. */
export interface NativeLaneSpec {
  /** The control arena. */
  readonly control: Deno.PointerObject;
  readonly lane: number;
  readonly generation: number;
  /** Whether sources keep to the clock. */
  readonly live: boolean;
  /** Whether what stages do with frames is checked. */
  readonly development: boolean;
  /** What it starts with. */
  readonly first: NativeEdit;
  readonly priority: NativePriority;
  /** Processors that the thread may run on; an empty list allows any. */
  readonly cpus: readonly number[];
}

/** What a node goes on from on another lane, beside its stage's state. */
export interface NativeCarry {
  /** To be run without new frames. */
  readonly again: boolean;
  /** It has had its last tick. */
  readonly finishing: boolean;
  /** When it is to be run, and when its last tick of that kind was due, nanoseconds; 0 for none. */
  readonly notBeforeNs: number;
  readonly lastDueNs: number;
  /** The times of the frame that it read last, nanoseconds. */
  readonly lastIngressNs: number;
  readonly lastPtsNs: number;
  /** For each input: its next frame has a gap before it. */
  readonly gaps: readonly boolean[];
  /** For each output: the number of its next frame. */
  readonly sequences: readonly number[];
}

/** What a lane has to say. Nodes are named by their slots. */
export type NativeReport =
  | { readonly kind: "opened" | "closed" | "paused" }
  /** `setAside`: the lane goes on without the node. */
  | {
    readonly kind: "failed";
    readonly node: number | undefined;
    readonly text: string;
    readonly panicked: boolean;
    readonly setAside: boolean;
  }
  | { readonly kind: "ended"; readonly node: number; readonly figures: readonly number[] }
  | { readonly kind: "progress"; readonly node: number; readonly doneNs: number; readonly totalNs: number }
  | { readonly kind: "configured"; readonly request: number; readonly error: string | undefined }
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "prepared"; readonly epoch: number }
  | { readonly kind: "refused"; readonly epoch: number; readonly node: number | undefined; readonly text: string }
  /** `failure`: the first node that refused a live value, or that does not go on from its predecessor's state. */
  | {
    readonly kind: "applied";
    readonly epoch: number;
    readonly failure: { readonly node: number; readonly text: string } | undefined;
  }
  /** `error`: why its flush failed. */
  | { readonly kind: "removed"; readonly node: number; readonly error: string | undefined }
  | { readonly kind: "disabled"; readonly node: number }
  | { readonly kind: "log"; readonly node: number; readonly level: typeof LOG_LEVELS[number]; readonly text: string }
  /** `json`: the event's value, or nothing. */
  | { readonly kind: "emitted"; readonly node: number; readonly name: string; readonly json: string }
  | { readonly kind: "overflow"; readonly lost: number }
  /** `given`: absent for a node that has ended; its `state`: absent for one that has failed, or whose state goes to nobody. */
  | {
    readonly kind: "offered";
    readonly epoch: number;
    readonly node: number;
    readonly given?: { readonly carry: NativeCarry; readonly state?: Uint8Array<ArrayBuffer> };
  }
  | { readonly kind: "accepted"; readonly epoch: number; readonly node: number }
  /** `link`: the index of its record. */
  | { readonly kind: "rest"; readonly link: number; readonly rest: NativeRest }
  | { readonly kind: "attached"; readonly epoch: number }
  | { readonly kind: "counted"; readonly link: number }
  /** `refused`: why there is no result. */
  | { readonly kind: "answered"; readonly request: number; readonly json: string; readonly refused?: string };

/** A native lane that was started. */
export class NativeLane implements Disposable {
  readonly #symbols: NativeSymbols;
  #pointer: Deno.PointerValue;
  #closed = false;

  /**
   * Starts a lane. It reports `opened`, or `failed`.
   *
   * @throws {RangeError} if the library refuses the description
   */
  constructor(symbols: NativeSymbols, spec: NativeLaneSpec) {
    this.#symbols = symbols;
    const draft = draftEdit(symbols, 0, spec.first);
    const cpus = new Uint32Array(spec.cpus);
    this.#pointer = symbols.slu_native_spawn(
      draft,
      spec.control,
      spec.lane,
      spec.generation,
      (spec.live ? 1 : 0) + (spec.development ? 2 : 0),
      PRIORITIES.indexOf(spec.priority),
      Deno.UnsafePointer.of(cpus),
      cpus.length,
    );
    if (this.#pointer === null) throw this.#refusal();
  }

  /**
   * Gives a command; nothing happens after the lane was finished.
   *
   * @param value for `resume`, how long all pauses took so far, nanoseconds; for `abort`, the epoch; for `disable`, the
   * slot of the node; for `countLost`, the index of the link
   */
  command(command: typeof COMMANDS[number], value: number = 0): void {
    if (this.#pointer !== null) this.#symbols.slu_native_command(this.#pointer, COMMANDS.indexOf(command), value);
  }

  /** Makes the thread as urgent as that, on these processors; as {@linkcode scheduleThread}. */
  schedule(priority: NativePriority, cpus: readonly number[]): void {
    if (this.#pointer === null) return;
    const numbers = new Uint32Array(cpus);
    const at = Deno.UnsafePointer.of(numbers);
    const number = PRIORITIES.indexOf(priority);
    this.#check(this.#symbols.slu_native_schedule(this.#pointer, number, at, numbers.length));
  }

  /**
   * Makes ready for an edit. The lane reports `prepared` or `refused`; after the first, `applied` once the control
   * arena's epoch is `epoch` and the lane's bell was rung.
   *
   * @throws {RangeError} if the library refuses the description
   */
  prepare(epoch: number, edit: NativeEdit): void {
    if (this.#pointer === null) return;
    this.#check(this.#symbols.slu_native_prepare(this.#pointer, draftEdit(this.#symbols, epoch, edit)));
  }

  /**
   * Asks for what a node is to go on from on another lane, by the edit that was prepared. The lane reports `offered` or
   * `refused`, and does not run the node until the edit is in effect or aborted.
   *
   * @param ends whether its state goes to nobody: it is flushed before it is dropped
   */
  offer(epoch: number, node: number, ends: boolean): void {
    if (this.#pointer !== null) this.#symbols.slu_native_offer(this.#pointer, epoch, node, ends ? 1 : 0);
  }

  /**
   * Gives a node that comes from another lane, by the edit that was prepared, what it goes on from. The lane reports
   * `accepted` or `refused`.
   *
   * @param state that its stage restores; absent: it begins anew
   */
  accept(epoch: number, node: number, carry: NativeCarry, state?: Uint8Array<ArrayBuffer>): void {
    if (this.#pointer === null) return;
    const flags = (carry.again ? 1 : 0) + (carry.finishing ? 2 : 0);
    const { notBeforeNs, lastDueNs, lastIngressNs, lastPtsNs, gaps, sequences } = carry;
    const times = [notBeforeNs, lastDueNs, lastIngressNs, lastPtsNs];
    const numbers = new Float64Array([flags, ...times, gaps.length, ...gaps.map(Number), ...sequences]);
    const bytes = state ?? new Uint8Array();
    const [numbersAt, bytesAt] = [Deno.UnsafePointer.of(numbers), Deno.UnsafePointer.of(bytes)];
    const has = state === undefined ? 0 : 1;
    const { length } = numbers;
    this.#check(
      this.#symbols.slu_native_accept(this.#pointer, epoch, node, numbersAt, length, has, bytesAt, bytes.length),
    );
  }

  /**
   * Attaches the ends of links that other lanes have detached, and runs the nodes that came with them. The lane reports
   * `attached`.
   *
   * @throws {RangeError} if the library refuses the description
   */
  attach(epoch: number, arrivals: readonly NativeArrival[]): void {
    if (this.#pointer === null) return;
    this.#check(this.#symbols.slu_native_attach(this.#pointer, draftArrivals(this.#symbols, epoch, arrivals)));
  }

  /** Gives the stage of a node live values. The answer names `request` again. */
  configure(request: number, node: number, values: NativeValues): void {
    if (this.#pointer === null) return;
    const config = encodeValues(values);
    const at = Deno.UnsafePointer.of(config);
    this.#check(this.#symbols.slu_native_configure(this.#pointer, request, node, at, config.length));
  }

  /** Gives the stage of a node a command, with arguments as JSON. The answer names `request` again. */
  ask(request: number, node: number, name: string, json: string): void {
    if (this.#pointer === null) return;
    const [words, values] = [name, json].map((text) => new TextEncoder().encode(text));
    const [wordsAt, valuesAt] = [words, values].map((bytes) => Deno.UnsafePointer.of(bytes));
    const symbols = this.#symbols;
    const length = words.length;
    this.#check(symbols.slu_native_ask(this.#pointer, request, node, wordsAt, length, valuesAt, values.length));
  }

  /**
   * Takes the oldest report, if there is one.
   *
   * @param figures how many figures the stage of a node has
   */
  nextReport(figures: (node: number) => number): NativeReport | undefined {
    if (this.#pointer === null) return undefined;
    const kind = this.#symbols.slu_native_report(this.#pointer);
    switch (kind) {
      case 1:
        return { kind: "opened" };
      case 2:
        return {
          kind: "failed",
          node: this.#node(0),
          text: this.#text(),
          panicked: this.#number(1) === 1,
          setAside: this.#number(2) === 1,
        };
      case 3: {
        const node = this.#number(0);
        return { kind: "ended", node, figures: Array.from({ length: figures(node) }, (_, k) => this.#number(k + 1)) };
      }
      case 4:
        return { kind: "progress", node: this.#number(0), doneNs: this.#number(1), totalNs: this.#number(2) };
      case 5:
        return { kind: "configured", request: this.#number(0), error: this.#text() || undefined };
      case 6:
        return { kind: "warning", text: this.#text() };
      case 7:
        this.#closed = true;
        return { kind: "closed" };
      case 8:
        return { kind: "paused" };
      case 9:
        return { kind: "prepared", epoch: this.#number(0) };
      case 10:
        return { kind: "refused", epoch: this.#number(0), node: this.#node(1), text: this.#text() };
      case 11: {
        const node = this.#node(1);
        return {
          kind: "applied",
          epoch: this.#number(0),
          failure: node === undefined ? undefined : { node, text: this.#text() },
        };
      }
      case 12:
        return { kind: "removed", node: this.#number(0), error: this.#text() || undefined };
      case 13:
        return { kind: "disabled", node: this.#number(0) };
      case 14:
        return { kind: "log", node: this.#number(0), level: LOG_LEVELS[this.#number(1)], text: this.#text() };
      case 15: {
        const [name, json] = splitOnce(this.#text());
        return { kind: "emitted", node: this.#number(0), name, json };
      }
      case 16:
        return { kind: "overflow", lost: this.#number(0) };
      case 17: {
        const [request, text] = [this.#number(0), this.#text()];
        return this.#number(1) === 1
          ? { kind: "answered", request, json: "", refused: text }
          : { kind: "answered", request, json: text };
      }
      case 18:
        return { kind: "offered", epoch: this.#number(0), node: this.#number(1), ...this.#given() };
      case 19:
        return { kind: "accepted", epoch: this.#number(0), node: this.#number(1) };
      case 20: {
        const flags = this.#number(1);
        const rest = {
          entries: this.#numbers(3, this.#number(2)),
          gapAhead: (flags & 1) !== 0,
          writerToKey: (flags & 2) !== 0,
          readerToKey: (flags & 4) !== 0,
        };
        return { kind: "rest", link: this.#number(0), rest };
      }
      case 21:
        return { kind: "attached", epoch: this.#number(0) };
      case 22:
        return { kind: "counted", link: this.#number(0) };
      default:
        return undefined;
    }
  }

  /** Lets go of the lane: waits for the end of a thread that has reported `closed`; leaves any other to itself. */
  [Symbol.dispose](): void {
    if (this.#pointer === null) return;
    this.#symbols.slu_native_finish(this.#pointer, this.#closed ? 1 : 0);
    this.#pointer = null;
  }

  #given(): Pick<Extract<NativeReport, { kind: "offered" }>, "given"> {
    const status = this.#number(2);
    if (status === 0) return {};
    const [flags, notBeforeNs, lastDueNs, lastIngressNs, lastPtsNs, inputs] = this.#numbers(3, 6);
    const sequences: number[] = [];
    for (let at = 9 + inputs; !Number.isNaN(this.#number(at)); at++) sequences.push(this.#number(at));
    const carry = {
      again: (flags & 1) !== 0,
      finishing: (flags & 2) !== 0,
      notBeforeNs,
      lastDueNs,
      lastIngressNs,
      lastPtsNs,
      gaps: this.#numbers(9, inputs).map((gap) => gap !== 0),
      sequences,
    };
    return { given: { carry, ...(status === 2 && { state: this.#bytes() }) } };
  }

  #bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#symbols.slu_native_report_byte_count(this.#pointer));
    const from = this.#symbols.slu_native_report_bytes(this.#pointer);
    if (bytes.length > 0) new Deno.UnsafePointerView(from!).copyInto(bytes);
    return bytes;
  }

  #numbers(first: number, count: number): number[] {
    return Array.from({ length: count }, (_, k) => this.#number(first + k));
  }

  #number(index: number): number {
    return this.#symbols.slu_native_report_number(this.#pointer, index);
  }

  #node(index: number): number | undefined {
    const node = this.#number(index);
    return node < 0 ? undefined : node;
  }

  #text(): string {
    const text = this.#symbols.slu_native_report_text(this.#pointer);
    return text === null ? "" : Deno.UnsafePointerView.getCString(text);
  }

  #check(done: number): void {
    if (done === 0) throw this.#refusal();
  }

  #refusal(): RangeError {
    return new RangeError(`Cannot make a native lane: ${lastNativeError(this.#symbols)}`);
  }
}

/** What stands before the first line feed, and behind it. */
function splitOnce(text: string): [before: string, behind: string] {
  const at = text.indexOf("\n");
  return [text.slice(0, at), text.slice(at + 1)];
}
