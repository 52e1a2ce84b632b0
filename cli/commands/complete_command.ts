/**
 * `sluice completion SHELL WORD…`: what can come at the end of a command line, as far as more than its grammar tells it:
 * node types in a graph in one line and behind `nodes info`. What the grammar tells is left to that, but for the value of
 * an option, where the grammar would give the names of files too.
 *
 * @module
 */
import { bash, fish, nu, pwsh, type ShellCompletion, zsh } from "@optique/core/completion";
import { text } from "@optique/core/message";
import type { Suggestion } from "@optique/core/parser";
import { completeDevices } from "./complete_devices.ts";
import { completeRemote } from "./complete_remote.ts";
import { completeExpression, type Completion } from "../expression/completion.ts";
import type { NodeRegistry } from "../../core/registry/node_registry.ts";
import { suggestArgs } from "../args.ts";
import type { Io } from "../output/output.ts";
import { loadTypes } from "../project/packages.ts";

const SHELLS: Readonly<Record<string, ShellCompletion>> = { bash, fish, nu, pwsh, zsh };

/** What a name in a line cannot have without quotes. */
const NEEDS_QUOTES = /[\s;"']/;

/**
 * Answers a shell.
 *
 * @param args `completion`, the shell, and the words of the line up to the one that is completed
 * @returns whether it has; else the grammar does
 */
export async function completeCommand([, shell, ...words]: readonly string[], io: Io): Promise<boolean> {
  if (!Object.hasOwn(SHELLS, shell) || words.length === 0) return false;
  const suggestions = await suggest(shell, words);
  if (suggestions === undefined) return false;
  for (const chunk of SHELLS[shell].encodeSuggestions(suggestions)) io.stdout.write(chunk);
  return true;
}

async function suggest(shell: string, words: readonly string[]): Promise<Suggestion[] | undefined> {
  const [command, second] = words;
  const last = words[words.length - 1];
  const before = words.at(-2) ?? "";
  if (/^(run|check|graph)$/.test(command) && /^(-e|--expression)$/.test(before)) {
    return suggestLine(shell, last, await typesFor(words));
  }
  if (command === "nodes" && second === "info" && words.length === 3) return suggestTypes(last, await typesFor(words));
  const found = await completeDevices(words) ?? await completeRemote(words);
  if (found !== undefined) return found.map(suggestion);
  if (!before.startsWith("-")) return undefined;
  const values = suggestArgs(words).filter((each) => each.kind === "literal" && !each.text.startsWith("-"));
  return values.length > 0 ? values : undefined;
}

async function typesFor(words: readonly string[]): Promise<NodeRegistry> {
  const sources = { packages: valuesOf("--packages", words), plugins: valuesOf("--plugins", words) };
  return (await loadTypes(sources)).registry;
}

/** @param word as the shell has it: bash gives the quote at its start too, which is still open */
function suggestLine(shell: string, word: string, registry: NodeRegistry): Suggestion[] {
  const isQuoted = /^["']/.test(word);
  const found = completeExpression(isQuoted ? word.slice(1) : word, registry, listPaths).map(suggestion);
  if (found.length !== 1 || !isQuoted || shell !== "bash") return found;
  // Of a single one bash would take the quote for finished: of two it takes what they have in common.
  const [{ text }] = found as { text: string }[];
  const open = /[=./]$/.test(text) ? text : `${text} `;
  return [open, `${open} `].map((text) => suggestion({ text, description: "" }));
}

function suggestTypes(begun: string, registry: NodeRegistry): Suggestion[] {
  const types = registry.list().map(({ descriptor: { type, description } }) => ({ text: type, description }));
  return types.filter(({ text }) => text.startsWith(begun)).map(suggestion);
}

function suggestion({ text: word, description }: Completion): Suggestion {
  return { kind: "literal", text: word, description: [text(description)] };
}

/** The paths that begin so, with `/` behind those of folders. */
function listPaths(begun: string): string[] {
  const folder = begun.slice(0, begun.lastIndexOf("/") + 1);
  const isHidden = (name: string) => name.startsWith(".") && !begun.slice(folder.length).startsWith(".");
  try {
    const entries = [...Deno.readDirSync(folder === "" ? "." : folder)].filter(({ name }) => !isHidden(name));
    const paths = entries.map(({ name, isDirectory }) => `${folder}${name}${isDirectory ? "/" : ""}`);
    return paths.filter((path) => path.startsWith(begun) && !NEEDS_QUOTES.test(path)).sort();
  } catch {
    return [];
  }
}

function valuesOf(option: string, words: readonly string[]): string[] {
  return words.flatMap((word, i) => word === option && i < words.length - 2 ? [words[i + 1]] : []);
}
