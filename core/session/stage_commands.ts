/**
 * Commands to native stages, and what lanes have not answered of them.
 *
 * @module
 */
import { deserializeError, type SerializedError, SluiceError } from "../errors.ts";
import type { NodeEntry } from "../graph/entries.ts";
import type { NodeId } from "../ids.ts";
import type { LanePort } from "../lanes/lane_port.ts";

/** Most characters of an answer that an error quotes. */
const MOST_QUOTED = 80;

/** A command that its lane has not answered. */
interface OpenCommand {
  readonly lane: number;
  readonly nodeId: NodeId;
  readonly name: string;
  readonly reply: PromiseWithResolvers<unknown>;
}

/** The commands that lanes have not answered. They take as long as the stage takes. */
export class StageCommands {
  readonly #open = new Map<number, OpenCommand>();
  #next = 1;

  /**
   * Gives a stage a command.
   *
   * @param args can be written as JSON
   * @returns what the stage answers
   * @throws {SluiceError} `InvalidConfig` with the stage's reason, or why there is no answer
   */
  send(lane: Pick<LanePort, "index" | "send">, node: NodeEntry, name: string, args: unknown): Promise<unknown> {
    const request = this.#next++;
    const reply = Promise.withResolvers<unknown>();
    this.#open.set(request, { lane: lane.index, nodeId: node.id, name, reply });
    lane.send({ kind: "ask", request, node: node.id, name, json: JSON.stringify(args ?? {}) });
    return reply.promise;
  }

  /** A lane has answered. @param error why there is no result */
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

  /** A lane has stopped answering. Rejects what it was asked. */
  refuseLane(lane: number, error: Error): void {
    for (const [request, open] of this.#open) {
      if (open.lane !== lane) continue;
      this.#open.delete(request);
      open.reply.reject(error);
    }
  }

  /** The run is over. Rejects everything. */
  refuseAll(error: Error): void {
    for (const { reply } of this.#open.values()) reply.reject(error);
    this.#open.clear();
  }
}
