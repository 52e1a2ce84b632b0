/**
 * What network sources do alike with each message: read it, hand it on, count it, and leave it out if it is faulty.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { ProcessorContext } from "../../core/processor.ts";
import { LineLimit } from "../media/line_limit.ts";
import { type MessageOptions, MessageReader } from "./message_reader.ts";
import { type OutputsByKind, PayloadOutputs } from "./payload_outputs.ts";
import { isPcm } from "./source_ports.ts";

/** The codes of what is wrong with a single message. */
const FAULTY: ReadonlySet<string> = new Set(["InvalidMessage", "LimitExceeded", "TypeMismatch"]);

/** What a source makes of messages beyond their format. */
export interface ReceivingOptions {
  /**
   * Whether a faulty message is left out, and counted, in offline graphs, too; by default those fail. Of what anybody may
   * send it has to be, and nobody may end the stream.
   */
  readonly isOpenToAll?: boolean;
  /** As of `PayloadOutputs`. */
  readonly quietNs?: number;
}

/** The messages of one source. */
export class ReceivedMessages {
  readonly #context: ProcessorContext;
  readonly #reader: MessageReader;
  readonly #outputs: PayloadOutputs;
  readonly #isOpenToAll: boolean;
  readonly #warnings: LineLimit;
  readonly #figures: { [name: string]: number } = { received: 0, refused: 0 };

  /** Announces the format of samples. */
  constructor(
    context: ProcessorContext,
    options: MessageOptions,
    outputs: OutputsByKind,
    { isOpenToAll = false, quietNs }: ReceivingOptions = {},
  ) {
    const { format, sampleRateHz, channels } = options;
    this.#context = context;
    this.#reader = new MessageReader(options);
    this.#outputs = new PayloadOutputs(outputs, quietNs);
    this.#isOpenToAll = isOpenToAll;
    this.#warnings = new LineLimit((line) => context.log.warn(line), () => context.nowNs() / 1e6);
    if (isPcm(format)) outputs.audio.announce({ kind: "audio", sampleRateHz, channels });
    this.report({});
  }

  /** Bytes of a sample of all channels; 1 for what is no samples. */
  get unitBytes(): number {
    return this.#reader.unitBytes;
  }

  /** Says that something is missing before what comes next. */
  gap(): void {
    this.#outputs.gap();
  }

  /** Reports figures beside its own. */
  report(figures: { readonly [name: string]: number }): void {
    this.#context.report(Object.assign(this.#figures, figures));
  }

  /**
   * Takes a message, and waits until the links have it.
   *
   * @returns `end` for an item that ends the stream
   * @throws {SluiceError} for a faulty one in an offline graph; whatever a wait is called off with
   */
  async take(message: string | Uint8Array): Promise<"end" | undefined> {
    const nowNs = this.#context.nowNs();
    try {
      for (const payload of this.#reader.read(message)) {
        if (payload.kind !== "end") await this.#outputs.write(payload, nowNs);
        else if (this.#isOpenToAll) {
          throw new SluiceError("InvalidMessage", "Cannot end a stream to which anybody sends");
        } else return "end";
      }
      this.#figures.received++;
      this.report({});
    } catch (error) {
      this.refuse(error);
    }
    return undefined;
  }

  /**
   * Leaves a message out, and counts it.
   *
   * @throws {unknown} the error, if it is none of a single message, or the graph is offline
   */
  refuse(error: unknown): void {
    if (!(error instanceof SluiceError) || !FAULTY.has(error.code)) throw error;
    if (this.#context.mode === "offline" && !this.#isOpenToAll) throw error;
    this.#figures.refused++;
    this.#outputs.gap();
    this.#warnings.tell(`a message is left out: ${error.message}`);
    this.report({});
  }
}
