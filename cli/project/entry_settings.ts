/**
 * Settings of single entries on the command line, `--set comp.parameters.Makeup=3`. They join the value that the graph
 * has for the key, so that the graph is checked without them first.
 *
 * @module
 */
import { splitEntry, wholeValues } from "../../control/commands/config_entries.ts";
import { coerceSetting } from "../../core/descriptor/config_check.ts";
import type { ConfigObjectSchema } from "../../core/descriptor/descriptor.ts";
import type { ConfigOverride } from "../../core/graph/check_nodes.ts";
import type { GraphCheck } from "../../core/graph/load.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";

/**
 * Checks a graph with settings, some of which may be of entries.
 *
 * @param check checks it with settings of whole keys
 */
export function checkWithEntries(
  settings: readonly ConfigOverride[],
  registry: NodeRegistry,
  check: (settings: readonly ConfigOverride[]) => GraphCheck,
): GraphCheck {
  const dotted = settings.filter(({ key }) => key.includes("."));
  if (dotted.length === 0) return check(settings);
  const others = check(settings.filter((setting) => !dotted.includes(setting)));
  if (others.document === undefined) return others;
  const nodes = new Map(others.document.nodes.map((node) => [`${node.id}`, node]));
  const whole = [...Map.groupBy(settings, ({ nodeId }) => nodeId)].flatMap(([id, own]) => {
    const node = nodes.get(id);
    return node === undefined ? own : wholeSettings(registry.get(node.type).descriptor.config, own, node.config);
  });
  return check(whole);
}

/** @param present the configuration of the node with the settings of whole keys */
function wholeSettings(
  schema: ConfigObjectSchema,
  settings: readonly ConfigOverride[],
  present: { readonly [key: string]: unknown },
): ConfigOverride[] {
  const isEntry = ({ key }: ConfigOverride) => splitEntry(schema, key)[1] !== undefined;
  const given = settings.filter(isEntry).map(({ key, text }) => [key, valueOf(schema, key, text)]);
  const whole = Object.entries(wholeValues(schema, Object.fromEntries(given), present));
  const { nodeId } = settings[0];
  return [
    ...settings.filter((setting) => !isEntry(setting)),
    ...whole.map(([key, value]) => ({ nodeId, key, text: JSON.stringify(value) })),
  ];
}

/** Reads the value of an entry as the type that the schema has for it. */
function valueOf(schema: ConfigObjectSchema, name: string, text: string): unknown {
  const [key, entry] = splitEntry(schema, name) as [string, string];
  const { properties = {}, additionalProperties } = schema.properties[key];
  const wanted = Object.hasOwn(properties, entry) ? properties[entry] : additionalProperties;
  return coerceSetting({ ...schema, properties: { [entry]: typeof wanted === "object" ? wanted : {} } }, entry, text);
}
