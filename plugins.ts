/**
 * Plugins: node types whose code is native, from folders that you name.
 *
 * @module
 */
export { type Device, listDevices } from "./core/registry/devices.ts";
export { pluginStage } from "./core/plugins/plugin_stage.ts";
export { loadPlugins, type PluginInfo, type Plugins } from "./core/plugins/load_plugins.ts";
export type { PluginManifest } from "./core/plugins/manifest.ts";
