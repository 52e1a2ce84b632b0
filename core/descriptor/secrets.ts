/**
 * Values of configurations from the environment: `${env:NAME}` in a text is replaced by the variable's value, and
 * `$${env:NAME}` by the text `${env:NAME}`. The graph keeps the reference; only the node gets the value.
 *
 * @module
 */
import { assertConfig, checkConfig, describeSchema } from "./config_check.ts";
import { SluiceError } from "../errors.ts";
import { keepSecrets, type Secret } from "../errors/redaction.ts";
import type { NodeDescriptor } from "./descriptor.ts";

const REFERENCE = /(\$?)\$\{env:([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

const WANTED_NAME = 'wanted a name of letters, digits and "_", as in ${env:API_KEY}';

/** A configuration with its values, and its secrets. */
export interface ResolvedConfig {
  readonly config: { readonly [key: string]: unknown };
  readonly secrets: readonly Secret[];
}

/**
 * Replaces references by the values of variables. From then on logs and errors of this isolate show only the
 * references.
 *
 * @param values a configuration, or the changed part of one
 * @param whole the whole configuration, of which `values` may be a part
 * @throws {SluiceError} `InvalidConfig` if a variable is not set or unreadable, or if the node refuses its value
 */
export function resolveSecrets(
  descriptor: NodeDescriptor,
  nodeId: string,
  values: { readonly [key: string]: unknown },
  whole: { readonly [key: string]: unknown } = values,
): ResolvedConfig {
  const secrets: Secret[] = [];
  const resolved = resolveValue({ ...whole, ...values }, { nodeId, type: descriptor.type, secrets }, []);
  if (resolved === undefined) return { config: values, secrets };
  keepSecrets(secrets);
  const where = `Cannot configure node "${nodeId}" (${descriptor.type})`;
  for (const { key, path } of checkConfig(descriptor.config, resolved as Record<string, unknown>, where)) {
    // Not the problem's own message: it shows the value, and may cut it so that it is no longer recognized as a secret.
    const wanted = describeSchema(descriptor.config.properties[path[0]] ?? {});
    const message = `${where}: "${key}" does not fit with the environment's value in it, wanted ${wanted}`;
    throw new SluiceError("InvalidConfig", message, { nodeId, key });
  }
  const config = assertConfig(descriptor, nodeId, resolved as Record<string, unknown>);
  return { config: Object.fromEntries(Object.keys(values).map((key) => [key, config[key]])), secrets };
}

/**
 * Finds the references of a configuration with names that no variable can have, without reading the environment.
 *
 * @returns the place of each, and the error that {@linkcode resolveSecrets} would throw
 */
export function malformedReferences(
  value: unknown,
  node: { readonly nodeId: string; readonly type: string },
  path: readonly (string | number)[] = [],
): { readonly path: readonly (string | number)[]; readonly error: SluiceError }[] {
  if (typeof value === "string") {
    return [...value.matchAll(REFERENCE)].flatMap(([, escape, name]) => {
      if (escape !== "" || VARIABLE.test(name)) return [];
      return [{ path, error: refusal(`environment variable "${name}", ${WANTED_NAME}`, node, path.join(".")) }];
    });
  }
  if (typeof value !== "object" || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, each]) => malformedReferences(each, node, [...path, key]));
}

/** Returns a text, such as a path, with references replaced by their values; unchanged if a value is not available. */
export function resolveText(text: string): string {
  try {
    const secrets: Secret[] = [];
    const resolved = resolveReferences(text, { nodeId: "", type: "", secrets }, []);
    keepSecrets(secrets);
    return resolved;
  } catch {
    return text;
  }
}

interface Site {
  readonly nodeId: string;
  readonly type: string;
  readonly secrets: Secret[];
}

/** @returns `undefined` if the value has no reference */
function resolveValue(value: unknown, site: Site, path: readonly (string | number)[]): unknown {
  if (typeof value === "string") {
    const text = resolveReferences(value, site, path);
    return text === value ? undefined : text;
  }
  if (Array.isArray(value)) {
    const items = value.map((each, index) => resolveValue(each, site, [...path, index]));
    return items.every((each) => each === undefined) ? undefined : items.map((each, index) => each ?? value[index]);
  }
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).map(([key, each]) => [key, resolveValue(each, site, [...path, key])] as const);
  if (entries.every(([, each]) => each === undefined)) return undefined;
  return { ...value, ...Object.fromEntries(entries.filter(([, each]) => each !== undefined)) };
}

function resolveReferences(text: string, site: Site, path: readonly (string | number)[]): string {
  return text.replace(REFERENCE, (match, escape: string, name: string) => {
    if (escape !== "") return match.slice(1);
    const value = readVariable(name, site, path.join("."));
    site.secrets.push({ value, reference: match });
    return value;
  });
}

function readVariable(name: string, site: Omit<Site, "secrets">, key: string): string {
  const refuse = (found: string) => refusal(`environment variable "${name}", ${found}`, site, key);
  if (!VARIABLE.test(name)) throw refuse(WANTED_NAME);
  let value: string | undefined;
  try {
    value = Deno.env.get(name);
  } catch {
    throw refuse(`which Deno may not read; allow it with --allow-env=${name}`);
  }
  if (value === undefined) throw refuse("which is not set");
  return value;
}

function refusal(found: string, { nodeId, type }: Omit<Site, "secrets">, key: string): SluiceError {
  const message = `Cannot configure node "${nodeId}" (${type}): "${key}" refers to ${found}`;
  return new SluiceError("InvalidConfig", message, { nodeId, key });
}
