/**
 * Configuration values from the command line: `--set node.key=value`.
 *
 * @module
 */
import { describeValue } from "../errors/describe_value.ts";
import { SluiceError } from "../errors.ts";

/** A configuration value that replaces the one in the graph file. */
export interface ConfigOverride {
  /** Id of the node. */
  readonly nodeId: string;
  /** Configuration key. */
  readonly key: string;
  /** The value as typed; the key's schema decides its type. */
  readonly text: string;
}

/**
 * Reads `node.key=value`. The value may hold any character, and may be empty.
 *
 * @throws {SluiceError} `InvalidConfig` if there is no `=`, or no dot before it
 */
export function parseOverride(text: string): ConfigOverride {
  const match = /^([^.=]+)\.([^=]+)=([^]*)$/.exec(text);
  if (match === null) {
    const message = `Cannot read the setting ${describeValue(text)}: wanted node.key=value, as in gain.gainDb=-6`;
    throw new SluiceError("InvalidConfig", message);
  }
  return { nodeId: match[1], key: match[2], text: match[3] };
}

/** Returns a setting as the user wrote it. */
export function formatOverride(setting: ConfigOverride): string {
  return `--set ${setting.nodeId}.${setting.key}=${setting.text}`;
}
