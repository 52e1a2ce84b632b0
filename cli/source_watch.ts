/**
 * The sources of one package, watched by a worker that generates the package's code anew.
 *
 * @module
 */
import { deserializeError, type SerializedError, SluiceError } from "../core/errors.ts";

/** How long a run of the generator may go on after it was told to end, milliseconds. */
const END_TIMEOUT_MS = 1_000;

/** What the worker is told. Paths of sources are relative to the folder of the configuration. */
export type ToSourceWatch =
  | {
    readonly kind: "watch";
    readonly configPath: string;
    /** Files that were saved from then on have changed, milliseconds since 1970. */
    readonly savedSinceMs: number;
  }
  /** Which of some modules are, or import, a file that has changed? */
  | {
    readonly kind: "find";
    readonly id: number;
    readonly sources: readonly string[];
    readonly changed: readonly string[];
  }
  | { readonly kind: "end" };

/** What the worker says. */
export type FromSourceWatch =
  | { readonly kind: "ready"; readonly ready: SourcesReady }
  | { readonly kind: "changed"; readonly change: SourceChange }
  | { readonly kind: "warned"; readonly warnings: readonly string[] }
  | { readonly kind: "found"; readonly id: number; readonly affected: readonly string[] }
  | { readonly kind: "failed"; readonly error: SerializedError }
  | { readonly kind: "ended" };

/** The first run of the generator is over, and changes are seen from now on. */
export interface SourcesReady {
  /** How many source files are looked at. */
  readonly files: number;
  /** How long that run took, milliseconds. */
  readonly tookMs: number;
  /** What the generator refuses, if anything. */
  readonly refused?: string;
}

/** A change of sources, after which the code was generated anew. */
export interface SourceChange {
  /** Relative to the folder of the configuration. */
  readonly changed: readonly string[];
  /** The `imports` of `deno.json` are others than at first, and this change is one of them. */
  readonly hasOtherMap: boolean;
  /** What the generator refuses, if anything. */
  readonly refused?: string;
}

/** Watches one package until {@linkcode SourceWatch.end} is called. */
export class SourceWatch {
  /** `undefined` if it was told to end before. @throws what keeps the sources from being watched */
  readonly ready: Promise<SourcesReady | undefined>;
  /** Over when it was told to end. @throws what went wrong meanwhile */
  readonly over: Promise<void>;
  readonly #worker: Worker;
  readonly #found = new Map<number, PromiseWithResolvers<readonly string[]>>();
  readonly #over = Promise.withResolvers<void>();
  #count = 0;

  /**
   * @param configPath absolute path of a `sluice.json`
   * @param savedSinceMs files that were saved from then on have changed, milliseconds since 1970
   * @param onChange is told of each change
   * @param onWarned is told what the generator warns of in code that it has written, before the change that it is of
   */
  constructor(
    configPath: string,
    savedSinceMs: number,
    onChange: (change: SourceChange) => void,
    onWarned: (warnings: readonly string[]) => void = () => {},
  ) {
    const ready = Promise.withResolvers<SourcesReady | undefined>();
    this.ready = ready.promise;
    this.over = this.#over.promise;
    this.over.then(() => ready.resolve(undefined), ready.reject);
    // Either may be all that the owner waits for.
    for (const each of [this.ready, this.over]) each.catch(() => {});
    this.#worker = new Worker(import.meta.resolve("./source_watch_worker.ts"), {
      type: "module",
      name: "sluice-watch",
    });
    const fail = (error: Error): void => {
      for (const each of this.#found.values()) each.reject(error);
      this.#over.reject(error);
      this.#worker.terminate();
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      fail(new SluiceError("LaneCrashed", `Cannot watch the sources of "${configPath}": ${event.message}`));
    };
    this.#worker.onmessage = ({ data }: MessageEvent<FromSourceWatch>) => {
      if (data.kind === "ready") ready.resolve(data.ready);
      else if (data.kind === "changed") onChange(data.change);
      else if (data.kind === "warned") onWarned(data.warnings);
      else if (data.kind === "found") this.#found.get(data.id)?.resolve(data.affected);
      else if (data.kind === "ended") this.#over.resolve();
      else fail(deserializeError(data.error));
    };
    this.#send({ kind: "watch", configPath, savedSinceMs });
  }

  /**
   * Finds the modules that are, or import, directly or by others, one of the files that have changed.
   *
   * @param sources relative to the folder of the configuration, as `changed`
   */
  async findAffected(sources: readonly string[], changed: readonly string[]): Promise<readonly string[]> {
    const id = this.#count++;
    const answer = Promise.withResolvers<readonly string[]>();
    this.#found.set(id, answer);
    try {
      this.#send({ kind: "find", id, sources, changed });
      return await answer.promise;
    } finally {
      this.#found.delete(id);
    }
  }

  /** Ends the worker, at first by asking: what it writes is whole then. */
  async end(): Promise<void> {
    this.#send({ kind: "end" });
    const timer = setTimeout(() => this.#over.resolve(), END_TIMEOUT_MS);
    await this.over.catch(() => {});
    clearTimeout(timer);
    this.#worker.terminate();
    for (const each of this.#found.values()) each.resolve([]);
  }

  #send(message: ToSourceWatch): void {
    this.#worker.postMessage(message);
  }
}
