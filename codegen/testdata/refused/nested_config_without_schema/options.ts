export interface Options {
  readonly good: string;
  readonly bad: bigint;
}
