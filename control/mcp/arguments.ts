/**
 * Arguments that several tools take.
 *
 * @module
 */
import { RpcRefusal } from "../answers/rpc.ts";
import { Commands } from "../schemas/commands.ts";
import { RPC_CODE } from "../schemas/errors.ts";
import { z } from "../schemas/zod.ts";

/** The id of a node of the graph. */
export const NodeId: z.ZodString = z.string().min(1).max(64).describe("Id of a processor of the graph");

/** Values of a configuration. */
export const Values: z.ZodRecord<z.ZodString, z.ZodJSONSchema> = z.record(z.string(), z.json()).describe(
  "Configuration values by key, as describe_processor has them",
);

/** A graph file's JSON. */
export const GraphDocument = z.looseObject({
  version: z.literal(1),
  nodes: z.record(z.string(), z.json()).describe("Processors by id: type, config, lane"),
}).describe('A graph file: {"version":1,"mode":"live","nodes":{…},"links":[{"from":"a.audio","to":"b.audioIn"}]}');

/** Checks commands of a tool whose schema does not repeat theirs. @throws {RpcRefusal} `InvalidParams` */
export function parsedCommands(commands: unknown): z.output<typeof Commands> {
  const read = Commands.safeParse(commands);
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues;
  const place = ["commands", ...path].join(".");
  throw new RpcRefusal(RPC_CODE.invalidParams, "InvalidParams", `Cannot read the commands: "${place}": ${message}`);
}
