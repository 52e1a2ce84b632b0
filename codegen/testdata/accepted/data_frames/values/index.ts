export type { Reading } from "./reading.ts";
export * from "./peak.ts";
