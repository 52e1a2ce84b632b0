/**
 * Watches the sources of one package, in a worker that generates the package's code.
 *
 * @module
 */
import { deserializeError, type SerializedError, SluiceError } from "../../core/errors.ts";

/** How long a run of the generator may take to end once it is asked to, milliseconds. */
const END_TIMEOUT_MS = 1_000;

/** Messages to the worker. Paths of sources are relative to the folder of the configuration. */
export type ToSourceWatch =
  | {
    readonly kind: "watch";
    readonly configPath: string;
    /** Files that were saved from this time on have changed, milliseconds since 1970. */
    readonly savedSinceMs: number;
  }
  /** Asks which of some modules are, or import, a changed file. */
  | {
    readonly kind: "find";
    readonly id: number;
    readonly sources: readonly string[];
    readonly changed: readonly string[];
  }
  | { readonly kind: "end" };

/** Messages from the worker. */
export type FromSourceWatch =
  | { readonly kind: "ready"; readonly ready: SourcesReady }
  | { readonly kind: "changed"; readonly change: SourceChange }
  | { readonly kind: "warned"; readonly warnings: readonly string[] }
  | { readonly kind: "found"; readonly id: number; readonly affected: readonly string[] }
  | { readonly kind: "failed"; readonly error: SerializedError }
  | { readonly kind: "ended" };

/** The first run of the generator has ended, and changes are noticed from now on. */
export interface SourcesReady {
  /** How many source files are watched. */
  readonly files: number;
  /** How long that run took, milliseconds. */
  readonly tookMs: number;
  /** The generator's refusal, if any. */
  readonly refused?: string;
}

/** A change of sources, for which the code was generated again. */
export interface SourceChange {
  /** Relative to the folder of the configuration. */
  readonly changed: readonly string[];
  /** Whether this change differs from the first `imports` of `deno.json`. */
  readonly hasOtherMap: boolean;
  /** The generator's refusal, if any. */
  readonly refused?: string;
}

/** Watches one package until {@linkcode SourceWatch.end} is called. */
export class SourceWatch {
  /**
   * Resolves once the sources are watched; to `undefined` if `end()` came first. @throws what keeps the sources from
   * being watched
   */
  readonly ready: Promise<SourcesReady | undefined>;
  /** Resolves after `end()`. @throws what went wrong meanwhile */
  readonly over: Promise<void>;
  readonly #worker: Worker;
  readonly #found = new Map<number, PromiseWithResolvers<readonly string[]>>();
  readonly #over = Promise.withResolvers<void>();
  #count = 0;

  /**
   * @param configPath absolute path of a `sluice.json`
   * @param savedSinceMs files that were saved from this time on have changed, milliseconds since 1970
   * @param onChange is called with each change
   * @param onWarned is called with each warning about code that the generator has written, before its change
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
    // The owner may await only one of the two.
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
   * Finds the modules that are a changed file, or import one directly or indirectly.
   *
   * @param sources relative to the folder of the configuration, as is `changed`
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

  /** Ends the worker, after asking it to finish what it is writing. */
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
