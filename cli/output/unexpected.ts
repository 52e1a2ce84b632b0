/**
 * Explains a word or an option that a command line does not take: which known one was meant, or which command takes it.
 *
 * @module
 */
import { type Message, message, optionName, text } from "@optique/core/message";
import { extractOptionNames, type Usage } from "@optique/core/usage";
import { nearestName } from "../../core/errors.ts";

/** A command that does something. */
export interface KnownCommand {
  /** What people type: `nodes list`. */
  readonly path: string;
  readonly usage: Usage;
}

/** Commands that the parser adds. */
const ADDED_COMMANDS: readonly string[] = ["completion", "help", "version"];

/**
 * Explains a word or an option that was not expected.
 *
 * @param args the command line, without the program's name
 */
export function explainUnexpected(token: string, args: readonly string[], commands: readonly KnownCommand[]): Message {
  const here = commands.find(({ path }) => path.split(" ").every((word, i) => args[i] === word));
  return token.startsWith("-") ? explainOption(token, here, commands) : explainWord(token, here, args[0], commands);
}

/** Options that people try for what a command calls otherwise. */
const MEANT: { readonly [name: string]: readonly string[] } = {
  "--port": ["--page", "--serve"],
  "--serve": ["--page"],
  "--page": ["--serve"],
};

function explainOption(token: string, here: KnownCommand | undefined, commands: readonly KnownCommand[]): Message {
  const name = token.split("=", 1)[0];
  const found = message`Cannot use ${optionName(token)}: there is no such option here`;
  const ours = here === undefined ? ["--version"] : [...extractOptionNames(here.usage)];
  const meant = MEANT[name]?.find((each) => ours.includes(each));
  if (meant !== undefined && !ours.includes(name)) return message`${found}; did you mean ${optionName(meant)}?`;
  const takers = commands.filter(({ usage }) => extractOptionNames(usage).has(name)).map(({ path }) => `\`${path}\``);
  if (takers.length > 0 && !ours.includes(name)) return message`${found}; it belongs to ${text(takers.join(", "))}`;
  const nearest = nearestName(name, [...ours, "--help"].filter((each) => each !== name));
  return nearest === undefined
    ? message`${found}; see ${optionName("--help")}`
    : message`${found}; did you mean ${optionName(nearest)}?`;
}

function explainWord(
  token: string,
  here: KnownCommand | undefined,
  first: string,
  commands: readonly KnownCommand[],
): Message {
  const found = message`Cannot use ${optionName(token)}: there is no such command or argument here`;
  /** What to type, by the misspelt word. */
  const known = new Map<string, string>();
  const groups = new Set(commands.flatMap(({ path }) => path.includes(" ") ? [path.split(" ")[0]] : []));
  if (here === undefined) {
    for (const { path } of commands) {
      const [word, second = word] = path.split(" ");
      if (!groups.has(first)) known.set(second, path).set(word, groups.has(word) ? word : path);
      else if (word === first) known.set(second, path);
    }
    if (!groups.has(first)) { for (const word of ADDED_COMMANDS) known.set(word, word); }
  }
  const nearest = known.get(nearestName(token, known.keys()) ?? "");
  if (here === undefined && token.endsWith(".json")) {
    return message`${found}; did you mean ${optionName(`run ${token}`)}?`;
  }
  return nearest === undefined
    ? message`${found}; see ${optionName("--help")}`
    : message`${found}; did you mean ${optionName(nearest)}?`;
}
