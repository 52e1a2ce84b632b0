/** The usual rate. */
export const RATE_HZ = 48_000;
