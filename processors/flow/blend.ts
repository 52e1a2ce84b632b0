/**
 * Interpolates values.
 *
 * @module
 */

/** How deep in a value numbers are interpolated. */
const MOST_LEVELS = 16;

/**
 * Interpolates between two values: numbers linearly, alone, in objects and in lists of equal length; everything else
 * comes from the nearer value.
 *
 * @param share the distance from `near`, 0 to 0.5
 */
export function blend<T>(near: T, far: T, share: number, level = 0): T {
  return blendAny(near, far, share, level) as T;
}

function blendAny(near: unknown, far: unknown, share: number, level: number): unknown {
  if (typeof near === "number" && typeof far === "number") return near + (far - near) * share;
  if (typeof near !== "object" || typeof far !== "object" || near === null || far === null) return near;
  if (level === MOST_LEVELS || Object.getPrototypeOf(near) !== Object.getPrototypeOf(far)) return near;
  if (near instanceof Float64Array || near instanceof Float32Array) {
    const other = far as Float64Array;
    return near.length === other.length ? near.map((value, at) => value + (other[at] - value) * share) : near;
  }
  if (Array.isArray(near)) {
    const other = far as unknown[];
    if (near.length !== other.length) return near;
    return near.map((value, at) => blendAny(value, other[at], share, level + 1));
  }
  const prototype = Object.getPrototypeOf(near);
  if (prototype !== null && prototype !== Object.prototype) return near;
  const other = far as { readonly [key: string]: unknown };
  const entries = Object.entries(near).map(([key, value]) =>
    [key, Object.hasOwn(other, key) ? blendAny(value, other[key], share, level + 1) : value] as const
  );
  return Object.fromEntries(entries);
}
