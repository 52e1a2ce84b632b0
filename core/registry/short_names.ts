/**
 * Short names of native stages, whose ids are domain names the other way round.
 *
 * @module
 */

/** The ids whose last part is a name: `org.sluice.codecs.h264-encode` for `h264-encode`. */
export function listEndingIn(ids: readonly string[], name: string): string[] {
  return ids.filter((id) => id.endsWith(`.${name}`));
}

/** The last part of an id where it stands for that id alone; else the id. */
export function shortName(id: string, ids: readonly string[]): string {
  const last = id.slice(id.lastIndexOf(".") + 1);
  return !ids.includes(last) && listEndingIn(ids, last).length === 1 ? last : id;
}
