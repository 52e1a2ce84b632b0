/**
 * Tests that `deno task test` leaves to `deno task ok:deep`: of what is rare, where they take long. Most do more than the
 * usual course of a thing, which has tests of its own that always run. `deno task ok` runs those that were changed. What is
 * rare in other modules is registered by `tests/fixtures/rare.ts`.
 *
 * @module
 */

import { ROOT } from "./root.ts";

/** Whether a test module has cases that `tests/fixtures/rare.ts` registers. */
export function hasRareCases(file: string): boolean {
  return /\brare\(/.test(Deno.readTextFileSync(ROOT + file));
}

/** Paths of test modules. */
export const RARE_TESTS: ReadonlySet<string> = new Set([
  // Sources that nobody writes, and files that are damaged.
  "codegen/depth_test.ts",
  "codegen/hostile_structs_test.ts",
  "codegen/incremental_test.ts",
  "codegen/mutated_inputs_test.ts",
  "codegen/odd_syntax_test.ts",
  "processors/media/cut_files_test.ts",
  "processors/media/damaged_files_test.ts",
  "processors/media/kills_test.ts",
  "processors/media/mutations_test.ts",
  "tests/plugins/decoder_fuzz_test.ts",
  "tests/plugins/hostile_encoding_test.ts",
  "tests/plugins/opening_test.ts",
  "tests/plugins/stage_crashes_test.ts",
  // Files as other programs write them, and each container with each codec.
  "processors/media/colour_range_test.ts",
  "processors/media/edit_lists_test.ts",
  "processors/media/foreign_files_test.ts",
  "processors/media/mp4_index_test.ts",
  "processors/media/open_elements_test.ts",
  "processors/media/opus_delay_test.ts",
  "processors/media/pixel_aspect_test.ts",
  "processors/media/rounds_test.ts",
  "processors/media/sink_changes_test.ts",
  "processors/media/sink_relinks_test.ts",
  "tests/cli/agreement_test.ts",
  "tests/cli/chained_ogg_test.ts",
  "tests/cli/convert_pictures_test.ts",
  "tests/cli/edit_lists_test.ts",
  "tests/cli/mixed_pictures_test.ts",
  "tests/plugins/media_links_test.ts",
  "tests/plugins/flac_sizes_test.ts",
  "tests/plugins/sound_rounds_test.ts",
  // Other programs at the other end of a network.
  "processors/network/foreign_peers_test.ts",
  "tests/cli/foreign_clients_test.ts",
  // Nodes that hang, end their thread, or keep what is not theirs.
  "tests/arriving_hang_test.ts",
  "tests/arriving_trial_test.ts",
  "tests/hanging_nodes_test.ts",
  "tests/held_main_test.ts",
  "tests/hostile_nodes_test.ts",
  "tests/lagging_nodes_test.ts",
  "tests/late_lane_test.ts",
  "tests/lost_loan_test.ts",
  "tests/lost_rests_test.ts",
  "tests/returning_thread_test.ts",
  "tests/stale_fields_test.ts",
  "tests/stalling_nodes_test.ts",
  "tests/python/unruly_test.ts",
  "tests/turns_test.ts",
  "tests/vandal_test.ts",
  "tests/yielding_test.ts",
  // Edits at an awkward moment, by the dozen or at random.
  "tests/driven_move_test.ts",
  "tests/edit_failures_test.ts",
  "tests/edit_faults_test.ts",
  "tests/edit_loops_test.ts",
  "tests/edit_teardown_test.ts",
  "tests/edit_while_stopping_test.ts",
  "tests/flagged_gaps_test.ts",
  "tests/full_link_edit_test.ts",
  "tests/given_up_edit_test.ts",
  "tests/kept_lanes_test.ts",
  "tests/lane_end_test.ts",
  "tests/last_calls_test.ts",
  "tests/last_counts_test.ts",
  "tests/leaving_lane_test.ts",
  "tests/move_test.ts",
  "tests/native_live_edit_test.ts",
  "tests/node_counts_test.ts",
  "tests/pause_in_tick_test.ts",
  "tests/plugins/live_values_test.ts",
  "tests/plugins/native_move_test.ts",
  "tests/random_edits_test.ts",
  "tests/view_version_test.ts",
  // Much of something: nodes, slots, time.
  "core/memory/large_pool_test.ts",
  "core/session/lane_balancer_test.ts",
  "core/session/lane_model_test.ts",
  "processors/media/recording_memory_test.ts",
  "tests/free_at_rest_test.ts",
  "tests/growing_pools_test.ts",
  "tests/large_pool_test.ts",
  "tests/pool_need_test.ts",
  "tests/values_memory_test.ts",
  "transports/http/storm_test.ts",
  // Reloads and projects of every kind.
  "tests/cli/new_test.ts",
  "tests/cli/bundle_test.ts",
  "tests/cli/npm_packages_test.ts",
  "tests/cli/reload_edits_test.ts",
  "tests/cli/reload_run_test.ts",
  "tests/cli/reload_saves_test.ts",
  "tests/cli/reload_state_test.ts",
  "tests/cli/source_watch_test.ts",
  "tests/cli/terminal_test.ts",
  "tests/docs/projects_test.ts",
  "tests/mistakes/started_test.ts",
  // What runs the gates.
  "core/process/deno_version_test.ts",
  "tools/gate_runner_test.ts",
  "tools/lint/floating_promises_test.ts",
  // Pages that lose their line, run for long, or are looked at in every view.
  "tests/web/accessibility_test.ts",
  "tests/web/first_recording_test.ts",
  "tests/web/fit_test.ts",
  "tests/web/folding_test.ts",
  "tests/web/hang_test.ts",
  "tests/web/heap_test.ts",
  "tests/web/history_test.ts",
  "tests/web/keyboard_test.ts",
  "tests/web/load_test.ts",
  "tests/web/look_encoded_test.ts",
  "tests/web/overview_test.ts",
  "tests/web/pause_test.ts",
  "tests/web/pipelines_test.ts",
  "tests/web/place_test.ts",
  "tests/web/recovery_test.ts",
  "tests/web/truth_test.ts",
  "tests/web/wild_graph_test.ts",
]);
