/**
 * Runs pipelines in this process: the transport at the end of all others.
 *
 * @module
 */
import { assertKeys } from "../errors/option_check.ts";
import type { GraphDocument } from "../graph/schema.ts";
import type { NodeRegistry } from "../registry/node_registry.ts";
import { executeOn } from "./execute_session.ts";
import { logger } from "../log.ts";
import { GraphSession } from "./graph_session.ts";
import { type PreparedPipeline, preparePipeline, type SessionRuntimeOptions } from "./prepared_pipeline.ts";
import type { ExecuteOptions, PipelineGraph, PipelineTransport, StreamSession } from "./transport.ts";
import type { TransportData } from "./transport_data.ts";

/** Default limit of the outputs of `execute()`, bytes. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** Options of a {@linkcode PipelineRunner}. */
export interface PipelineRunnerOptions {
  /** The node types that graphs may name. */
  readonly registry: NodeRegistry;
  /** Options of each session's runtime, beside those of its graph. */
  readonly runtime?: SessionRuntimeOptions;
  /** The most bytes of outputs of `execute()`; by default 64 MiB. */
  readonly maxOutputBytes?: number;
}

/**
 * Runs graphs whose exposed inputs and outputs are the ports of sessions. Each session has a runtime of its own. A
 * graph is read and checked when it is first requested, and a file again once it has changed: running sessions go on.
 *
 * @example
 * ```ts
 * import { nodePackage, NodeRegistry } from "@sluice/sluice";
 * import { PipelineRunner, TransportData } from "@sluice/sluice/pipelines";
 *
 * const runner = new PipelineRunner({ registry: new NodeRegistry([nodePackage]) });
 * const graph = {
 *   version: 1,
 *   nodes: { gain: { type: "gain", config: { gainDb: -6 } } },
 *   inputs: { voice: "gain.audioIn" },
 *   outputs: { quieter: "gain.audioOut" },
 * } as const;
 * const block = { kind: "audio", sampleRateHz: 8000, channels: [Float32Array.of(0.5, -0.5)] } as const;
 * const [quieter] = await runner.execute(graph, [new TransportData(block)]);
 * console.log(quieter.port); // quieter
 * ```
 */
export class PipelineRunner implements PipelineTransport {
  readonly #options: PipelineRunnerOptions;
  readonly #files = new Map<string, PipelineFile>();
  readonly #byGraph = new WeakMap<object, Promise<PreparedPipeline>>();

  /**
   * Makes a runner.
   *
   * @throws {SluiceError} `InvalidConfig` for an unknown option
   */
  constructor(options: PipelineRunnerOptions) {
    assertKeys("Cannot make a pipeline runner", options, ["registry", "runtime", "maxOutputBytes"]);
    this.#options = options;
  }

  /**
   * Reads and checks a graph, and loads its node types, so that the first session starts as fast as others.
   *
   * @throws {SluiceError} the fault of the graph, which is read anew at the next request
   */
  async prepare(graph: PipelineGraph | GraphDocument): Promise<void> {
    await this.#prepared(graph);
  }

  /**
   * Runs a graph on a complete list of items, and returns all outputs.
   *
   * @throws {SluiceError} as {@linkcode PipelineTransport.execute}
   */
  async execute(
    graph: PipelineGraph | GraphDocument,
    input: Iterable<TransportData>,
    options?: ExecuteOptions,
  ): Promise<TransportData[]> {
    const { maxOutputBytes = MAX_OUTPUT_BYTES } = this.#options;
    return await executeOn(await this.stream(graph), input, maxOutputBytes, options);
  }

  /**
   * Starts a session.
   *
   * @throws {SluiceError} the fault of the graph, or the reason why it does not start
   */
  async stream(graph: PipelineGraph | GraphDocument): Promise<StreamSession> {
    return await GraphSession.start(await this.#prepared(graph));
  }

  #prepared(graph: PipelineGraph | GraphDocument): Promise<PreparedPipeline> {
    const prepare = () => preparePipeline(graph, this.#options.registry, this.#options.runtime ?? {});
    if (typeof graph === "string") {
      let file = this.#files.get(graph);
      if (file === undefined) this.#files.set(graph, file = new PipelineFile(graph, prepare));
      return file.current();
    }
    const before = this.#byGraph.get(graph);
    if (before !== undefined) return before;
    const prepared = prepare();
    this.#byGraph.set(graph, prepared);
    prepared.catch(() => this.#byGraph.delete(graph));
    return prepared;
  }
}

/**
 * A graph file with its last reading. It is read again for the next session once it, or the file of one of its
 * sub-graphs, has changed. Running sessions keep the graph that was read for them.
 */
class PipelineFile {
  readonly #path: string;
  readonly #prepare: () => Promise<PreparedPipeline>;
  #prepared: Promise<PreparedPipeline> | undefined;
  /** The state of each file before it was read. */
  #stamps = new Map<string, string>();
  /** True if the last reading failed: the file is read again, and the log reports the next change. */
  #isBad = false;

  /** @param prepare reads the file */
  constructor(path: string, prepare: () => Promise<PreparedPipeline>) {
    this.#path = path;
    this.#prepare = prepare;
  }

  /** Returns the pipeline for new sessions. @throws {SluiceError} the fault of the current file */
  current(): Promise<PreparedPipeline> {
    const isFirst = this.#stamps.size === 0;
    const isChanged = [...this.#stamps].some(([path, stamp]) => stampOf(path) !== stamp);
    if (this.#prepared !== undefined && !isChanged && !this.#isBad) return this.#prepared;
    return this.#prepared = this.#read(!isFirst && isChanged);
  }

  async #read(isTold: boolean): Promise<PreparedPipeline> {
    this.#isBad = false;
    for (const path of new Set([this.#path, ...this.#stamps.keys()])) this.#stamps.set(path, stampOf(path));
    try {
      const prepared = await this.#prepare();
      const files = new Set([this.#path, ...prepared.document.nodes.map(({ place }) => place.file)]);
      this.#stamps = new Map([...files].map((path) => [path, this.#stamps.get(path) ?? stampOf(path)]));
      if (isTold) logger("runtime").info(`"${this.#path}" has changed: new sessions run it as it is now`);
      return prepared;
    } catch (error) {
      this.#isBad = true;
      if (isTold) {
        const { message } = error as Error;
        logger("runtime").warn(`"${this.#path}" has changed, and no session can be started of it: ${message}`);
      }
      throw error;
    }
  }
}

/** Returns a text that differs once a file has changed. */
function stampOf(path: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "none";
  }
}
