import type { Buffer } from "node:buffer";

/** Where something is. */
export interface Place {
  /** To the right of the middle. @unit m @minimum -10 @maximum 10 */
  readonly x: number;
  readonly y?: number;
}

/** Is named as a type parameter of the class that carries it. */
export interface Q {
  readonly asked: Quality;
}

export interface Report {
  readonly question: Q;
}

export type Quality = "good" | "bad";

/** A class travels as its public fields. */
export class Mark {
  readonly label: string;
  count = 0;
  note?: string;
  static readonly LIMIT = 3;
  #secret = 1;

  constructor(label: string, public weight: number) {
    this.label = label;
  }

  get secret(): number {
    return this.#secret;
  }

  toText(): string {
    return this.label;
  }
}

/** Part of another package. */
export type Foreign = Buffer;

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Grows without bound. */
export interface Deep<T> {
  readonly inner?: Deep<T[]>;
}

export type Meters = number & { readonly "~unit": "m" };

export enum Side {
  Left = "left",
  Right = "right",
}
