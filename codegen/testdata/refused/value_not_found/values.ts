export interface There {
  readonly x: number;
}
