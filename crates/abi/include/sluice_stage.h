/* Made by `cargo run -p xtask -- header` from crates/abi/src/stage. Do not edit. */

/*
 * Native stages for Sluice: the interface between a runtime and plugins. docs/plugins.md has a plugin step by step, and
 * says what may change from one version to the next.
 *
 * C11 or later, and C++11 or later; a machine with 64-bit addresses.
 */
#ifndef SLUICE_STAGE_H
#define SLUICE_STAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define SLUICE_ASSERT static_assert
extern "C" {
#else
#define SLUICE_ASSERT _Static_assert
#endif

#if defined(_WIN32)
#define SLUICE_EXPORT __declspec(dllexport)
#else
#define SLUICE_EXPORT __attribute__((visibility("default")))
#endif

typedef struct SluiceFrameInfo SluiceFrameInfo;
typedef struct SluiceField SluiceField;
typedef struct SluiceShape SluiceShape;
typedef struct SluicePlane SluicePlane;
typedef struct SluiceForeign SluiceForeign;
typedef struct SluiceWork SluiceWork;
typedef struct SluiceHost SluiceHost;
typedef struct SluicePort SluicePort;
typedef struct SluiceStage SluiceStage;
typedef struct SluicePlugin SluicePlugin;

/*
 * The version of this header: the major number in the upper 16 bits, the minor number in the lower. A plugin is
 * loaded by a host of the same major number and of the same or a higher minor number.
 */
#define SLUICE_ABI_VERSION 65545

/* Answer of a call: done. */
#define SLUICE_OK 0

/*
 * Answer of `process` and `flush`: call again, even if no frame has come, once the outputs have room and their
 * pools free slots.
 */
#define SLUICE_AGAIN 1

/* Answer of a host function: there is nothing, such as no frame to peek at or no value of that name. */
#define SLUICE_NONE 2

/* Answer of a stage function: it cannot go on. `fault` says why. */
#define SLUICE_FAULT (-1)

/* Answer of a stage function: it panicked, or threw what it did not mean to. The host does not call the stage again. */
#define SLUICE_PANIC (-2)

/* Answer of a host function: refused; `reason` says why. Nothing has changed. */
#define SLUICE_REFUSED (-3)

/* Since 1.9. Answer of `run_on_main`: the caller is the main thread, and would wait for itself. */
#define SLUICE_ON_MAIN (-4)

/* Since 1.9. Answer of `run_on_main`: nobody holds the main thread, or the runtime is not on it. */
#define SLUICE_NO_MAIN (-5)

/* Mode of a stage: it is called when frames have come. */
#define SLUICE_PUSH 0

/* Mode of a stage: it is a source with a cadence of its own, called again and again; `wait_until` paces it. */
#define SLUICE_LOOP 1

/*
 * Mode of a stage: it is called once at the start, and from then on when its waker is used or it answered
 * `SLUICE_AGAIN`. For devices.
 */
#define SLUICE_EXTERNAL 2

/* Kind of a frame: blocks of planar 32-bit float samples, each channel by itself. */
#define SLUICE_AUDIO 1

/* Kind of a frame: pictures. */
#define SLUICE_VIDEO 2

/* Kind of a frame: one access unit of a compressed stream. */
#define SLUICE_ENCODED 3

/* Kind of a frame: a batch of records of numbers, each field of the records as a column. */
#define SLUICE_PACKET 4

/* Kind of a frame: a value. A stage can pass it on, and read or write the bytes of one of fixed layout. */
#define SLUICE_DATA 5

/* Format of audio. */
#define SLUICE_F32_PLANAR 1

/* Format of video: one plane of 4 bytes a pixel. */
#define SLUICE_RGBA8 16

/* Format of video: one plane of 4 bytes a pixel. */
#define SLUICE_BGRA8 17

/* Format of video: a plane of luma, and one of interleaved chroma at half width and height. */
#define SLUICE_NV12 18

/* Format of video: a plane of luma, and two of chroma at half width and height. */
#define SLUICE_I420 19

/* Format of an encoded frame. */
#define SLUICE_H264 32

/* Format of an encoded frame. */
#define SLUICE_HEVC 33

/* Format of an encoded frame. */
#define SLUICE_VP8 34

/* Format of an encoded frame. */
#define SLUICE_VP9 35

/* Format of an encoded frame. */
#define SLUICE_AV1 36

/* Format of an encoded frame. */
#define SLUICE_OPUS 37

/* Format of an encoded frame. */
#define SLUICE_AAC 38

/* Format of an encoded frame. */
#define SLUICE_FLAC 39

/* Format of an encoded frame. */
#define SLUICE_MP3 40

/* Format of an encoded frame. */
#define SLUICE_JPEG 41

/* Format of packets, and of data of fixed layout. */
#define SLUICE_STRUCT 48

/* Format of data: a value as `docs/values.md` has it written. Since 1.7 a stage may acquire such frames. */
#define SLUICE_SERIALIZED 49

/* Flag of a frame: decoding can start here. */
#define SLUICE_KEYFRAME 1

/* Flag of a frame: frames before this one were dropped. */
#define SLUICE_DISCONTINUITY 2

/* Flag of a frame: it stands for data that never arrived. */
#define SLUICE_GAP 4

/* Since 1.4. Flag of an encoded frame: it is decoded for what follows, and nothing of it is shown or heard. */
#define SLUICE_DECODE_ONLY 8

/* Flag of a port: a graph may leave it without a link. */
#define SLUICE_OPTIONAL 1

/* State of an input: nothing is linked to it. */
#define SLUICE_UNLINKED 0

/* State of an input: frames wait there, or may still come. */
#define SLUICE_OPEN 1

/* State of an input: its writer has ended, and every frame was read. */
#define SLUICE_ENDED 2

/* Elements of a plane: 64-bit floats. */
#define SLUICE_F64 0

/* Elements of a plane: 32-bit floats. */
#define SLUICE_F32 1

/* Elements of a plane: 32-bit integers with a sign. */
#define SLUICE_I32 2

/* Elements of a plane: 32-bit integers without a sign. */
#define SLUICE_U32 3

/* Elements of a plane: bytes. */
#define SLUICE_U8 4

/* What `planes` is asked for: parts to read. */
#define SLUICE_READ 0

/* What `planes` is asked for: parts to write. */
#define SLUICE_WRITE 1

/* Level of a log line. */
#define SLUICE_LOG_ERROR 0

/* Level of a log line. */
#define SLUICE_LOG_WARN 1

/* Level of a log line. */
#define SLUICE_LOG_INFO 2

/* Level of a log line. */
#define SLUICE_LOG_DEBUG 3

/* What the header of a frame says. Set `size` before it is filled in. */
struct SluiceFrameInfo {

  /* `sizeof(SluiceFrameInfo)`. */
  uint32_t size;

  /* `SLUICE_AUDIO`, `SLUICE_VIDEO`, … */
  uint32_t kind;

  /* `SLUICE_F32_PLANAR`, `SLUICE_NV12`, … */
  uint32_t format;

  /* Any of `SLUICE_KEYFRAME`, `SLUICE_DISCONTINUITY`, `SLUICE_GAP`, `SLUICE_DECODE_ONLY`. */
  uint32_t flags;

  /* Audio: channels. Video: pixels in a row. Encoded: one of the two, 0 if not known. */
  uint32_t width;

  /* Audio: samples a second in each channel. Video: rows. Encoded: one of the two, 0 if not known. */
  uint32_t height;

  /* Audio: samples in each channel. Packets: records in the batch. Else 1. */
  uint32_t count;

  /* Audio, video: number of planes. Packets: number of columns. Else 1. */
  uint32_t planes;

  /* Bytes of the payload in use. */
  uint32_t payload_bytes;

  /* Bytes that the frame's slot has room for. */
  uint32_t slot_bytes;

  /* When it is to be presented, nanoseconds. */
  double pts_ns;

  /* When it is to be decoded, nanoseconds. */
  double dts_ns;

  /* How long it lasts, nanoseconds; 0 if not known. */
  double duration_ns;

  /* When its data entered the graph, nanoseconds since the runtime's epoch. */
  double ingress_ns;

  /* Its number at the output that it came from, counted from 0. */
  double sequence;

  /* Encoded: by how much a decoder of Opus makes it louder, in 256ths of a decibel. Since version 1.5. */
  int32_t gain_q8;

  /*
   * Video, and encoded video: how wide a pixel is in the upper 16 bits, and how high in the lower; 0: as wide as
   * high. Since version 1.6.
   */
  uint32_t pixel_aspect;
};

SLUICE_ASSERT(sizeof(SluiceFrameInfo) == 88, "layout of SluiceFrameInfo");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, size) == 0, "layout of SluiceFrameInfo.size");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, kind) == 4, "layout of SluiceFrameInfo.kind");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, format) == 8, "layout of SluiceFrameInfo.format");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, flags) == 12, "layout of SluiceFrameInfo.flags");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, width) == 16, "layout of SluiceFrameInfo.width");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, height) == 20, "layout of SluiceFrameInfo.height");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, count) == 24, "layout of SluiceFrameInfo.count");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, planes) == 28, "layout of SluiceFrameInfo.planes");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, payload_bytes) == 32, "layout of SluiceFrameInfo.payload_bytes");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, slot_bytes) == 36, "layout of SluiceFrameInfo.slot_bytes");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, pts_ns) == 40, "layout of SluiceFrameInfo.pts_ns");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, dts_ns) == 48, "layout of SluiceFrameInfo.dts_ns");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, duration_ns) == 56, "layout of SluiceFrameInfo.duration_ns");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, ingress_ns) == 64, "layout of SluiceFrameInfo.ingress_ns");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, sequence) == 72, "layout of SluiceFrameInfo.sequence");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, gain_q8) == 80, "layout of SluiceFrameInfo.gain_q8");
SLUICE_ASSERT(offsetof(SluiceFrameInfo, pixel_aspect) == 84, "layout of SluiceFrameInfo.pixel_aspect");

/* A field of the records of a packet. */
struct SluiceField {

  /* Its name, 1 to 255 bytes of UTF-8. */
  const char *name;

  /* `SLUICE_F64`, `SLUICE_F32`, … */
  uint32_t element;

  /* 0. */
  uint32_t reserved;
};

SLUICE_ASSERT(sizeof(SluiceField) == 16, "layout of SluiceField");
SLUICE_ASSERT(offsetof(SluiceField, name) == 0, "layout of SluiceField.name");
SLUICE_ASSERT(offsetof(SluiceField, element) == 8, "layout of SluiceField.element");
SLUICE_ASSERT(offsetof(SluiceField, reserved) == 12, "layout of SluiceField.reserved");

/* What a frame is acquired with. Fields that its kind does not name are 0. */
struct SluiceShape {

  /* `sizeof(SluiceShape)`. */
  uint32_t size;

  /* `SLUICE_AUDIO`, `SLUICE_VIDEO`, … */
  uint32_t kind;

  /* Video: the pixel format. Encoded: the codec. */
  uint32_t format;

  /* Audio: channels, 1 to 64. Video: pixels in a row. Encoded: one of the two, 0 if not known. */
  uint32_t width;

  /* Audio: samples a second in each channel. Video: rows. Encoded: one of the two, 0 if not known. */
  uint32_t height;

  /* Audio: samples in each channel. Packets: records in the batch, at most `capacity`. */
  uint32_t count;

  /* Packets: records that fit. Encoded, data: bytes. */
  uint32_t capacity;

  /* Packets: number of fields. */
  uint32_t field_count;

  /* Packets: the fields of a record. */
  const SluiceField *fields;

  /*
   * Video, and encoded video: how wide a pixel is in the upper 16 bits, and how high in the lower; 0: as wide as
   * high. Since version 1.6.
   */
  uint32_t pixel_aspect;

  /* 0. */
  uint32_t reserved;
};

SLUICE_ASSERT(sizeof(SluiceShape) == 48, "layout of SluiceShape");
SLUICE_ASSERT(offsetof(SluiceShape, size) == 0, "layout of SluiceShape.size");
SLUICE_ASSERT(offsetof(SluiceShape, kind) == 4, "layout of SluiceShape.kind");
SLUICE_ASSERT(offsetof(SluiceShape, format) == 8, "layout of SluiceShape.format");
SLUICE_ASSERT(offsetof(SluiceShape, width) == 12, "layout of SluiceShape.width");
SLUICE_ASSERT(offsetof(SluiceShape, height) == 16, "layout of SluiceShape.height");
SLUICE_ASSERT(offsetof(SluiceShape, count) == 20, "layout of SluiceShape.count");
SLUICE_ASSERT(offsetof(SluiceShape, capacity) == 24, "layout of SluiceShape.capacity");
SLUICE_ASSERT(offsetof(SluiceShape, field_count) == 28, "layout of SluiceShape.field_count");
SLUICE_ASSERT(offsetof(SluiceShape, fields) == 32, "layout of SluiceShape.fields");
SLUICE_ASSERT(offsetof(SluiceShape, pixel_aspect) == 40, "layout of SluiceShape.pixel_aspect");
SLUICE_ASSERT(offsetof(SluiceShape, reserved) == 44, "layout of SluiceShape.reserved");

/*
 * A part of a payload: a channel of audio, a plane of a picture, a column of a packet, or the bytes of an encoded
 * frame or a value. Set `size` before it is filled in.
 */
struct SluicePlane {

  /* `sizeof(SluicePlane)`. */
  uint32_t size;

  /* `SLUICE_F64`, `SLUICE_F32`, … */
  uint32_t element;

  /* Elements in a row: samples, bytes of a row that are pixels, records, bytes. */
  uint32_t count;

  /* Elements that a row has room for. */
  uint32_t capacity;

  /* Rows; 1 but for video. */
  uint32_t rows;

  /* Bytes from one row to the next. */
  uint32_t stride;
};

SLUICE_ASSERT(sizeof(SluicePlane) == 24, "layout of SluicePlane");
SLUICE_ASSERT(offsetof(SluicePlane, size) == 0, "layout of SluicePlane.size");
SLUICE_ASSERT(offsetof(SluicePlane, element) == 4, "layout of SluicePlane.element");
SLUICE_ASSERT(offsetof(SluicePlane, count) == 8, "layout of SluicePlane.count");
SLUICE_ASSERT(offsetof(SluicePlane, capacity) == 12, "layout of SluicePlane.capacity");
SLUICE_ASSERT(offsetof(SluicePlane, rows) == 16, "layout of SluicePlane.rows");
SLUICE_ASSERT(offsetof(SluicePlane, stride) == 20, "layout of SluicePlane.stride");

/*
 * Since 1.8. What a stage hands on in place of the bytes of a picture or of encoded media: a texture, a pixel buffer.
 * All of it is called on the lane's thread.
 */
struct SluiceForeign {

  /* `sizeof(SluiceForeign)`. */
  uint32_t size;

  /* What `handle` is, a number that stages agree on: four letters, such as that of a `CVPixelBuffer`. */
  uint32_t type_code;

  /* Its address or number; not 0. */
  void *handle;

  /*
   * Copies what it holds to the planes of its frame, `count` of them. Called once at most, before `release`.
   * `SLUICE_FAULT`: it cannot, and the frame becomes a gap.
   */
  int32_t (*map)(void *handle, const SluicePlane *planes, void *const *starts, uint32_t count);

  /* Gives it back. */
  void (*release)(void *handle);
};

SLUICE_ASSERT(sizeof(SluiceForeign) == 32, "layout of SluiceForeign");
SLUICE_ASSERT(offsetof(SluiceForeign, size) == 0, "layout of SluiceForeign.size");
SLUICE_ASSERT(offsetof(SluiceForeign, type_code) == 4, "layout of SluiceForeign.type_code");
SLUICE_ASSERT(offsetof(SluiceForeign, handle) == 8, "layout of SluiceForeign.handle");
SLUICE_ASSERT(offsetof(SluiceForeign, map) == 16, "layout of SluiceForeign.map");
SLUICE_ASSERT(offsetof(SluiceForeign, release) == 24, "layout of SluiceForeign.release");

/* Since 1.9. Something that the main thread is to do. */
struct SluiceWork {

  /* `sizeof(SluiceWork)`. */
  uint32_t size;

  /* 0. */
  uint32_t reserved;

  /* What `call` gets. */
  void *data;

  /*
   * Called once in every case: with 1 on the main thread, where it does the work; or with 0 on any thread, where it
   * only frees `data`, since the work is not done.
   */
  void (*call)(void *data, uint32_t is_main);
};

SLUICE_ASSERT(sizeof(SluiceWork) == 24, "layout of SluiceWork");
SLUICE_ASSERT(offsetof(SluiceWork, size) == 0, "layout of SluiceWork.size");
SLUICE_ASSERT(offsetof(SluiceWork, reserved) == 4, "layout of SluiceWork.reserved");
SLUICE_ASSERT(offsetof(SluiceWork, data) == 8, "layout of SluiceWork.data");
SLUICE_ASSERT(offsetof(SluiceWork, call) == 16, "layout of SluiceWork.call");

/*
 * The running call of a stage, as the host knows it. It is valid until that call returns, on the thread of that
 * call.
 */
typedef struct SluiceContext SluiceContext;

/* Has a stage called from another thread. */
typedef struct SluiceWaker SluiceWaker;

/*
 * What a host does for its stages. Frames are numbers that are not 0; each is the call's own until it is written,
 * released, or the call returns, which gives back all that is left. What a call may not do is refused and changes
 * nothing: `reason` says why. But for `wake`, `drop_waker`, `release_main` and `run_on_main`, functions are called on
 * the thread of the running call, with its context. None of those for frames waits, allocates or takes a lock.
 */
struct SluiceHost {

  /* The version of the host's interface, as `SLUICE_ABI_VERSION`. */
  uint32_t abi_version;

  /* Bytes of this table. A host with a lower minor version than the header lacks the functions at its end. */
  uint32_t size;

  /*
   * Takes the oldest frame of an input. 0: none has come, an output has no room for its burst, a pool has no free
   * slot, or the call has taken its share. The plain loop `while ((frame = host->read(context, 0)))` is right.
   */
  uint32_t (*read)(SluiceContext *context, uint32_t input);

  /* Describes the oldest frame of an input without taking it. `SLUICE_NONE`: none has come. */
  int32_t (*peek)(SluiceContext *context, uint32_t input, SluiceFrameInfo *info);

  /*
   * Takes a free slot of the output's pool and lays a frame out in it: with the output's next sequence number, and
   * the times of the frame that was read last. It waits for nothing. 0: no slot is free, and the call answers
   * `SLUICE_AGAIN` to be run when there is one; or the shape is refused, and `reason` says why.
   */
  uint32_t (*acquire)(SluiceContext *context, uint32_t output, const SluiceShape *shape);

  /* Describes a frame. */
  int32_t (*info)(SluiceContext *context, uint32_t frame, SluiceFrameInfo *info);

  /*
   * A part of a frame to read: its first element, aligned to 64 bytes for video and packets and to 4 for audio.
   * Null: there is no such part. The part of packets is found by `column`.
   */
  const void *(*plane)(SluiceContext *context, uint32_t frame, uint32_t index, SluicePlane *plane);

  /*
   * A part of a frame to write, until the frame leaves the call. Null: there is no such part, or others read the
   * frame too; `writable` gives one that they do not.
   */
  void *(*plane_mut)(SluiceContext *context, uint32_t frame, uint32_t index, SluicePlane *plane);

  /* The index of the column of a packet that has this name; `SLUICE_REFUSED`: there is none. */
  int32_t (*column)(SluiceContext *context, uint32_t frame, const char *name);

  /*
   * A frame that may be changed: this one, if nobody else reads it, else a copy, and this one is released. 0: a
   * copy is needed and no slot is free; the frame stays.
   */
  uint32_t (*writable)(SluiceContext *context, uint32_t frame);

  /* Sets when a frame is to be presented and decoded, and how long it lasts, nanoseconds. */
  int32_t (*set_times)(SluiceContext *context, uint32_t frame, double pts_ns, double dts_ns, double duration_ns);

  /* Sets the flags of a frame. */
  int32_t (*set_flags)(SluiceContext *context, uint32_t frame, uint32_t flags);

  /* Sets how many records a packet has, or how many bytes an encoded frame or a value; at most as many as fit. */
  int32_t (*set_length)(SluiceContext *context, uint32_t frame, uint32_t length);

  /*
   * Hands a frame over to the links of an output, whether it was read or acquired. `SLUICE_REFUSED`: a lossless
   * link has no room, or the frame is of another kind than the output; the frame stays.
   */
  int32_t (*write)(SluiceContext *context, uint32_t output, uint32_t frame);

  /* As `write`, and the frame stays with the call too: for a second output. Nobody may change it from now on. */
  int32_t (*forward)(SluiceContext *context, uint32_t output, uint32_t frame);

  /* Gives a frame back. */
  int32_t (*release)(SluiceContext *context, uint32_t frame);

  /* Whether every output has room for its burst, and its pool a free slot: 1 or 0. */
  int32_t (*may_write)(SluiceContext *context);

  /*
   * For a stage of mode `SLUICE_LOOP`: not again before this time, on the clock of `now_ns`. Offline graphs do not
   * wait. For a stage of another mode, and for a flush that answers `SLUICE_AGAIN`: again at this time, or before
   * when frames come or the waker is used; also offline. A stage that has asked for a time is not done with
   * frames that it leaves unread. Holds for one call.
   */
  void (*wait_until)(SluiceContext *context, double time_ns);

  /* Ends the node: `flush` and the end of the stream follow. */
  void (*finish)(SluiceContext *context);

  /* Tells how far the node is, nanoseconds of media time; `total_ns` is infinite if it is not known. */
  void (*progress)(SluiceContext *context, double done_ns, double total_ns);

  /* Nanoseconds since the runtime's epoch, less the time for which the graph was paused. */
  double (*now_ns)(SluiceContext *context);

  /* Whether the graph is live, so that sources keep to the clock: 1 or 0. */
  int32_t (*is_live)(SluiceContext *context);

  /*
   * A number or a truth value (1 or 0) of the configuration, the default of the schema if the graph gives none.
   * `SLUICE_NONE`: there is no value of that name, or it is no number; `value` stays.
   */
  int32_t (*number)(SluiceContext *context, const char *key, double *value);

  /*
   * A text of the configuration; a list or an object as JSON. Null: there is none of that name. Valid until the
   * call returns.
   */
  const char *(*text)(SluiceContext *context, const char *key);

  /* Writes a line to the log, under the node's name. */
  void (*log)(SluiceContext *context, uint32_t level, const char *text);

  /* Publishes an event of the node: its name, and a value as JSON or null for none. */
  int32_t (*emit)(SluiceContext *context, const char *name, const char *json);

  /* Says why the call is about to answer `SLUICE_FAULT` or `SLUICE_PANIC`, as a clause without a full stop. */
  void (*fault)(SluiceContext *context, const char *text);

  /* Why the last host function of this call refused, as a clause; null if none has. Valid until the next. */
  const char *(*reason)(SluiceContext *context);

  /*
   * Adds bytes to the state that `snapshot` gives. A stage in a process of its own can give 63 MiB: with more, its
   * `snapshot` counts as one that answered `SLUICE_FAULT`.
   */
  void (*keep)(SluiceContext *context, const void *bytes, size_t length);

  /*
   * Makes a waker for the stage. It is the stage's own until `drop_waker`, and may be used on any thread until
   * then, also after the stage was destroyed.
   */
  SluiceWaker *(*waker)(SluiceContext *context);

  /*
   * Has the stage called soon, whatever its mode, from any thread. Several calls before the stage runs count as
   * one. It takes a lock for a moment.
   */
  void (*wake)(SluiceWaker *waker);

  /* Gives a waker back. No thread may use it any more. */
  void (*drop_waker)(SluiceWaker *waker);

  /* Since 1.1. Gives the result of a command, as JSON; without it the result is `null`. */
  void (*answer)(SluiceContext *context, const char *json);

  /*
   * Since 1.2. All parts of a frame at once, as `plane` (`SLUICE_READ`) or `plane_mut` (`SLUICE_WRITE`) gives each:
   * their descriptions and their first elements, `count` of them at most. Set the `size` of the first description;
   * so far apart are the others. The answer is how many parts there are, which may be more; or `SLUICE_REFUSED`.
   */
  int32_t (*planes)(SluiceContext *context, uint32_t frame, uint32_t access, SluicePlane *planes, void **starts, uint32_t count);

  /*
   * Since 1.2. The name and the type of a field of a packet, by the index of its column. The name is valid until the
   * call returns. It allocates: ask when the fields change, not for each frame.
   */
  int32_t (*field)(SluiceContext *context, uint32_t frame, uint32_t index, SluiceField *into);

  /*
   * Since 1.2. As `read`, several times: stores up to `count` frames, no more than the outputs have room for. The
   * answer is how many.
   */
  uint32_t (*read_many)(SluiceContext *context, uint32_t input, uint32_t *frames, uint32_t count);

  /*
   * Since 1.2. As `write`, for `count` frames one after the other, up to the first that is refused. The answer is how
   * many were handed over; if they are fewer, `reason` says why.
   */
  uint32_t (*write_many)(SluiceContext *context, uint32_t output, const uint32_t *frames, uint32_t count);

  /*
   * Since 1.3. What can come from an input: `SLUICE_UNLINKED`, `SLUICE_OPEN` or `SLUICE_ENDED`; `SLUICE_REFUSED`:
   * there is no such input, or the node is not at work. A stage is not called because one of several inputs has
   * ended: it asks when frames of another have come.
   */
  int32_t (*input_state)(SluiceContext *context, uint32_t input);

  /*
   * Since 1.8. Says that media time `pts_ns` is presented at `at_ns`, on the clock of `now_ns`: heard, for a `kind` of
   * `SLUICE_AUDIO`, or shown, for `SLUICE_VIDEO`. The newest such pair of each kind and group is kept for the graph; a
   * group is a name that its nodes share.
   */
  int32_t (*present)(SluiceContext *context, const char *group, uint32_t kind, double pts_ns, double at_ns);

  /*
   * Since 1.8. The newest pair that a node of the graph gave `present` for this group and kind. `SLUICE_NONE`: none
   * has, and the places stay.
   */
  int32_t (*presented)(SluiceContext *context, const char *group, uint32_t kind, double *pts_ns, double *at_ns);

  /*
   * Since 1.8. As `acquire`, for video or encoded media that `foreign` has. It is the frame's from then on, and is
   * released when the frame is given back, or is mapped: for a stage that asks for its planes, and when the frame
   * leaves the lane. 0: as `acquire`, and the call still has it; a stage in a process of its own cannot hand it on.
   */
  uint32_t (*acquire_foreign)(SluiceContext *context, uint32_t output, const SluiceShape *shape, const SluiceForeign *foreign);

  /*
   * Since 1.8. The handle of a frame with that `type_code`, valid as long as the call has the frame and asks for no plane
   * of it. Null: it has none, so read its planes.
   */
  void *(*foreign)(SluiceContext *context, uint32_t frame, uint32_t type_code);

  /*
   * Since 1.9. Has the main thread do work for the plugin from now on, until `release_main` was called as often.
   * `SLUICE_REFUSED`: a stage in a process of its own has no main thread.
   */
  int32_t (*hold_main)(SluiceContext *context);

  /*
   * Since 1.9. Lets go of what `hold_main` asked for, on any thread, also after the stage was destroyed. What the main
   * thread was given is still done.
   */
  void (*release_main)(void);

  /*
   * Since 1.9. Has the main thread do something, soon after what it was given before, from any thread while the plugin
   * holds it. With `wait` other than 0 it returns once that is done. `SLUICE_ON_MAIN`: the caller is the main thread,
   * and would wait for itself. `SLUICE_NO_MAIN`: nobody holds it, or the runtime is not on it. `SLUICE_REFUSED`: there is
   * no work.
   */
  int32_t (*run_on_main)(const SluiceWork *work, uint32_t wait);

  /*
   * Since 1.9. Whether anything is linked to an output, 1 or 0, so that a stage need not make what goes nowhere.
   * `SLUICE_REFUSED`: there is no such output, or the node is not at work.
   */
  int32_t (*is_linked)(SluiceContext *context, uint32_t output);
};

SLUICE_ASSERT(sizeof(SluiceHost) == 360, "layout of SluiceHost");
SLUICE_ASSERT(offsetof(SluiceHost, abi_version) == 0, "layout of SluiceHost.abi_version");
SLUICE_ASSERT(offsetof(SluiceHost, size) == 4, "layout of SluiceHost.size");
SLUICE_ASSERT(offsetof(SluiceHost, read) == 8, "layout of SluiceHost.read");
SLUICE_ASSERT(offsetof(SluiceHost, peek) == 16, "layout of SluiceHost.peek");
SLUICE_ASSERT(offsetof(SluiceHost, acquire) == 24, "layout of SluiceHost.acquire");
SLUICE_ASSERT(offsetof(SluiceHost, info) == 32, "layout of SluiceHost.info");
SLUICE_ASSERT(offsetof(SluiceHost, plane) == 40, "layout of SluiceHost.plane");
SLUICE_ASSERT(offsetof(SluiceHost, plane_mut) == 48, "layout of SluiceHost.plane_mut");
SLUICE_ASSERT(offsetof(SluiceHost, column) == 56, "layout of SluiceHost.column");
SLUICE_ASSERT(offsetof(SluiceHost, writable) == 64, "layout of SluiceHost.writable");
SLUICE_ASSERT(offsetof(SluiceHost, set_times) == 72, "layout of SluiceHost.set_times");
SLUICE_ASSERT(offsetof(SluiceHost, set_flags) == 80, "layout of SluiceHost.set_flags");
SLUICE_ASSERT(offsetof(SluiceHost, set_length) == 88, "layout of SluiceHost.set_length");
SLUICE_ASSERT(offsetof(SluiceHost, write) == 96, "layout of SluiceHost.write");
SLUICE_ASSERT(offsetof(SluiceHost, forward) == 104, "layout of SluiceHost.forward");
SLUICE_ASSERT(offsetof(SluiceHost, release) == 112, "layout of SluiceHost.release");
SLUICE_ASSERT(offsetof(SluiceHost, may_write) == 120, "layout of SluiceHost.may_write");
SLUICE_ASSERT(offsetof(SluiceHost, wait_until) == 128, "layout of SluiceHost.wait_until");
SLUICE_ASSERT(offsetof(SluiceHost, finish) == 136, "layout of SluiceHost.finish");
SLUICE_ASSERT(offsetof(SluiceHost, progress) == 144, "layout of SluiceHost.progress");
SLUICE_ASSERT(offsetof(SluiceHost, now_ns) == 152, "layout of SluiceHost.now_ns");
SLUICE_ASSERT(offsetof(SluiceHost, is_live) == 160, "layout of SluiceHost.is_live");
SLUICE_ASSERT(offsetof(SluiceHost, number) == 168, "layout of SluiceHost.number");
SLUICE_ASSERT(offsetof(SluiceHost, text) == 176, "layout of SluiceHost.text");
SLUICE_ASSERT(offsetof(SluiceHost, log) == 184, "layout of SluiceHost.log");
SLUICE_ASSERT(offsetof(SluiceHost, emit) == 192, "layout of SluiceHost.emit");
SLUICE_ASSERT(offsetof(SluiceHost, fault) == 200, "layout of SluiceHost.fault");
SLUICE_ASSERT(offsetof(SluiceHost, reason) == 208, "layout of SluiceHost.reason");
SLUICE_ASSERT(offsetof(SluiceHost, keep) == 216, "layout of SluiceHost.keep");
SLUICE_ASSERT(offsetof(SluiceHost, waker) == 224, "layout of SluiceHost.waker");
SLUICE_ASSERT(offsetof(SluiceHost, wake) == 232, "layout of SluiceHost.wake");
SLUICE_ASSERT(offsetof(SluiceHost, drop_waker) == 240, "layout of SluiceHost.drop_waker");
SLUICE_ASSERT(offsetof(SluiceHost, answer) == 248, "layout of SluiceHost.answer");
SLUICE_ASSERT(offsetof(SluiceHost, planes) == 256, "layout of SluiceHost.planes");
SLUICE_ASSERT(offsetof(SluiceHost, field) == 264, "layout of SluiceHost.field");
SLUICE_ASSERT(offsetof(SluiceHost, read_many) == 272, "layout of SluiceHost.read_many");
SLUICE_ASSERT(offsetof(SluiceHost, write_many) == 280, "layout of SluiceHost.write_many");
SLUICE_ASSERT(offsetof(SluiceHost, input_state) == 288, "layout of SluiceHost.input_state");
SLUICE_ASSERT(offsetof(SluiceHost, present) == 296, "layout of SluiceHost.present");
SLUICE_ASSERT(offsetof(SluiceHost, presented) == 304, "layout of SluiceHost.presented");
SLUICE_ASSERT(offsetof(SluiceHost, acquire_foreign) == 312, "layout of SluiceHost.acquire_foreign");
SLUICE_ASSERT(offsetof(SluiceHost, foreign) == 320, "layout of SluiceHost.foreign");
SLUICE_ASSERT(offsetof(SluiceHost, hold_main) == 328, "layout of SluiceHost.hold_main");
SLUICE_ASSERT(offsetof(SluiceHost, release_main) == 336, "layout of SluiceHost.release_main");
SLUICE_ASSERT(offsetof(SluiceHost, run_on_main) == 344, "layout of SluiceHost.run_on_main");
SLUICE_ASSERT(offsetof(SluiceHost, is_linked) == 352, "layout of SluiceHost.is_linked");

/* A port of a stage. */
struct SluicePort {

  /*
   * Its name, unique among the ports of the stage: 1 to 64 letters, digits or `_`, starting with a letter. A port
   * is named for what it carries: `audio`, or `audioIn` and `audioOut`.
   */
  const char *name;

  /* What it carries, in a sentence. */
  const char *doc;

  /* Packets, data: the name of the record's or value's type. Null: any. */
  const char *schema;

  /* Inputs for video and encoded frames: the formats that are accepted. Null: all. */
  const uint32_t *formats;

  /* How many these are. */
  uint32_t format_count;

  /* `SLUICE_AUDIO`, `SLUICE_VIDEO`, … */
  uint32_t kind;

  /* `SLUICE_OPTIONAL` or 0. */
  uint32_t flags;

  /* Outputs: most frames that are written for each frame read, or in each call of a source; 0 counts as 1. */
  uint32_t burst;
};

SLUICE_ASSERT(sizeof(SluicePort) == 48, "layout of SluicePort");
SLUICE_ASSERT(offsetof(SluicePort, name) == 0, "layout of SluicePort.name");
SLUICE_ASSERT(offsetof(SluicePort, doc) == 8, "layout of SluicePort.doc");
SLUICE_ASSERT(offsetof(SluicePort, schema) == 16, "layout of SluicePort.schema");
SLUICE_ASSERT(offsetof(SluicePort, formats) == 24, "layout of SluicePort.formats");
SLUICE_ASSERT(offsetof(SluicePort, format_count) == 32, "layout of SluicePort.format_count");
SLUICE_ASSERT(offsetof(SluicePort, kind) == 36, "layout of SluicePort.kind");
SLUICE_ASSERT(offsetof(SluicePort, flags) == 40, "layout of SluicePort.flags");
SLUICE_ASSERT(offsetof(SluicePort, burst) == 44, "layout of SluicePort.burst");

/*
 * A stage: a node type of graphs. Each instance lives on one thread; all its functions are called there, one at a
 * time. They answer `SLUICE_OK` or what their documentation names. A stage that has answered `SLUICE_PANIC` is only
 * destroyed.
 */
struct SluiceStage {

  /*
   * Its name in graph files, in reverse-DNS form: `com.example.fft`. Lower-case letters, digits and `-`, at least
   * one dot.
   */
  const char *id;

  /* Its name for people, in a few words. */
  const char *name;

  /* Its version, such as `1.2.0`. */
  const char *version;

  /* What it does; the first sentence stands in lists. */
  const char *doc;

  /*
   * The JSON Schema of its configuration, an object with `properties`. Null: it has none. A property with
   * `"x-live": true` may change while the stage runs.
   */
  const char *config_schema;

  /* Its inputs, `input_count` of them. Null if there are none. */
  const SluicePort *inputs;

  /* Its outputs, `output_count` of them. Null if there are none. */
  const SluicePort *outputs;

  /* Names of the figures that it counts, `figure_count` of them, at most 16. Null if there are none. */
  const char *const *figures;

  /* At most 64. */
  uint32_t input_count;

  /* At most 64. */
  uint32_t output_count;

  /* At most 16. */
  uint32_t figure_count;

  /* `SLUICE_PUSH`, `SLUICE_LOOP` or `SLUICE_EXTERNAL`. */
  uint32_t mode;

  /*
   * Makes an instance with the configuration of `number` and `text`, and stores its address, which is passed to the
   * other functions. Frames cannot be had here. `SLUICE_FAULT` refuses the configuration.
   */
  int32_t (*create)(SluiceContext *context, void **instance);

  /* One tick: reads, writes, and returns soon. `SLUICE_AGAIN` has it called again without a new frame. */
  int32_t (*process)(void *instance, SluiceContext *context);

  /*
   * After the last frame of every input was read, or after `finish`: writes what is left. `SLUICE_AGAIN` has it
   * called again once the outputs have room. May be null.
   */
  int32_t (*flush)(void *instance, SluiceContext *context);

  /*
   * A live value of the configuration has changed: `number` or `text` gives it, and all others that change with
   * it, for each of which the function is called. `SLUICE_FAULT` refuses it, and the stage goes on with the old
   * ones: it is called again for those of them that it has taken. `peek` tells the next frame, and `acquire` whether
   * a slot has room. May be null if the schema has no live property.
   */
  int32_t (*control)(void *instance, SluiceContext *context, const char *key);

  /*
   * Gives by `keep` what an instance that takes this one's place goes on from. After `SLUICE_FAULT` that one begins
   * anew, and the edit is told why. May be null.
   */
  int32_t (*snapshot)(void *instance, SluiceContext *context);

  /*
   * Goes on from what `snapshot` of another instance gave. The own configuration stays. By `SLUICE_FAULT` it refuses
   * that, as if it had not been asked, and the edit is told why. May be null.
   */
  int32_t (*restore)(void *instance, SluiceContext *context, const void *bytes, size_t length);

  /*
   * Fills in the figures, `count` of them in the order of their names. After `SLUICE_FAULT` they stay as they are, and
   * the node's log says so. Null if there are none.
   */
  int32_t (*count)(void *instance, double *values, uint32_t count);

  /* Frees the instance. No other function is called for it any more. */
  int32_t (*destroy)(void *instance);

  /*
   * Since 1.1. A script asks for something by a name, between two ticks: `json` has the arguments. `answer` gives
   * the result; `SLUICE_FAULT` refuses, and the stage goes on. May be null.
   */
  int32_t (*command)(void *instance, SluiceContext *context, const char *name, const char *json);

  /*
   * Since 1.8. Lists what the key `device` of the configuration may name, without an instance: stores a text in JSON,
   * a list of objects with `name`, `label`, `isDefault` and `formats`, valid until the function is called again. One
   * call at a time, on any thread; it may take a second. May be null.
   */
  int32_t (*devices)(const char **json);
};

SLUICE_ASSERT(sizeof(SluiceStage) == 160, "layout of SluiceStage");
SLUICE_ASSERT(offsetof(SluiceStage, id) == 0, "layout of SluiceStage.id");
SLUICE_ASSERT(offsetof(SluiceStage, name) == 8, "layout of SluiceStage.name");
SLUICE_ASSERT(offsetof(SluiceStage, version) == 16, "layout of SluiceStage.version");
SLUICE_ASSERT(offsetof(SluiceStage, doc) == 24, "layout of SluiceStage.doc");
SLUICE_ASSERT(offsetof(SluiceStage, config_schema) == 32, "layout of SluiceStage.config_schema");
SLUICE_ASSERT(offsetof(SluiceStage, inputs) == 40, "layout of SluiceStage.inputs");
SLUICE_ASSERT(offsetof(SluiceStage, outputs) == 48, "layout of SluiceStage.outputs");
SLUICE_ASSERT(offsetof(SluiceStage, figures) == 56, "layout of SluiceStage.figures");
SLUICE_ASSERT(offsetof(SluiceStage, input_count) == 64, "layout of SluiceStage.input_count");
SLUICE_ASSERT(offsetof(SluiceStage, output_count) == 68, "layout of SluiceStage.output_count");
SLUICE_ASSERT(offsetof(SluiceStage, figure_count) == 72, "layout of SluiceStage.figure_count");
SLUICE_ASSERT(offsetof(SluiceStage, mode) == 76, "layout of SluiceStage.mode");
SLUICE_ASSERT(offsetof(SluiceStage, create) == 80, "layout of SluiceStage.create");
SLUICE_ASSERT(offsetof(SluiceStage, process) == 88, "layout of SluiceStage.process");
SLUICE_ASSERT(offsetof(SluiceStage, flush) == 96, "layout of SluiceStage.flush");
SLUICE_ASSERT(offsetof(SluiceStage, control) == 104, "layout of SluiceStage.control");
SLUICE_ASSERT(offsetof(SluiceStage, snapshot) == 112, "layout of SluiceStage.snapshot");
SLUICE_ASSERT(offsetof(SluiceStage, restore) == 120, "layout of SluiceStage.restore");
SLUICE_ASSERT(offsetof(SluiceStage, count) == 128, "layout of SluiceStage.count");
SLUICE_ASSERT(offsetof(SluiceStage, destroy) == 136, "layout of SluiceStage.destroy");
SLUICE_ASSERT(offsetof(SluiceStage, command) == 144, "layout of SluiceStage.command");
SLUICE_ASSERT(offsetof(SluiceStage, devices) == 152, "layout of SluiceStage.devices");

/* What `sluice_register_stages` returns. */
struct SluicePlugin {

  /* `SLUICE_ABI_VERSION`. */
  uint32_t abi_version;

  /* `sizeof(SluicePlugin)`. */
  uint32_t size;

  /* `sizeof(SluiceStage)`: so far apart are the stages. */
  uint32_t stage_size;

  /* `sizeof(SluicePort)`: so far apart are the ports of a stage. */
  uint32_t port_size;

  /* Its stages, `stage_count` of them. */
  const SluiceStage *stages;

  /* 1 to 256. */
  uint32_t stage_count;

  /* 0. */
  uint32_t reserved;
};

SLUICE_ASSERT(sizeof(SluicePlugin) == 32, "layout of SluicePlugin");
SLUICE_ASSERT(offsetof(SluicePlugin, abi_version) == 0, "layout of SluicePlugin.abi_version");
SLUICE_ASSERT(offsetof(SluicePlugin, size) == 4, "layout of SluicePlugin.size");
SLUICE_ASSERT(offsetof(SluicePlugin, stage_size) == 8, "layout of SluicePlugin.stage_size");
SLUICE_ASSERT(offsetof(SluicePlugin, port_size) == 12, "layout of SluicePlugin.port_size");
SLUICE_ASSERT(offsetof(SluicePlugin, stages) == 16, "layout of SluicePlugin.stages");
SLUICE_ASSERT(offsetof(SluicePlugin, stage_count) == 24, "layout of SluicePlugin.stage_count");
SLUICE_ASSERT(offsetof(SluicePlugin, reserved) == 28, "layout of SluicePlugin.reserved");

/*
 * The one function that a plugin exports. It is called once, before any other, with the host that all stages use; the
 * table is valid as long as the process lives. Null refuses to be loaded.
 */
SLUICE_EXPORT const SluicePlugin *sluice_register_stages(const SluiceHost *host);

#ifdef __cplusplus
}
#endif

#endif
