/**
 * Short names of native stages, whose ids are domain names the other way round.
 *
 * @module
 */

/** The ids whose last part is a name: `org.sluice.codecs.h264-encode` for `h264-encode`. */
export function listEndingIn(ids: readonly string[], name: string): string[] {
  return ids.filter((id) => id.endsWith(`.${name}`));
}
