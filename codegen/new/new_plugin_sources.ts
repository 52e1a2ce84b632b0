/**
 * The sources of a new plugin: a stage with two live values, two figures and a command, from which a newcomer copies.
 *
 * @module
 */

/** In C. */
export const C_SOURCE = `/*
 * com.example.%NAME%: multiplies audio by a factor, and clips it.
 * sluice_stage.h documents every function and every field.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sluice_stage.h"

/* What the host offers; all stages use the same. */
static const SluiceHost *host;

/* What one node has. */
typedef struct {
  double factor;
  double ceiling;
  double frames;
  double clipped;
} Node;

/* Takes the values of the configuration. */
static int32_t configure(Node *node, SluiceContext *context) {
  const int32_t factor = host->number(context, "factor", &node->factor);
  const int32_t ceiling = host->number(context, "ceiling", &node->ceiling);
  return factor == SLUICE_OK && ceiling == SLUICE_OK ? SLUICE_OK : SLUICE_FAULT;
}

static int32_t create(SluiceContext *context, void **instance) {
  Node *node = calloc(1, sizeof *node);
  if (node == NULL) return SLUICE_FAULT;
  if (configure(node, context) != SLUICE_OK) {
    free(node);
    return SLUICE_FAULT;
  }
  *instance = node;
  return SLUICE_OK;
}

/* Multiplies samples, and counts those beyond the ceiling. */
static void scale(Node *node, float *samples, uint32_t count) {
  const float factor = (float)node->factor;
  const float ceiling = (float)node->ceiling;
  for (uint32_t k = 0; k < count; k++) {
    const float sample = samples[k] * factor;
    const int high = sample > ceiling;
    const int low = sample < -ceiling;
    samples[k] = high ? ceiling : low ? -ceiling : sample;
    node->clipped += high || low;
  }
}

/* One tick: takes every frame that has come, and hands it on. */
static int32_t process(void *instance, SluiceContext *context) {
  Node *node = instance;
  uint32_t frame;
  while ((frame = host->read(context, 0)) != 0) {
    SluiceFrameInfo info = {.size = sizeof info};
    SluicePlane plane = {.size = sizeof plane};
    /* Others may read the frame: this is the frame itself, or a copy. */
    frame = host->writable(context, frame);
    if (frame == 0 || host->info(context, frame, &info) != SLUICE_OK) {
      return SLUICE_FAULT;
    }
    for (uint32_t channel = 0; channel < info.planes; channel++) {
      float *samples = host->plane_mut(context, frame, channel, &plane);
      if (samples == NULL) return SLUICE_FAULT;
      scale(node, samples, plane.count);
    }
    if (host->write(context, 0, frame) != SLUICE_OK) return SLUICE_FAULT;
    node->frames += 1;
  }
  return SLUICE_OK;
}

/* A value with "x-live" was changed while the stage runs; the key says which. */
static int32_t control(void *instance, SluiceContext *context,
                       const char *key) {
  (void)key;
  return configure(instance, context);
}

/* A script asks by runtime.command("…", "reset"), between two ticks. */
static int32_t command(void *instance, SluiceContext *context, const char *name,
                       const char *json) {
  Node *node = instance;
  char answer[64];
  (void)json;
  if (strcmp(name, "reset") != 0) {
    host->fault(context, "there is one command, reset");
    return SLUICE_FAULT;
  }
  snprintf(answer, sizeof answer, "{\\"clipped\\": %.0f}", node->clipped);
  node->clipped = 0;
  host->answer(context, answer);
  return SLUICE_OK;
}

/* The figures, in the order of their names below. */
static int32_t count(void *instance, double *values, uint32_t wanted) {
  const Node *node = instance;
  if (wanted > 0) values[0] = node->frames;
  if (wanted > 1) values[1] = node->clipped;
  return SLUICE_OK;
}

static int32_t destroy(void *instance) {
  free(instance);
  return SLUICE_OK;
}

static const SluicePort inputs[] = {{
    .name = "audioIn",
    .doc = "Audio of any format.",
    .kind = SLUICE_AUDIO,
}};

static const SluicePort outputs[] = {{
    .name = "audioOut",
    .doc = "The same, multiplied.",
    .kind = SLUICE_AUDIO,
}};

/* runtime.stats() shows them, by node. */
static const char *const figures[] = {"frames", "clipped"};

/* JSON Schema: an object with "properties". */
static const char config_schema[] =
    "{\\"properties\\": {\\"factor\\": {"
    "\\"type\\": \\"number\\", \\"minimum\\": 0, \\"maximum\\": 10,"
    "\\"default\\": 1, \\"x-live\\": true,"
    "\\"description\\": \\"What samples are multiplied by.\\"},"
    "\\"ceiling\\": {"
    "\\"type\\": \\"number\\", \\"minimum\\": 0, \\"maximum\\": 10,"
    "\\"default\\": 1, \\"x-live\\": true,"
    "\\"description\\": \\"The highest sample; others are clipped.\\"}},"
    "\\"x-commands\\": {"
    "\\"reset\\": \\"Counts from 0 again; answers {clipped}.\\"}}";

static const SluiceStage stages[] = {{
    .id = "com.example.%NAME%",
    .name = "%WORDS%",
    .version = "0.1.0",
    .doc = "Multiplies audio by a factor, and clips it.",
    .config_schema = config_schema,
    .inputs = inputs,
    .input_count = 1,
    .outputs = outputs,
    .output_count = 1,
    .figures = figures,
    .figure_count = 2,
    .mode = SLUICE_PUSH,
    .create = create,
    .process = process,
    .control = control,
    .command = command,
    .count = count,
    .destroy = destroy,
}};

static const SluicePlugin plugin = {
    .abi_version = SLUICE_ABI_VERSION,
    .size = sizeof(SluicePlugin),
    .stage_size = sizeof(SluiceStage),
    .port_size = sizeof(SluicePort),
    .stages = stages,
    .stage_count = 1,
};

const SluicePlugin *sluice_register_stages(const SluiceHost *table) {
  host = table;
  return &plugin;
}
`;

/** In Rust. */
export const RUST_SOURCE = `//! \`com.example.%NAME%\`: multiplies audio by a factor, and clips it.

use std::ffi::CStr;

use sluice_stage::{Context, Figure, Next, Port, Stage};

/// What one node has.
#[derive(Default)]
struct %TYPE% {
    factor: f32,
    ceiling: f32,
    frames: f64,
    clipped: f64,
}

impl %TYPE% {
    /// Takes the values of the configuration.
    fn configure(&mut self, context: &Context) {
        self.factor = context.number(c"factor").unwrap_or(1.0) as f32;
        self.ceiling = context.number(c"ceiling").unwrap_or(1.0) as f32;
    }

    /// Multiplies samples, and counts those beyond the ceiling.
    fn scale(&mut self, samples: &mut [f32]) {
        for sample in samples {
            let scaled = *sample * self.factor;
            *sample = scaled.clamp(-self.ceiling, self.ceiling);
            if *sample != scaled {
                self.clipped += 1.0;
            }
        }
    }
}

impl Stage for %TYPE% {
    const ID: &'static CStr = c"com.example.%NAME%";
    const NAME: &'static CStr = c"%WORDS%";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Multiplies audio by a factor, and clips it.";
    /// JSON Schema: an object with "properties".
    const CONFIG: Option<&'static CStr> = Some(
        c"{\\"properties\\": {\\"factor\\": {
            \\"type\\": \\"number\\", \\"minimum\\": 0, \\"maximum\\": 10,
            \\"default\\": 1, \\"x-live\\": true,
            \\"description\\": \\"What samples are multiplied by.\\"},
            \\"ceiling\\": {
            \\"type\\": \\"number\\", \\"minimum\\": 0, \\"maximum\\": 10,
            \\"default\\": 1, \\"x-live\\": true,
            \\"description\\": \\"The highest sample; others are clipped.\\"}},
            \\"x-commands\\": {
            \\"reset\\": \\"Counts from 0 again; answers {clipped}.\\"}}",
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audioIn", c"Audio of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"The same, multiplied.")];

    /// \`runtime.stats()\` shows them, by node.
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames"), Figure::new(c"clipped")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let mut node = Self::default();
        node.configure(context);
        Ok(node)
    }

    /// One tick: takes every frame that has come, and hands it on.
    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(frame) = context.read(0) {
            // Others may read the frame: this is the frame itself, or a copy.
            let own = context.writable(frame).ok_or("no slot is free")?;
            let channels = context.info(own).map_or(0, |info| info.planes);
            for channel in 0..channels {
                let samples = context.samples_mut(own, channel);
                self.scale(samples.ok_or("no samples")?);
            }
            context.write(0, own)?;
            self.frames += 1.0;
        }
        Ok(Next::WhenFramesCome)
    }

    /// A value with "x-live" was changed while the stage runs.
    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.configure(context);
        Ok(())
    }

    /// A script asks by \`runtime.command("…", "reset")\`, between two ticks.
    fn command(
        &mut self,
        _context: &mut Context,
        name: &str,
        _json: &str,
    ) -> Result<String, String> {
        if name != "reset" {
            return Err("there is one command, reset".into());
        }
        let clipped = std::mem::take(&mut self.clipped);
        Ok(format!("{{\\"clipped\\": {clipped}}}"))
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.frames, self.clipped]);
    }
}

sluice_stage::export_stages!(%TYPE%);
`;

/** In Python. */
export const PYTHON_SOURCE = `"""com.example.%NAME%: multiplies audio by a factor, and clips it."""

import numpy as np
from sluice import AudioFrame, Input, Node, Output, command, config, node


@node("com.example.%NAME%", category="audio")
class %TYPE%(Node):
    """Multiplies audio by a factor, and clips it."""

    audio_in: Input[AudioFrame]
    "The audio."
    audio_out: Output[AudioFrame]
    "The same audio, scaled."
    factor: float = config(1.0, minimum=0, maximum=100, live=True)
    "The factor."
    ceiling: float = config(1.0, minimum=0, maximum=100, live=True)
    "The highest sample."
    figures = ("frames", "clipped")

    def setup(self) -> None:
        self.frames = self.clipped = 0

    def process(self) -> None:
        for frame in self.audio_in:
            # The frame's own memory, as numpy sees it.
            own = frame.writable()
            own.samples *= self.factor
            beyond = np.abs(own.samples) > self.ceiling
            self.clipped += int(beyond.sum())
            own.samples.clip(-self.ceiling, self.ceiling, out=own.samples)
            self.frames += 1
            self.audio_out.write(own)

    @command("Counts clipped samples from 0 again, and tells how many there were.")
    def reset(self) -> dict[str, int]:
        clipped, self.clipped = self.clipped, 0
        return {"clipped": clipped}

    def snapshot(self) -> list[int]:
        return [self.frames, self.clipped]

    def restore(self, state: list[int]) -> None:
        self.frames, self.clipped = state
`;
