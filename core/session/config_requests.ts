/**
 * Asks lanes to give nodes other configuration values, and keeps the unanswered requests.
 *
 * @module
 */
import { deserializeError, type SerializedError, SluiceError } from "../errors.ts";
import type { LanePort } from "../lanes/lane_port.ts";
import type { KeptLanes } from "../live/edit_errors.ts";
import { Replies } from "../live/replies.ts";
import { resolveSecrets } from "../descriptor/secrets.ts";
import type { NodeEntry } from "../graph/entries.ts";

/** How long a lane may take to answer, milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** A request that its lane has not answered. Its caller may have stopped waiting. */
interface OpenRequest {
  readonly node: NodeEntry;
  readonly values: { readonly [key: string]: unknown };
  readonly reply: Replies<number, true>;
}

/** The requests that lanes have not answered. */
export class ConfigRequests {
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
  async send(lane: Pick<LanePort, "index" | "send">, node: NodeEntry, values: Record<string, unknown>): Promise<void> {
    const resolved = resolveSecrets(node.type.descriptor, node.id, values, node.config);
    const request = this.#next++;
    const reply = new Replies<number, true>([lane.index], ANSWER_TIMEOUT_MS, () => this.#late(lane.index, node));
    this.#open.set(request, { node, values, reply });
    lane.send({ kind: "configure", request, node: node.id, values: resolved.config, secrets: resolved.secrets });
    await reply.all;
  }

  /** Handles the answer of a lane. @param error why the values are not in effect */
  answered(request: number, error?: SerializedError): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    this.#open.delete(request);
    if (error !== undefined) {
      open.reply.refuse(deserializeError(error));
      return;
    }
    Object.assign(open.node.config, open.values);
    open.reply.dismiss();
  }

  /** Rejects the requests to a lane that has stopped answering. */
  refuseLane(lane: number, error: Error): void {
    for (const [request, { reply }] of this.#open) {
      if (!reply.waiting.includes(lane)) continue;
      this.#open.delete(request);
      reply.refuse(error);
    }
  }

  /** Rejects all requests at the end of the run. */
  refuseAll(error: Error): void {
    for (const { reply } of this.#open.values()) reply.refuse(error);
    this.#open.clear();
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
