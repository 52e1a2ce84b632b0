/** Names that stand for text. */
export enum Weight {
  Flat = "flat",
  Loud = "loud",
}

/** Numbers, some of them worked out. */
export const enum Bits {
  Low = 1 << 0,
  High = 1 << 1,
  Both = Low | High,
}
