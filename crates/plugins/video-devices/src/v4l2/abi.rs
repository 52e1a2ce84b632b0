//! The structures and requests of Video4Linux 2 that capture needs, as `include/uapi/linux/videodev2.h` of Linux and its
//! documentation ("Video for Linux API") give them. Names are those of the header without their beginnings.

/// A four-character code of a pixel format, the first character lowest.
pub(crate) const fn four_cc(text: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*text)
}

pub(crate) const BUF_TYPE_VIDEO_CAPTURE: u32 = 1;
pub(crate) const MEMORY_MMAP: u32 = 1;
pub(crate) const FIELD_NONE: u32 = 1;

pub(crate) const CAP_VIDEO_CAPTURE: u32 = 0x1;
pub(crate) const CAP_VIDEO_CAPTURE_MPLANE: u32 = 0x1000;
pub(crate) const CAP_STREAMING: u32 = 0x0400_0000;
pub(crate) const CAP_DEVICE_CAPS: u32 = 0x8000_0000;

/// Of frame sizes and of intervals.
pub(crate) const DISCRETE: u32 = 1;

/// `capability` of [`CaptureParm`]: the interval can be set.
pub(crate) const CAP_TIMEPERFRAME: u32 = 0x1000;

/// The driver marks a buffer whose data are damaged.
pub(crate) const BUF_FLAG_ERROR: u32 = 0x40;
pub(crate) const BUF_FLAG_TIMESTAMP_MASK: u32 = 0xe000;
pub(crate) const BUF_FLAG_TIMESTAMP_MONOTONIC: u32 = 0x2000;

/// `v4l2_capability`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct Capability {
    pub(crate) driver: [u8; 16],
    pub(crate) card: [u8; 32],
    pub(crate) bus_info: [u8; 32],
    pub(crate) version: u32,
    pub(crate) capabilities: u32,
    pub(crate) device_caps: u32,
    pub(crate) reserved: [u32; 3],
}

/// `v4l2_fmtdesc`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct FmtDesc {
    pub(crate) index: u32,
    pub(crate) kind: u32,
    pub(crate) flags: u32,
    pub(crate) description: [u8; 32],
    pub(crate) pixelformat: u32,
    pub(crate) mbus_code: u32,
    pub(crate) reserved: [u32; 3],
}

/// `v4l2_frmsizeenum`. `sizes` is width and height, or the least and the most of each with the step between.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct FrmSizeEnum {
    pub(crate) index: u32,
    pub(crate) pixel_format: u32,
    pub(crate) kind: u32,
    pub(crate) sizes: [u32; 6],
    pub(crate) reserved: [u32; 2],
}

/// `v4l2_frmivalenum`. `intervals` is one of seconds, as a fraction, or the least and the most with the step between.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct FrmIvalEnum {
    pub(crate) index: u32,
    pub(crate) pixel_format: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) kind: u32,
    pub(crate) intervals: [[u32; 2]; 3],
    pub(crate) reserved: [u32; 2],
}

/// `v4l2_pix_format`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct PixFormat {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixelformat: u32,
    pub(crate) field: u32,
    pub(crate) bytesperline: u32,
    pub(crate) sizeimage: u32,
    pub(crate) colorspace: u32,
    pub(crate) private: u32,
    pub(crate) flags: u32,
    pub(crate) ycbcr_enc: u32,
    pub(crate) quantization: u32,
    pub(crate) xfer_func: u32,
}

/// What `v4l2_format` holds for a type: 200 bytes, aligned as an address is.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) union FormatOf {
    pub(crate) pix: PixFormat,
    raw: [u8; 200],
    _aligned: *const u8,
}

/// `v4l2_format`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct FormatArgument {
    pub(crate) kind: u32,
    of: FormatOf,
}

impl FormatArgument {
    pub(crate) fn new(pix: PixFormat) -> Self {
        let mut of = FormatOf { raw: [0; 200] };
        of.pix = pix;
        Self { kind: BUF_TYPE_VIDEO_CAPTURE, of }
    }

    pub(crate) fn pix(&mut self) -> &mut PixFormat {
        // SAFETY: it is made of numbers, of which all bytes are one, and those of the union were all set.
        unsafe { &mut self.of.pix }
    }
}

/// `v4l2_captureparm`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct CaptureParm {
    pub(crate) capability: u32,
    capturemode: u32,
    /// Seconds, as a fraction.
    pub(crate) timeperframe: [u32; 2],
    extendedmode: u32,
    readbuffers: u32,
    reserved: [u32; 4],
}

/// `v4l2_streamparm`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct StreamParm {
    pub(crate) kind: u32,
    pub(crate) capture: CaptureParm,
    rest: [u32; 40],
}

impl StreamParm {
    pub(crate) fn new(timeperframe: [u32; 2]) -> Self {
        let capture = CaptureParm { timeperframe, ..CaptureParm::default() };
        Self { kind: BUF_TYPE_VIDEO_CAPTURE, capture, rest: [0; 40] }
    }
}

/// `v4l2_requestbuffers`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct RequestBuffers {
    pub(crate) count: u32,
    pub(crate) kind: u32,
    pub(crate) memory: u32,
    pub(crate) capabilities: u32,
    pub(crate) flags: u8,
    pub(crate) reserved: [u8; 3],
}

/// `v4l2_timecode`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct TimeCode {
    kind: u32,
    flags: u32,
    digits: [u8; 8],
}

/// `v4l2_buffer`. `place` is where to map it, in the lower 32 bits.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Buffer {
    pub(crate) index: u32,
    pub(crate) kind: u32,
    pub(crate) bytesused: u32,
    pub(crate) flags: u32,
    pub(crate) field: u32,
    pub(crate) timestamp: libc::timeval,
    timecode: TimeCode,
    pub(crate) sequence: u32,
    pub(crate) memory: u32,
    pub(crate) place: Place,
    pub(crate) length: u32,
    reserved2: u32,
    request_fd: i32,
}

/// The union of `v4l2_buffer`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) union Place {
    pub(crate) offset: u32,
    _userptr: libc::c_ulong,
}

impl Buffer {
    pub(crate) fn new(index: u32) -> Self {
        Self {
            index,
            kind: BUF_TYPE_VIDEO_CAPTURE,
            bytesused: 0,
            flags: 0,
            field: 0,
            timestamp: libc::timeval { tv_sec: 0, tv_usec: 0 },
            timecode: TimeCode::default(),
            sequence: 0,
            memory: MEMORY_MMAP,
            place: Place { _userptr: 0 },
            length: 0,
            reserved2: 0,
            request_fd: 0,
        }
    }

    pub(crate) fn offset(&self) -> u32 {
        // SAFETY: all bytes of the union were set, and any are a number.
        unsafe { self.place.offset }
    }
}

const WRITES: u32 = 1;
const READS: u32 = 2;

/// The number of a request (`_IOC` of `asm-generic/ioctl.h`).
const fn request(direction: u32, number: u32, size: usize) -> u32 {
    direction << 30 | (size as u32) << 16 | (b'V' as u32) << 8 | number
}

pub(crate) const QUERYCAP: u32 = request(READS, 0, size_of::<Capability>());
pub(crate) const ENUM_FMT: u32 = request(READS | WRITES, 2, size_of::<FmtDesc>());
pub(crate) const S_FMT: u32 = request(READS | WRITES, 5, size_of::<FormatArgument>());
pub(crate) const REQBUFS: u32 = request(READS | WRITES, 8, size_of::<RequestBuffers>());
pub(crate) const QUERYBUF: u32 = request(READS | WRITES, 9, size_of::<Buffer>());
pub(crate) const QBUF: u32 = request(READS | WRITES, 15, size_of::<Buffer>());
pub(crate) const DQBUF: u32 = request(READS | WRITES, 17, size_of::<Buffer>());
pub(crate) const STREAMON: u32 = request(WRITES, 18, size_of::<i32>());
pub(crate) const STREAMOFF: u32 = request(WRITES, 19, size_of::<i32>());
pub(crate) const S_PARM: u32 = request(READS | WRITES, 22, size_of::<StreamParm>());
pub(crate) const ENUM_FRAMESIZES: u32 = request(READS | WRITES, 74, size_of::<FrmSizeEnum>());
pub(crate) const ENUM_FRAMEINTERVALS: u32 = request(READS | WRITES, 75, size_of::<FrmIvalEnum>());

// What the kernel's header gives, on machines of 64 bits.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<Capability>() == 104 && size_of::<FmtDesc>() == 64);
    assert!(size_of::<FrmSizeEnum>() == 44 && size_of::<FrmIvalEnum>() == 52);
    assert!(size_of::<PixFormat>() == 48 && size_of::<FormatArgument>() == 208);
    assert!(size_of::<CaptureParm>() == 40 && size_of::<StreamParm>() == 204);
    assert!(size_of::<RequestBuffers>() == 20 && size_of::<Buffer>() == 88);
    assert!(std::mem::offset_of!(Buffer, timestamp) == 24 && std::mem::offset_of!(Buffer, sequence) == 56);
    assert!(std::mem::offset_of!(Buffer, place) == 64 && std::mem::offset_of!(Buffer, length) == 72);
};

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn requests_have_the_numbers_of_the_kernel() {
        let found = [QUERYCAP, ENUM_FMT, S_FMT, REQBUFS, QUERYBUF, QBUF, DQBUF, STREAMON, STREAMOFF, S_PARM];
        let wanted = [
            0x8068_5600,
            0xc040_5602,
            0xc0d0_5605,
            0xc014_5608,
            0xc058_5609,
            0xc058_560f,
            0xc058_5611,
            0x4004_5612,
            0x4004_5613,
            0xc0cc_5616,
        ];
        assert_eq!(found, wanted);
        assert_eq!([ENUM_FRAMESIZES, ENUM_FRAMEINTERVALS], [0xc02c_564a, 0xc034_564b]);
    }
}
