/**
 * The node types that the runtime knows, asked for when they are first wanted on a connection.
 *
 * @module
 */
import { computed, effect, signal } from "@preact/signals";
import type { NodeTypeInfo } from "../../control/schemas/graph.ts";
import type { TypesByName } from "../model/edit/targets.ts";
import { client, status } from "./live.ts";

/** Types in the order of the registry. */
export const nodeTypes = signal<readonly NodeTypeInfo[]>([]);

/** Types by name. */
export const typesByName = computed<TypesByName>(() => new Map(nodeTypes.value.map((each) => [each.type, each])));

effect(() => {
  if (status.value !== "open") return;
  client.call("types.list", {}).then((types) => nodeTypes.value = types, () => {});
});
