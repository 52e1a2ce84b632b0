/**
 * Finds circles of files: files each of which can be reached from each other one by imports.
 *
 * @module
 */

/**
 * Finds the strongly connected components of a graph of imports, by Tarjan's algorithm.
 *
 * @param imports the files that each file imports; targets that are no keys are left out
 * @returns the files of each circle, sorted, in the order of their first files; a file that imports itself is one
 */
export function findCircles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    open.push(file);
    isOpen.add(file);
    for (const target of imports.get(file)!) {
      if (!imports.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (isOpen.has(target)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = open.splice(open.indexOf(file));
    for (const each of circle) isOpen.delete(each);
    if (circle.length > 1 || imports.get(file)!.includes(file)) found.push(circle.sort());
  };
  for (const file of [...imports.keys()].sort()) {
    if (!order.has(file)) visit(file);
  }
  return found.sort((one, other) => one[0] < other[0] ? -1 : 1);
}
