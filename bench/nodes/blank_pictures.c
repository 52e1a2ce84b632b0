/* A source of pictures of 1080p in RGBA, which costs next to nothing: their bytes are written once a slot at most. */
#include <stdlib.h>

#include "sluice_stage.h"

static const SluiceHost *host;

typedef struct {
  double count;
  double done;
} Source;

static int32_t create(SluiceContext *context, void **instance) {
  Source *source = calloc(1, sizeof *source);
  if (source == NULL || host->number(context, "count", &source->count) != SLUICE_OK) return SLUICE_FAULT;
  *instance = source;
  return SLUICE_OK;
}

static int32_t process(void *instance, SluiceContext *context) {
  Source *source = instance;
  if (source->done >= source->count) {
    host->finish(context);
    return SLUICE_OK;
  }
  if (!host->may_write(context)) return SLUICE_AGAIN;
  const SluiceShape shape = {
      .size = sizeof shape, .kind = SLUICE_VIDEO, .format = SLUICE_RGBA8, .width = 1920, .height = 1080};
  SluicePlane plane = {.size = sizeof plane};
  const uint32_t frame = host->acquire(context, 0, &shape);
  if (frame == 0) return host->reason(context) == NULL ? SLUICE_AGAIN : SLUICE_FAULT;
  uint8_t *bytes = host->plane_mut(context, frame, 0, &plane);
  if (bytes == NULL) return SLUICE_FAULT;
  const uint32_t middle = plane.rows / 2 * plane.stride;
  if (bytes[middle] != 40) {
    for (uint32_t at = 0; at < plane.rows * plane.stride; at++) bytes[at] = at % 4 == 3 ? 255 : 40;
  }
  source->done += 1;
  return host->write(context, 0, frame) == SLUICE_OK ? SLUICE_AGAIN : SLUICE_FAULT;
}

static int32_t destroy(void *instance) {
  free(instance);
  return SLUICE_OK;
}

static const SluicePort outputs[] = {{.name = "video", .doc = "Pictures of one colour.", .kind = SLUICE_VIDEO}};

static const SluiceStage stages[] = {{
    .id = "com.example.blank-pictures",
    .name = "Blank pictures",
    .version = "1.0.0",
    .doc = "Gives pictures of one colour.",
    .config_schema = "{\"properties\": {\"count\": {\"type\": \"number\", \"default\": 1}}}",
    .outputs = outputs,
    .output_count = 1,
    .mode = SLUICE_LOOP,
    .create = create,
    .process = process,
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
