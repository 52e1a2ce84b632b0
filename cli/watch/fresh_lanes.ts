/**
 * The names of lanes that take over from others. A lane keeps the code that it has imported, so that new code runs on a
 * fresh one. Its name is the one that the graph has given the lane, its *home*, as soon as the lane of that name has
 * ended, and `home-2`, `home-3` until then.
 *
 * @module
 */

/** Names lanes, and knows which nodes have shared one; see the module. */
export class FreshLanes {
  /** The homes of lanes that were named here. */
  readonly #homes = new Map<string, string>();

  /** The name that the graph has given a lane or the one that it took over from. */
  homeOf(lane: string): string {
    return this.#homes.get(lane) ?? lane;
  }

  /**
   * Names a lane that takes over from others of a home.
   *
   * @param taken the names of lanes that there are
   */
  next(home: string, taken: ReadonlySet<string>): string {
    let name = home;
    for (let n = 2; taken.has(name); n++) name = `${home}-${n}`;
    if (name === home) this.#homes.delete(name);
    else this.#homes.set(name, home);
    return name;
  }
}
