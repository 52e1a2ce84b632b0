/**
 * Shows a graph that a script runs: the live page, and the control plane behind it.
 *
 * ```ts
 * import { Runtime } from "@sluice/sluice";
 * import { serveControl } from "@sluice/sluice/control";
 *
 * await using runtime = new Runtime();
 * await using server = serveControl(runtime);
 * console.log(`Live page: ${server.url}`);
 * ```
 *
 * @module
 */
export { serveControl } from "./control/server/server.ts";
export type { ControlServer } from "./control/server/server.ts";
export type { ForeignPages } from "./control/server/foreign_pages.ts";
export type { ControlOptions } from "./control/server/server_options.ts";
export type { CommandAccessOptions } from "./control/commands/command_access.ts";
export type { ControlLimits } from "./control/schemas/limits.ts";
