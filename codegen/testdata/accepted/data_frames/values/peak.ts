interface LocalPeak {
  readonly peak: number;
}
export type { LocalPeak as Peak };
