/**
 * `sluice completion SHELL … -e TEXT`: what can come at the end of a graph in one line. Node types are read for that,
 * which the grammar of the command line knows nothing of.
 *
 * @module
 */
import { bash, fish, nu, pwsh, type ShellCompletion, zsh } from "@optique/core/completion";
import { text } from "@optique/core/message";
import { completeExpression } from "../../core/graph/expression/completion.ts";
import { EXIT } from "../output/failure.ts";
import type { Io } from "../output/output.ts";
import { loadTypes } from "../project/packages.ts";

const SHELLS: Readonly<Record<string, ShellCompletion>> = { bash, fish, nu, pwsh, zsh };

/** @param args `completion`, the shell, and the words of the line up to the one that is completed */
export async function completeCommand([, shell, ...words]: readonly string[], io: Io): Promise<number> {
  const sources = { packages: valuesOf("--packages", words), plugins: valuesOf("--plugins", words) };
  const { registry } = await loadTypes(sources);
  const found = completeExpression(words.at(-1) ?? "", registry);
  const suggestions = found.map((each) => ({
    kind: "literal" as const,
    text: each.text,
    description: [text(each.description)],
  }));
  for (const chunk of SHELLS[shell].encodeSuggestions(suggestions)) io.stdout.write(chunk);
  return EXIT.ok;
}

function valuesOf(option: string, words: readonly string[]): string[] {
  return words.flatMap((word, i) => word === option && i < words.length - 2 ? [words[i + 1]] : []);
}
