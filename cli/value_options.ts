/**
 * The options of a command that take a value, by its grammar.
 *
 * @module
 */
import type { Usage } from "@optique/core/usage";

/** @param usage of the command */
export function valueOptions(usage: Usage): ReadonlySet<string> {
  const found = new Set<string>();
  collect(usage, found);
  return found;
}

function collect(usage: Usage, found: Set<string>): void {
  for (const term of usage) {
    if (term.type === "option" && term.metavar !== undefined) { for (const name of term.names) found.add(name); }
    else if (term.type === "exclusive") { for (const each of term.terms) collect(each, found); }
    else if ("terms" in term) collect(term.terms, found);
  }
}
