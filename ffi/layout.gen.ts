// Made by `cargo run -p xtask -- layout` from crates/abi. Do not edit.

/**
 * Offsets (bytes), sizes (bytes) and constants of the memory that TypeScript and Rust share. What a field means, its
 * range and who writes it stands in `crates/abi`.
 *
 * @module
 */

/** Version of the layouts and of their meaning. */
export const ABI_VERSION = 15;

/** Version of the interface of plugins. */
export const STAGE_VERSION = { major: 1, minor: 9 } as const;

/** Offsets of `SlotHeader` (`crates/abi/src/slot.rs`). */
export const SLOT = {
  dtsNs: 0,
  gpuHandle: 8,
  strides: 16,
  checksum: 32,
  gainQ8: 36,
  pixelAspect: 40,
  ptsNs: 64,
  durationNs: 72,
  ingressNs: 80,
  sequence: 88,
  refCount: 96,
  generation: 104,
  payloadLength: 108,
  kind: 112,
  format: 113,
  flags: 114,
  batchSize: 116,
  width: 120,
  height: 124,
  size: 128,
  payloadAlign: 64,
} as const;

/** Offsets of `PoolHeader` (`crates/abi/src/pool.rs`). */
export const POOL = {
  magic: 0,
  abiVersion: 4,
  poolIndex: 8,
  slotCount: 12,
  slotStride: 16,
  payloadBytes: 20,
  slotsOffset: 24,
  bitmapOffset: 28,
  holdsOffset: 32,
  openSlots: 36,
  waiters: 64,
  exhausted: 128,
  quarantined: 132,
  size: 256,
  magicValue: 0x4f504c53,
  maxPools: 64,
  maxSlots: 0x100000,
  holdLanes: 64,
} as const;

/** Offsets of `ControlHeader` (`crates/abi/src/control.rs`). */
export const CONTROL = {
  magic: 0,
  abiVersion: 4,
  lanesOffset: 8,
  laneCount: 12,
  linksOffset: 16,
  linkCount: 20,
  nodesOffset: 24,
  nodeCount: 28,
  epoch: 64,
  size: 256,
  magicValue: 0x54434c53,
} as const;

/** Offsets of `LaneRecord` (`crates/abi/src/lane.rs`). */
export const LANE = {
  bell: 0,
  sleeping: 4,
  generation: 64,
  state: 68,
  currentNode: 72,
  waitKind: 76,
  waitId: 80,
  appliedEpoch: 84,
  deadGeneration: 88,
  threadId: 92,
  heartbeatNs: 96,
  rounds: 104,
  parks: 112,
  attention: 120,
  calls: 124,
  inboxSummary: 128,
  commands: 144,
  rowEnded: 148,
  inbox: 256,
  size: 1024,
  summaryWords: 4,
  inboxWords: 128,
  inboxBits: 4096,
  maxLanes: 64,
} as const;

/** Offsets of `LinkRecord` (`crates/abi/src/link.rs`). */
export const LINK = {
  state: 0,
  writerWaiting: 4,
  readerOwner: 8,
  writerOwner: 12,
  written: 64,
  droppedFull: 72,
  highWater: 80,
  newestPtsNs: 88,
  newestIngressNs: 96,
  wakes: 104,
  read: 128,
  droppedSkipped: 136,
  joinLagNs: 144,
  joinSamples: 152,
  droppedToKey: 160,
  droppedUnlinked: 192,
  droppedLaneLost: 200,
  capacity: 208,
  head: 216,
  tail: 220,
  size: 256,
} as const;

/** Offsets of `NodeRecord` (`crates/abi/src/node.rs`). */
export const NODE = {
  ticks: 0,
  busyNs: 8,
  errors: 16,
  restarts: 24,
  phase: 32,
  state: 36,
  blockedKind: 40,
  blockedId: 44,
  phaseTick: 48,
  kept: 52,
  inHand: 56,
  framesIn: 64,
  framesOut: 72,
  maxTickNs: 80,
  sampledTicks: 88,
  lateTicks: 96,
  tickHistogram: 128,
  ageHistogram: 1536,
  figures: 2944,
  size: 3072,
  histogramBuckets: 176,
  bucketsPerOctave: 8,
  maxFigures: 16,
  tickHistogramShift: 10,
  ageHistogramShift: 14,
} as const;

/** Bits of a ring entry, and the answers that are none (`crates/abi/src/entry.rs`). */
export const ENTRY = {
  slotBits: 20,
  slotMask: 0xfffff,
  poolShift: 20,
  poolMask: 63,
  discontinuity: 0x40000000,
  accepted: 0xffffffff,
  none: 0xfffffffe,
  batch: 256,
  maxCapacity: 0x10000,
} as const;

/** Values of `SLOT.kind`. */
export const KIND = {
  audio: 1,
  video: 2,
  encoded: 3,
  packet: 4,
  data: 5,
} as const;

/** Values of `SLOT.format`. */
export const FORMAT = {
  f32Planar: 1,
  rgba8: 16,
  bgra8: 17,
  nv12: 18,
  i420: 19,
  h264: 32,
  hevc: 33,
  vp8: 34,
  vp9: 35,
  av1: 36,
  opus: 37,
  aac: 38,
  flac: 39,
  mp3: 40,
  jpeg: 41,
  struct: 48,
  serialized: 49,
} as const;

/** Bits of `SLOT.flags`. */
export const FLAG = {
  keyframe: 1,
  discontinuity: 2,
  gap: 4,
  decodeOnly: 8,
} as const;

/** Bits of `LINK.state`. */
export const LINK_STATE = {
  eos: 1,
  closing: 2,
  closed: 4,
} as const;

/** Values of `NODE.phase`. */
export const PHASE = {
  idle: 0,
  setup: 1,
  process: 2,
  await: 3,
  flush: 4,
  teardown: 5,
} as const;

/** Values of `NODE.blockedKind`. */
export const BLOCKED = {
  none: 0,
  link: 1,
  pool: 2,
} as const;

/** FNV-1a (32 bits) of `LAYOUT_TEXT`. */
export const LAYOUT_HASH = 0x2b78b987;

/** The whole table, a line a value: compared with the library's own when it is loaded. */
export const LAYOUT_TEXT = `SLOT.dtsNs=0
SLOT.gpuHandle=8
SLOT.strides=16
SLOT.checksum=32
SLOT.gainQ8=36
SLOT.pixelAspect=40
SLOT.ptsNs=64
SLOT.durationNs=72
SLOT.ingressNs=80
SLOT.sequence=88
SLOT.refCount=96
SLOT.generation=104
SLOT.payloadLength=108
SLOT.kind=112
SLOT.format=113
SLOT.flags=114
SLOT.batchSize=116
SLOT.width=120
SLOT.height=124
SLOT.size=128
SLOT.payloadAlign=64
POOL.magic=0
POOL.abiVersion=4
POOL.poolIndex=8
POOL.slotCount=12
POOL.slotStride=16
POOL.payloadBytes=20
POOL.slotsOffset=24
POOL.bitmapOffset=28
POOL.holdsOffset=32
POOL.openSlots=36
POOL.waiters=64
POOL.exhausted=128
POOL.quarantined=132
POOL.size=256
POOL.magicValue=1330662483
POOL.maxPools=64
POOL.maxSlots=1048576
POOL.holdLanes=64
CONTROL.magic=0
CONTROL.abiVersion=4
CONTROL.lanesOffset=8
CONTROL.laneCount=12
CONTROL.linksOffset=16
CONTROL.linkCount=20
CONTROL.nodesOffset=24
CONTROL.nodeCount=28
CONTROL.epoch=64
CONTROL.size=256
CONTROL.magicValue=1413696595
LANE.bell=0
LANE.sleeping=4
LANE.generation=64
LANE.state=68
LANE.currentNode=72
LANE.waitKind=76
LANE.waitId=80
LANE.appliedEpoch=84
LANE.deadGeneration=88
LANE.threadId=92
LANE.heartbeatNs=96
LANE.rounds=104
LANE.parks=112
LANE.attention=120
LANE.calls=124
LANE.inboxSummary=128
LANE.commands=144
LANE.rowEnded=148
LANE.inbox=256
LANE.size=1024
LANE.summaryWords=4
LANE.inboxWords=128
LANE.inboxBits=4096
LANE.maxLanes=64
LINK.state=0
LINK.writerWaiting=4
LINK.readerOwner=8
LINK.writerOwner=12
LINK.written=64
LINK.droppedFull=72
LINK.highWater=80
LINK.newestPtsNs=88
LINK.newestIngressNs=96
LINK.wakes=104
LINK.read=128
LINK.droppedSkipped=136
LINK.joinLagNs=144
LINK.joinSamples=152
LINK.droppedToKey=160
LINK.droppedUnlinked=192
LINK.droppedLaneLost=200
LINK.capacity=208
LINK.head=216
LINK.tail=220
LINK.size=256
NODE.ticks=0
NODE.busyNs=8
NODE.errors=16
NODE.restarts=24
NODE.phase=32
NODE.state=36
NODE.blockedKind=40
NODE.blockedId=44
NODE.phaseTick=48
NODE.kept=52
NODE.inHand=56
NODE.framesIn=64
NODE.framesOut=72
NODE.maxTickNs=80
NODE.sampledTicks=88
NODE.lateTicks=96
NODE.tickHistogram=128
NODE.ageHistogram=1536
NODE.figures=2944
NODE.size=3072
NODE.histogramBuckets=176
NODE.bucketsPerOctave=8
NODE.maxFigures=16
NODE.tickHistogramShift=10
NODE.ageHistogramShift=14
ENTRY.slotBits=20
ENTRY.slotMask=1048575
ENTRY.poolShift=20
ENTRY.poolMask=63
ENTRY.discontinuity=1073741824
ENTRY.accepted=4294967295
ENTRY.none=4294967294
ENTRY.batch=256
ENTRY.maxCapacity=65536
KIND.audio=1
KIND.video=2
KIND.encoded=3
KIND.packet=4
KIND.data=5
FORMAT.f32Planar=1
FORMAT.rgba8=16
FORMAT.bgra8=17
FORMAT.nv12=18
FORMAT.i420=19
FORMAT.h264=32
FORMAT.hevc=33
FORMAT.vp8=34
FORMAT.vp9=35
FORMAT.av1=36
FORMAT.opus=37
FORMAT.aac=38
FORMAT.flac=39
FORMAT.mp3=40
FORMAT.jpeg=41
FORMAT.struct=48
FORMAT.serialized=49
FLAG.keyframe=1
FLAG.discontinuity=2
FLAG.gap=4
FLAG.decodeOnly=8
LINK_STATE.eos=1
LINK_STATE.closing=2
LINK_STATE.closed=4
PHASE.idle=0
PHASE.setup=1
PHASE.process=2
PHASE.await=3
PHASE.flush=4
PHASE.teardown=5
BLOCKED.none=0
BLOCKED.link=1
BLOCKED.pool=2
`;
