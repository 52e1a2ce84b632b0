/**
 * Sends commands to native stages, and keeps the unanswered ones.
 *
 * @module
 */
import { deserializeError, type SerializedError, SluiceError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { LanePort } from "../lanes/lane_port.ts";

/** The most characters of an answer that an error quotes. */
const MOST_QUOTED = 80;

/** A command that its lane has not answered. */
interface OpenCommand {
  readonly lane: number;
  readonly nodeId: NodeId;
  readonly name: string;
  readonly reply: PromiseWithResolvers<unknown>;
}

/** The unanswered commands. They have no time limit of their own. */
export class StageCommands {
  readonly #open = new Map<number, OpenCommand>();
  #next = 1;

  /**
   * Gives a stage a command.
   *
   * @param args that JSON can represent
   * @returns the answer of the stage
   * @throws {SluiceError} `InvalidConfig` with the stage's reason, or the reason why there is no answer
   */
  send(lane: Pick<LanePort, "index" | "send">, node: NodeEntry, name: string, args: unknown): Promise<unknown> {
    const request = this.#next++;
    const reply = Promise.withResolvers<unknown>();
    this.#open.set(request, { lane: lane.index, nodeId: node.id, name, reply });
    lane.send({ kind: "ask", request, node: node.id, name, json: JSON.stringify(args ?? {}) });
    return reply.promise;
  }

  /** Handles the answer of a lane. @param error why there is no result */
  answered(request: number, json: string, error?: SerializedError): void {
    const open = this.#open.get(request);
    if (open === undefined) return;
    this.#open.delete(request);
    const { nodeId, name, reply } = open;
    if (error !== undefined) return reply.reject(deserializeError(error));
    try {
      reply.resolve(JSON.parse(json));
    } catch {
      const found = json.length > MOST_QUOTED ? `${json.slice(0, MOST_QUOTED)}…` : json;
      const message =
        `Cannot take the answer of node "${nodeId}" to the command "${name}": found \`${found}\`, wanted ` +
        "JSON; the stage has to answer with that";
      reply.reject(new SluiceError("NodeFailed", message, { nodeId }));
    }
  }

  /** Rejects the commands to a lane that has stopped answering. */
  refuseLane(lane: number, error: Error): void {
    for (const [request, open] of this.#open) {
      if (open.lane !== lane) continue;
      this.#open.delete(request);
      open.reply.reject(error);
    }
  }

  /** Rejects all commands at the end of the run. */
  refuseAll(error: Error): void {
    for (const { reply } of this.#open.values()) reply.reject(error);
    this.#open.clear();
  }
}
