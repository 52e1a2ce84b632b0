//! openh264's decoder with the times of its pictures.
//!
//! A call decodes one access unit whole: its bytes, and then the end of the unit, without which the decoder would wait
//! for the next one. Pictures come in the order in which they are presented, so each of the two steps may give one that
//! was decoded earlier. A stamp travels through the decoder with each unit and tells which picture it is.

use std::collections::VecDeque;
use std::ptr::{null, null_mut};
use std::slice;

use openh264_sys2::source::APILoader;
use openh264_sys2::{
    DECODER_OPTION_TRACE_LEVEL, DECODING_STATE, ISVCDecoder, ISVCDecoderVtbl, SBufferInfo, SDecodingParam,
    SSysMEMBuffer, WELS_LOG_QUIET,
};

/// Units of which the decoder may still owe the picture; more than a stream can reorder.
const MOST_OWED: usize = 64;

/// Most pixels in a row, and most rows.
const MOST_PIXELS: i32 = 16_384;

/// The decoder.
pub(crate) struct H264Decoder {
    decoder: *mut ISVCDecoder,
    /// Stamp of the unit before.
    stamp: u64,
    owed: VecDeque<Owed>,
}

/// A unit of which the decoder may still owe the picture.
#[derive(Clone, Copy)]
struct Owed {
    stamp: u64,
    times: Times,
}

/// When a picture is presented, and how long, nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Times {
    pub(crate) pts_ns: f64,
    pub(crate) duration_ns: f64,
    /// Units before it are missing.
    pub(crate) gap: bool,
    /// The picture is decoded for others, and not shown.
    pub(crate) decode_only: bool,
}

/// A picture in the decoder's memory, until its next call.
pub(crate) struct Decoded<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Y, U and V, with their strides.
    pub(crate) planes: [(&'a [u8], usize); 3],
    pub(crate) times: Times,
}

impl H264Decoder {
    pub(crate) fn new() -> Result<Self, String> {
        let mut decoder: *mut ISVCDecoder = null_mut();
        // SAFETY: the place for the decoder's address is there.
        let status = unsafe { APILoader::WelsCreateDecoder(&raw mut decoder) };
        if status != 0 || decoder.is_null() {
            return Err(format!("openh264 has no decoder ({status})"));
        }
        let made = Self { decoder, stamp: 0, owed: VecDeque::new() };
        let mut quiet = WELS_LOG_QUIET;
        let parameters = SDecodingParam::default();
        let functions = made.functions();
        let (Some(initialize), Some(set)) = (functions.Initialize, functions.SetOption) else {
            return Err("openh264 lacks functions of its decoder".into());
        };
        // SAFETY: the decoder was made, and the option takes a number.
        unsafe { set(made.decoder, DECODER_OPTION_TRACE_LEVEL, (&raw mut quiet).cast()) };
        // SAFETY: as above; the decoder copies the parameters.
        let status = unsafe { initialize(made.decoder, &raw const parameters) };
        if status == 0 { Ok(made) } else { Err(format!("openh264 cannot decode ({status})")) }
    }

    /// Decodes an access unit; each picture that is ready goes to `give`. `false`: the unit is damaged.
    pub(crate) fn decode(
        &mut self,
        unit: &[u8],
        times: Times,
        give: &mut dyn FnMut(Decoded<'_>) -> Result<(), String>,
    ) -> Result<bool, String> {
        let length = i32::try_from(unit.len()).map_err(|_| "an access unit has 2 GiB or more")?;
        self.stamp += 1;
        self.owed.push_back(Owed { stamp: self.stamp, times });
        if self.owed.len() > MOST_OWED {
            self.owed.pop_front();
        }
        let bytes = self.step(unit.as_ptr(), length, give)?;
        let end = self.step(null(), 0, give)?;
        Ok(bytes && end)
    }

    /// Gives the pictures that the decoder still has.
    pub(crate) fn flush(&mut self, give: &mut dyn FnMut(Decoded<'_>) -> Result<(), String>) -> Result<(), String> {
        for _ in 0..MOST_OWED {
            let (mut planes, mut info) = ([null_mut::<u8>(); 3], SBufferInfo::default());
            let Some(flush) = self.functions().FlushFrame else { break };
            // SAFETY: the places are there for the call, which writes three addresses and the description.
            unsafe { flush(self.decoder, planes.as_mut_ptr(), &raw mut info) };
            if info.iBufferStatus != 1 {
                break;
            }
            self.give(planes, &info, give)?;
        }
        self.owed.clear();
        Ok(())
    }

    fn step(
        &mut self,
        bytes: *const u8,
        length: i32,
        give: &mut dyn FnMut(Decoded<'_>) -> Result<(), String>,
    ) -> Result<bool, String> {
        let mut planes = [null_mut::<u8>(); 3];
        let mut info = SBufferInfo { uiInBsTimeStamp: self.stamp, ..SBufferInfo::default() };
        let decode = self.functions().DecodeFrame2.ok_or("openh264 cannot decode")?;
        // SAFETY: `bytes` are so many, or null and none; the places are there for the call, which writes three addresses
        // and the description.
        let state: DECODING_STATE = unsafe { decode(self.decoder, bytes, length, planes.as_mut_ptr(), &raw mut info) };
        if info.iBufferStatus == 1 {
            self.give(planes, &info, give)?;
        }
        Ok(state == 0)
    }

    fn give(
        &mut self,
        starts: [*mut u8; 3],
        info: &SBufferInfo,
        give: &mut dyn FnMut(Decoded<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        // SAFETY: the only field that the decoder fills in.
        let SSysMEMBuffer { iWidth, iHeight, iStride, .. } = unsafe { info.UsrData.sSystemBuffer };
        let sizes = [iWidth, iHeight];
        let whole =
            starts.iter().all(|start| !start.is_null()) && sizes.iter().all(|size| (2..=MOST_PIXELS).contains(size));
        if !whole || iStride[0] < iWidth || iStride[1] < iWidth / 2 {
            return Ok(());
        }
        let (width, height) = (iWidth as usize, iHeight as usize);
        let strides = [iStride[0] as usize, iStride[1] as usize, iStride[1] as usize];
        let rows = [height, height / 2, height / 2];
        let widths = [width, width / 2, width / 2];
        let planes = std::array::from_fn(|k| {
            // The last row ends where its pixels do: the picture may lie at the end of the decoder's memory.
            let length = strides[k] * (rows[k] - 1) + widths[k];
            // SAFETY: the decoder has so many rows there until its next call.
            (unsafe { slice::from_raw_parts(starts[k].cast_const(), length) }, strides[k])
        });
        let times = self.times_of(info.uiOutYuvTimeStamp);
        give(Decoded { width, height, planes, times })
    }

    fn functions(&self) -> &ISVCDecoderVtbl {
        // SAFETY: the decoder was made; its first word is the address of its functions.
        unsafe { &**self.decoder }
    }

    fn times_of(&mut self, stamp: u64) -> Times {
        // A gap before a unit is one before the first picture of that and later units.
        let earlier = self.owed.iter_mut().filter(|owed| owed.stamp <= stamp);
        let gap = earlier.fold(false, |gap, owed| gap | std::mem::take(&mut owed.times.gap));
        let found = self.owed.iter().position(|owed| owed.stamp == stamp).and_then(|at| self.owed.remove(at));
        Times { gap, ..found.map_or_else(Times::default, |owed| owed.times) }
    }
}

impl Drop for H264Decoder {
    fn drop(&mut self) {
        if let Some(end) = self.functions().Uninitialize {
            // SAFETY: the decoder was made.
            unsafe { end(self.decoder) };
        }
        // SAFETY: this is the decoder's last use.
        unsafe { APILoader::WelsDestroyDecoder(self.decoder) };
    }
}
