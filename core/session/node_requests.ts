/**
 * The requests to nodes that their lanes have not answered: other configuration values, and commands.
 *
 * @module
 */
import { resolveSecrets } from "../descriptor/secrets.ts";
import { deserializeError, type SerializedError, SluiceError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { LaneThread } from "../lanes/ports/lane_thread.ts";
import type { KeptLanes } from "../live/edit_errors.ts";

/** How long a lane may take to answer a request for other values, milliseconds. Lanes keep the limit of commands. */
const ANSWER_TIMEOUT_MS = 5_000;

/** The most characters of an answer that an error quotes. */
const MOST_QUOTED = 80;

/** A request that its lane has not answered. Its caller may have stopped waiting. */
interface OpenRequest {
  readonly lane: number;
  /** The action in words, for a refusal at the end of the run: `configure a node`. */
  readonly action: string;
  readonly reply: PromiseWithResolvers<unknown>;
  /** Returns the result. @param json the answer to a command; empty for values */
  readonly take: (json: string) => unknown;
}

/** The unanswered requests of one run. */
export class NodeRequests {
  readonly #open = new Map<number, OpenRequest>();
  readonly #whatKeeps: (lane: number) => KeptLanes;
  #next = 1;

  /** @param whatKeeps describes what keeps a lane that has not answered in time */
  constructor(whatKeeps: (lane: number) => KeptLanes) {
    this.#whatKeeps = whatKeeps;
  }

  /**
   * Sends values to a node. Settles when the lane has answered, or the wait for its answers is over. The values enter
   * the graph once the lane confirms them, however late.
   *
   * @param values live configuration values, already checked
   * @throws {SluiceError} `InvalidConfig` for a reference to an environment value that does not exist; `Timeout` if the
   * lane does not answer; the refusal of the node, or the reason why there is no answer
   */
  async configure(lane: LaneThread, node: NodeEntry, values: Record<string, unknown>): Promise<void> {
    const { config, secrets } = resolveSecrets(node.type.descriptor, node.id, values, node.config);
    const { request, reply } = this.#begin(lane, "configure a node", () => void Object.assign(node.config, values));
    const timer = setTimeout(() => reply.reject(this.#late(lane.index, node)), ANSWER_TIMEOUT_MS);
    lane.send({ kind: "configure", request, node: node.id, values: config, secrets });
    try {
      await reply.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Gives a node a command.
   *
   * @param args that JSON can represent
   * @param limitMs how long a processor may take to answer, milliseconds; 0: for ever
   * @returns the answer of the node
   * @throws {SluiceError} `InvalidConfig` with the node's reason, or the reason why there is no answer
   */
  command(lane: LaneThread, { id }: NodeEntry, name: string, args: unknown, limitMs: number): Promise<unknown> {
    const { request, reply } = this.#begin(lane, "give a node a command", (json) => {
      try {
        return JSON.parse(json);
      } catch {
        const found = json.length > MOST_QUOTED ? `${json.slice(0, MOST_QUOTED)}…` : json;
        const message = `Cannot take the answer of node "${id}" to the command "${name}": found \`${found}\`, wanted ` +
          "JSON; the stage has to answer with that";
        throw new SluiceError("NodeFailed", message, { nodeId: id });
      }
    });
    lane.send({ kind: "ask", request, node: id, name, json: JSON.stringify(args ?? {}), limitMs });
    return reply.promise;
  }

  /** Handles the answer of a lane. @param error why there is no result */
  answered(request: number, error?: SerializedError, json: string = ""): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    this.#open.delete(request);
    if (error !== undefined) return open.reply.reject(deserializeError(error));
    try {
      open.reply.resolve(open.take(json));
    } catch (reason) {
      open.reply.reject(reason);
    }
  }

  /** Rejects the requests to a lane that has stopped answering. */
  refuseLane(lane: number, error: Error): void {
    for (const [request, open] of this.#open) {
      if (open.lane !== lane) continue;
      this.#open.delete(request);
      open.reply.reject(error);
    }
  }

  /** Rejects all requests at the end of the run. @param refusal returns the error for an action */
  refuseAll(refusal: (action: string) => Error): void {
    for (const { action, reply } of this.#open.values()) reply.reject(refusal(action));
    this.#open.clear();
  }

  #begin(
    { index: lane }: LaneThread,
    action: string,
    take: OpenRequest["take"],
  ): { readonly request: number; readonly reply: PromiseWithResolvers<unknown> } {
    const request = this.#next++;
    const reply = Promise.withResolvers<unknown>();
    this.#open.set(request, { lane, action, reply, take });
    return { request, reply };
  }

  #late(lane: number, { id }: NodeEntry): SluiceError {
    const { nodeId = id, why } = this.#whatKeeps(lane);
    return new SluiceError(
      "Timeout",
      `Cannot configure "${id}": its lane has not answered within ${ANSWER_TIMEOUT_MS} ms: ${why}; the values are in ` +
        "effect once it answers",
      { nodeId },
    );
  }
}
