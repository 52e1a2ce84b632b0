/** Numbers. */
export enum Level {
  Low,
  High,
}
export const Mode = { Fast: "fast", Slow: "slow" } as const;
export type Mode = (typeof Mode)[keyof typeof Mode];
enum Shape {
  Round = "round",
}
export default Shape;
