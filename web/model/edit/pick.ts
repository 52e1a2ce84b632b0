/**
 * Finds the entries of a list by words that a person types.
 *
 * @module
 */

/** An entry of a list to choose from. */
export interface PickItem {
  readonly key: string;
  readonly title: string;
  /** A line about it. */
  readonly detail: string;
  /** Entries of one group stand together, under its name. */
  readonly group?: string;
  /** Further words that find it. */
  readonly words?: string;
  /** True if it cannot be chosen; `detail` then says why. */
  readonly disabled?: boolean;
}

/** Entries in which every word occurs, whatever its case: first those whose titles begin with the text, by group. */
export function pickItems(items: readonly PickItem[], query: string): PickItem[] {
  const text = query.trim().toLowerCase();
  if (text === "") return inGroups(items);
  const words = text.split(/\s+/);
  const rank = ({ title }: PickItem) => {
    const name = title.toLowerCase();
    return name === text ? 0 : name.startsWith(text) ? 1 : words.every((word) => name.includes(word)) ? 2 : 3;
  };
  const found = items.filter(({ title, detail, group = "", words: more = "" }) => {
    const all = `${title}\n${detail}\n${group}\n${more}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  return inGroups(found.toSorted((a, b) => rank(a) - rank(b)));
}

/** Groups in the order in which they first appear. */
function inGroups(items: readonly PickItem[]): PickItem[] {
  return [...Map.groupBy(items, ({ group }) => group).values()].flat();
}
