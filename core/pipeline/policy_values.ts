/**
 * Checks what the configurations of graphs from outside name of the machine: files in some folders, and hosts. Looks a
 * path up part by part, so that the answer reveals nothing about files behind a link that leads outside.
 *
 * @module
 */
import { isAbsolute, join, relative } from "node:path";
import type { ConfigObjectSchema, ConfigSchema, Reach } from "../descriptor/descriptor.ts";
import { listNames, SluiceError, type SluiceErrorDetails } from "../errors.ts";
import { describeValue } from "../errors/describe_value.ts";

/** The start of refusal messages. */
export const ATTEMPT = "Cannot admit the graph";

/** A scheme, or the letter of a drive. */
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Checks configurations. */
export class PolicyValues {
  readonly #folders: PolicyFolders;
  readonly #hosts: ReadonlySet<string> | undefined;

  /**
   * @param hosts that values may name; absent: any
   * @param from a folder: paths from it that lead into a root are admitted, too
   * @throws {SluiceError} `InvalidConfig` for a root that is not a folder
   */
  constructor(roots: readonly string[], hosts: readonly string[] | undefined, attempt: string, from?: string) {
    this.#folders = new PolicyFolders(roots, attempt, from);
    this.#hosts = hosts && new Set(hosts.map((each) => each.toLowerCase()));
  }

  /** Returns the file of a relative path in the folders; `undefined` for a path that is not admitted. */
  file(path: string): string | undefined {
    const found = this.#folders.find(path);
    return found === "outside" || found === "missing" ? undefined : found;
  }

  /**
   * Returns the configuration with its paths replaced by the files they mean.
   *
   * @throws {SluiceError} `AccessDenied` for a value that is not allowed; passes on values that do not fit the schema
   */
  admit(config: { readonly [key: string]: unknown }, schema: ConfigObjectSchema, nodeId: string): object {
    if (JSON.stringify(config).includes("${env:")) {
      const message =
        `the configuration of node "${nodeId}" refers to the environment, which only the server's own may`;
      throw denied(message, { nodeId, key: "config" });
    }
    const made = new Map(Object.entries(config));
    const properties = Object.entries(schema.properties);
    for (const [key, each] of properties) {
      const value = made.has(key) ? made.get(key) : each.default;
      const admitted = this.#value(value, each, { nodeId, key });
      if (admitted !== value) made.set(key, admitted);
    }
    // A node without any address chooses one.
    const addresses = properties.filter(([, each]) => mayName(each, "host"));
    if (
      this.#hosts !== undefined && addresses.length > 0 &&
      addresses.every(([key, each]) => (made.get(key) ?? each.default) === undefined)
    ) {
      const key = addresses.map(([each]) => each).join(" or ");
      throw denied(`node "${nodeId}" names no host; name one in ${key}; allowed: ${listNames(this.#hosts)}`, {
        nodeId,
        key: addresses[0][0],
      });
    }
    return Object.fromEntries(made);
  }

  /**
   * Returns the value with its texts resolved; a value that does not fit the schema is refused when the graph is read.
   */
  #value(value: unknown, schema: ConfigSchema, at: { nodeId: string; key: string }): unknown {
    const reach = schema["x-reaches"];
    if (typeof value === "string" && reach !== undefined) return this.#named(value, reach, schema, at);
    const ways = (schema.anyOf ?? []).map((each) => this.#value(value, each, at));
    const other = ways.find((each) => each !== value);
    if (other !== undefined) return other;
    if (typeof value !== "object" || value === null) return value;
    const within = (key: string | number) => ({ ...at, key: `${at.key}.${key}` });
    if (Array.isArray(value)) {
      const { items } = schema;
      return items === undefined ? value : value.map((each, index) => this.#value(each, items, within(index)));
    }
    const { properties = {}, additionalProperties: others } = schema;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => {
        const inner = Object.hasOwn(properties, key) ? properties[key] : others;
        return [key, typeof inner === "object" ? this.#value(each, inner, within(key)) : each];
      }),
    );
  }

  #named(value: string, reach: Reach, schema: ConfigSchema, at: { nodeId: string; key: string }): string {
    // An empty text names nothing if it is the default.
    if (value === "" && schema.default === "") return value;
    const refuse = (wanted: string, available?: readonly string[]) =>
      denied(`"${at.key}" of node "${at.nodeId}" is ${describeValue(value)}, wanted ${wanted}`, {
        ...at,
        ...(available && { available }),
      });
    if (reach === "path") {
      const path = this.#folders.find(value);
      if (path === "missing") throw refuse("one whose folder exists in a folder that the server allows: make it first");
      if (path !== "outside") return path;
      throw refuse("a relative path in a folder that the server allows, without links that lead out of it");
    }
    if (this.#hosts === undefined) return value;
    const isAllowed = (...hosts: string[]) => hosts.some((each) => this.#hosts!.has(each.toLowerCase()));
    if (reach === "url") {
      const url = URL.parse(value);
      const port = url?.port || (/^(https|wss):/.test(value) ? "443" : "80");
      if (url !== null && isAllowed(url.hostname, `${url.hostname}:${port}`)) return url.href;
    } else if (reach === "host" && isAllowed(value, value.replace(/:\d+$/, ""))) return value;
    const hosts = [...this.#hosts];
    throw refuse(
      `${reach === "url" ? "a URL of" : "the address of"} a host that is allowed: ${listNames(hosts)}`,
      hosts,
    );
  }
}

/** True if a value of the schema may name a target of this kind. */
export function mayName(schema: ConfigSchema, reach: Reach): boolean {
  const { anyOf = [], properties = {}, items, additionalProperties: others } = schema;
  const inner = [...anyOf, ...Object.values(properties), items, others].filter((each) => typeof each === "object");
  return schema["x-reaches"] === reach || inner.some((each) => mayName(each, reach));
}

/** Makes the error for a value that the policy does not name. */
export function denied(message: string, details: SluiceErrorDetails): SluiceError {
  return new SluiceError("AccessDenied", `${ATTEMPT}: ${message}`, details);
}

/** Folders, each with all files and folders below it. */
class PolicyFolders {
  readonly #roots: readonly string[];
  readonly #from: string | undefined;

  /**
   * @param paths relative to the current directory
   * @param attempt the start of messages
   * @throws {SluiceError} `InvalidConfig` for a path that is not a folder
   */
  constructor(paths: readonly string[], attempt: string, from?: string) {
    this.#from = from && Deno.realPathSync(from);
    this.#roots = paths.map((path) => {
      try {
        const root = Deno.realPathSync(path);
        // Nodes replace %d by numbers, also in the name of a folder.
        if (!root.includes("%") && Deno.statSync(root).isDirectory) return root;
      } catch {
        // Reported below.
      }
      const message = `${attempt}: "${path}" in "roots" is no folder that can be read, or has "%" in its path`;
      throw new SluiceError("InvalidConfig", message, { key: "roots" });
    });
  }

  /**
   * Returns the file of a path: in the first folder that has the file, else in the first that has the file's folder.
   *
   * @returns an absolute path without links; `outside` for a path that is not admitted, `missing` for one whose folder is
   * in none of them
   */
  find(path: string): string | "outside" | "missing" {
    if (isAbsolute(path) || SCHEME.test(path) || /[\\\0]/.test(path)) return "outside";
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.length === 0 || parts.includes("..") || parts.slice(0, -1).some((part) => part.includes("%"))) {
      return "outside";
    }
    const found = [...this.#waysFrom(parts), ...this.#roots.map((root) => ({ root, parts }))]
      .map((way) => this.#follow(way.root, way.parts));
    if (found.some((each) => each === "outside")) return "outside";
    const files = found.filter((each) => each !== "missing") as { path: string; isThere: boolean }[];
    return (files.find(({ isThere }) => isThere) ?? files[0])?.path ?? "missing";
  }

  /** Returns the ways of a path from the further folder that lead into a root. */
  #waysFrom(parts: readonly string[]): { readonly root: string; readonly parts: readonly string[] }[] {
    const from = this.#from;
    if (from === undefined) return [];
    return this.#roots.map((root) => ({ root, parts: relative(root, join(from, ...parts)).split(/[\\/]/) }))
      .filter(({ parts: [first] }) => first !== "" && first !== ".." && !isAbsolute(first));
  }

  #follow(root: string, parts: readonly string[]): { path: string; isThere: boolean } | "outside" | "missing" {
    let at = root;
    for (const [index, part] of parts.entries()) {
      const next = join(at, part);
      const isLast = index === parts.length - 1;
      try {
        // A name with a number may mean any file of the folder.
        if (isLast && part.includes("%") && !this.#hasOwnFilesOnly(at)) return "outside";
        const { isSymlink } = Deno.lstatSync(next);
        if (isSymlink && !this.#leadsInside(next)) return "outside";
        at = isSymlink ? Deno.realPathSync(next) : next;
        if (!isLast && !Deno.statSync(at).isDirectory) return "missing";
      } catch (error) {
        return isLast && error instanceof Deno.errors.NotFound ? { path: next, isThere: false } : "missing";
      }
    }
    return { path: at, isThere: true };
  }

  #hasOwnFilesOnly(folder: string): boolean {
    for (const { name, isSymlink } of Deno.readDirSync(folder)) {
      if (isSymlink && !this.#leadsInside(join(folder, name))) return false;
    }
    return true;
  }

  /** True if a link leads inside. A broken link does not. */
  #leadsInside(link: string): boolean {
    try {
      const path = Deno.realPathSync(link);
      return this.#roots.some((root) => {
        const way = relative(root, path);
        return !isAbsolute(way) && way.split(/[\\/]/)[0] !== "..";
      });
    } catch {
      return false;
    }
  }
}
