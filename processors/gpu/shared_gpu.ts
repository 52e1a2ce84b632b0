/**
 * One WebGPU device for all processors of a thread. A device cannot be posted to a worker, so each worker lane has its own,
 * and what goes from node to node is bytes.
 *
 * Any number of uploads and read-backs may be under way. A read-back waits for the device; nothing else blocks. Buffers are
 * used again, textures are the caller's.
 *
 * @module
 */
import { SluiceError } from "../../core/errors.ts";
import type { VideoFrame } from "../../core/frames/video_frame.ts";

/** What the rows of a buffer are padded to, bytes. */
const ROW_STEP = 256;

/** Most buffers that wait for their next use. */
const MOST_BUFFERS = 8;

/** Flags of WebGPU, whose names not all libraries of types have: COPY_SRC, COPY_DST, TEXTURE_BINDING, RENDER_ATTACHMENT. */
const TEXTURE_USAGE = 0x01 | 0x02 | 0x04 | 0x10;

/** As above: MAP_READ and COPY_DST of buffers, and READ of maps. */
const BUFFER_USAGE = 0x01 | 0x08;
const MAP_READ = 0x01;

/** The formats of textures, by those of frames. */
const FORMATS: { readonly [pixelFormat: string]: GPUTextureFormat | undefined } = {
  rgba8: "rgba8unorm",
  bgra8: "bgra8unorm",
};

/** The device that this thread has now. */
let current: Promise<SharedGpu> | undefined;

/** The device of a thread, with what takes pictures to it and back. */
export interface SharedGpu {
  /** The device; lost for good once its `lost` has resolved. */
  readonly device: GPUDevice;
  /** The device's queue. */
  readonly queue: GPUQueue;
  /** The adapter's name, for people. */
  readonly name: string;

  /**
   * Copies a picture to a texture.
   *
   * @param frame in `rgba8` or `bgra8`; it may be released as soon as this returns
   * @param into a texture that this gave for a picture of the same size and format; absent: a new one, to sample from, to
   * draw to and to read back
   * @throws {RangeError} for another pixel format
   */
  upload(frame: VideoFrame, into?: GPUTexture): GPUTexture;

  /**
   * Copies a texture to a picture, after all that was submitted before.
   *
   * @param texture of the frame's size, with `COPY_SRC` among its usages
   * @param frame in `rgba8` or `bgra8`, which this node may change until the promise settles
   * @throws {RangeError} if the texture is of another size or format
   * @throws {SluiceError} `NodeFailed` if the device is lost meanwhile
   */
  readBack(texture: GPUTexture, frame: VideoFrame): Promise<void>;
}

/**
 * Gives the device of this thread: the same to all that ask, and a new one once that is lost. So ask again for each
 * picture, or batch of them, and make pipelines anew where the device is another one.
 *
 * @returns the device of the fastest adapter
 * @throws {SluiceError} `NativeUnavailable` if there is no adapter, or it gives no device
 *
 * @example
 * ```ts
 * import { sharedGpu } from "@sluice/sluice/gpu";
 *
 * const { name, device } = await sharedGpu();
 * console.log(name, device.limits.maxTextureDimension2D);
 * ```
 */
export function sharedGpu(): Promise<SharedGpu> {
  return current ??= open().catch((error) => {
    // The next one who asks may have more luck.
    current = undefined;
    throw error;
  });
}

async function open(): Promise<SharedGpu> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === undefined || adapter === null) {
    throw new SluiceError(
      "NativeUnavailable",
      "Cannot use a graphics processor: there is none; install its driver, or one that works without any: on Debian " +
        '"apt-get install mesa-vulkan-drivers"',
    );
  }
  const { maxTextureDimension2D } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxTextureDimension2D } }).catch((cause) => {
    const why = `"${adapter.info.description}" gives no device: ${(cause as Error).message}`;
    throw new SluiceError("NativeUnavailable", `Cannot use a graphics processor: ${why}`, { cause });
  });
  const gpu = new Device(device, adapter.info.description);
  void device.lost.then(() => current = undefined);
  return gpu;
}

class Device implements SharedGpu {
  readonly queue: GPUQueue;
  readonly #buffers: GPUBuffer[] = [];

  constructor(readonly device: GPUDevice, readonly name: string) {
    this.queue = device.queue;
  }

  upload(frame: VideoFrame, into?: GPUTexture): GPUTexture {
    const { width, height } = frame;
    const format = formatOf(frame, "upload");
    const texture = into ?? this.device.createTexture({ size: [width, height], format, usage: TEXTURE_USAGE });
    assertAlike(texture, frame, "upload");
    const bytes = frame.plane(0) as Uint8Array<ArrayBuffer>;
    this.queue.writeTexture({ texture }, bytes, { bytesPerRow: frame.stride(0) }, [width, height]);
    return texture;
  }

  async readBack(texture: GPUTexture, frame: VideoFrame): Promise<void> {
    const { width, height } = frame;
    assertAlike(texture, frame, "read back");
    const bytesPerRow = Math.ceil(4 * width / ROW_STEP) * ROW_STEP;
    const buffer = this.#takeBuffer(bytesPerRow * height);
    const encoder = this.device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
    this.queue.submit([encoder.finish()]);
    try {
      await buffer.mapAsync(MAP_READ);
    } catch (cause) {
      const why = `the graphics processor was lost: ${(cause as Error).message}`;
      throw new SluiceError("NodeFailed", `Cannot read a picture back: ${why}`, { cause });
    }
    const [from, to, stride] = [new Uint8Array(buffer.getMappedRange()), frame.plane(0), frame.stride(0)];
    for (let y = 0; y < height; y++) {
      to.set(from.subarray(y * bytesPerRow, y * bytesPerRow + 4 * width), y * stride);
    }
    buffer.unmap();
    this.#buffers.push(buffer);
    if (this.#buffers.length > MOST_BUFFERS) this.#buffers.shift()!.destroy();
  }

  #takeBuffer(size: number): GPUBuffer {
    const at = this.#buffers.findIndex((buffer) => buffer.size === size);
    if (at >= 0) return this.#buffers.splice(at, 1)[0];
    return this.device.createBuffer({ size, usage: BUFFER_USAGE });
  }
}

function formatOf({ pixelFormat }: VideoFrame, what: string): GPUTextureFormat {
  const format = FORMATS[pixelFormat];
  if (format !== undefined) return format;
  const mend = 'put "gpu-convert" or "convert" before the node';
  throw new RangeError(
    `Cannot ${what} a picture in ${pixelFormat}: wanted ${Object.keys(FORMATS).join(" or ")}; ${mend}`,
  );
}

function assertAlike(texture: GPUTexture, frame: VideoFrame, what: string): void {
  const [found, wanted] = [
    [texture.width, texture.height, texture.format],
    [frame.width, frame.height, formatOf(frame, what)],
  ].map(([width, height, format]) => `${width} × ${height} in ${format}`);
  if (found !== wanted) throw new RangeError(`Cannot ${what} a picture: the texture is ${found}, wanted ${wanted}`);
}
