/**
 * Asks lanes to give nodes other configuration values, and keeps what they have not answered.
 *
 * @module
 */
import { deserializeError, type SerializedError } from "../errors.ts";
import type { LanePort } from "../lanes/lane_port.ts";
import { resolveSecrets } from "../secrets.ts";
import type { NodeEntry } from "../topology.ts";

/** A request that its lane has not answered. */
interface OpenRequest {
  readonly lane: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** See the module. */
export class ConfigRequests {
  readonly #open = new Map<number, OpenRequest>();
  #next = 1;

  /**
   * Settles when the lane has answered, or nobody waits for its answers any more.
   *
   * @param values live configuration values, already checked
   * @throws {SluiceError} `InvalidConfig` for a value that refers to the environment and cannot be had; what the node
   * refused, or why there is no answer
   */
  send(lane: Pick<LanePort, "index" | "send">, node: NodeEntry, values: Record<string, unknown>): Promise<void> {
    const request = this.#next++;
    return new Promise((resolve, reject) => {
      const resolved = resolveSecrets(node.type.descriptor, node.id, values, node.config);
      this.#open.set(request, { lane: lane.index, resolve, reject });
      lane.send({ kind: "configure", request, node: node.id, values: resolved.config, secrets: resolved.secrets });
    });
  }

  /** A lane has answered. @param error why the values are not in effect */
  settle(request: number, error?: SerializedError): void {
    const open = this.#open.get(request);
    this.#open.delete(request);
    if (error === undefined) open?.resolve();
    else open?.reject(deserializeError(error));
  }

  /** A lane answers no more. */
  refuseLane(lane: number, error: Error): void {
    for (const [request, { lane: asked, reject }] of this.#open) {
      if (asked !== lane) continue;
      this.#open.delete(request);
      reject(error);
    }
  }

  /** The run is over: no lane answers any more. */
  refuseAll(error: Error): void {
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}
