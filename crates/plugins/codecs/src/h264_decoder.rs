//! openh264's decoder with the times of its pictures.
//!
//! A call decodes one access unit whole: its bytes with a delimiter behind them, and then the end of the stream,
//! without which the decoder would wait for the next unit. Pictures come in the order in which they are presented, so
//! each of the two steps may give one that was decoded earlier. A stamp travels through the decoder with each unit and
//! tells which picture it is.
//!
//! Up to the first whole picture, damaged units give none. From then on openh264 conceals what is damaged: it fills what
//! it cannot decode with the picture before, and goes on. A damaged header may tell it a wrong place in the order, so from
//! damage to the next whole key frame a picture that is earlier than one already given is left out.

use std::collections::VecDeque;
use std::ptr::{null, null_mut};
use std::slice;

use openh264_sys2::source::APILoader;
use openh264_sys2::{
    DECODER_OPTION_ERROR_CON_IDC, DECODER_OPTION_TRACE_LEVEL, DECODING_STATE, ERROR_CON_DISABLE, ERROR_CON_IDC,
    ERROR_CON_SLICE_COPY, ISVCDecoder, ISVCDecoderVtbl, SBufferInfo, SDecodingParam, SSysMEMBuffer, WELS_LOG_QUIET,
    dsDataErrorConcealed, dsOutOfMemory, dsRefListNullPtrs,
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
    /// Units before the next one are missing.
    gap: bool,
    /// A whole picture has come, so damage is concealed.
    conceals: bool,
    /// A unit since the last whole key frame is damaged.
    hurt: bool,
    /// When the last picture is presented.
    last_ns: f64,
    /// Pictures that are left out, since the last call of [`Self::decode`] began.
    left_out: u32,
}

/// A unit to decode.
#[derive(Clone, Copy)]
pub(crate) struct Unit<'a> {
    /// With an access unit delimiter behind them: the decoder conceals at once what the unit lacks.
    pub(crate) bytes: &'a [u8],
    pub(crate) times: Times,
    pub(crate) keyframe: bool,
}

/// What is wrong with a unit, and with the pictures that came with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Harm {
    /// The unit is damaged.
    pub(crate) damaged: bool,
    /// Pictures of whole units that are left out because they came too late to have a place in the order.
    pub(crate) left_out: u32,
}

/// A unit of which the decoder may still owe the picture.
#[derive(Clone, Copy)]
struct Owed {
    stamp: u64,
    times: Times,
    /// Damage may have moved its picture.
    doubtful: bool,
    damaged: bool,
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
        let made = Self {
            decoder,
            stamp: 0,
            owed: VecDeque::new(),
            gap: false,
            conceals: false,
            hurt: false,
            last_ns: f64::NEG_INFINITY,
            left_out: 0,
        };
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

    /// Decodes an access unit; each picture that is ready goes to `give`, the first one behind damage with a gap.
    pub(crate) fn decode(
        &mut self,
        unit: Unit<'_>,
        give: &mut dyn FnMut(Decoded<'_>) -> Result<(), String>,
    ) -> Result<Harm, String> {
        let Unit { bytes, mut times, keyframe } = unit;
        let length = i32::try_from(bytes.len()).map_err(|_| "an access unit has 2 GiB or more")?;
        self.stamp += 1;
        self.left_out = 0;
        times.gap |= std::mem::take(&mut self.gap);
        self.owed.push_back(Owed { stamp: self.stamp, times, doubtful: self.hurt && !keyframe, damaged: false });
        if self.owed.len() > MOST_OWED {
            self.gap |= self.owed.pop_front().is_some_and(|owed| owed.times.gap);
        }
        let bytes = self.step(bytes.as_ptr(), length, give)?;
        let end = self.step(null(), 0, give)?;
        let damaged = !(bytes && end);
        self.hurt = damaged || self.hurt && !keyframe;
        Ok(Harm { damaged, left_out: self.left_out })
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
        self.gap |= self.owed.drain(..).any(|owed| owed.times.gap);
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
        // What depends on a concealed picture is as good as it can be.
        let whole = state & !dsDataErrorConcealed == 0;
        if !whole {
            self.note_damage();
        }
        if state & (dsOutOfMemory | dsRefListNullPtrs) != 0 {
            // The decoder has begun anew, without its references and parameter sets.
            self.conceal(ERROR_CON_DISABLE);
            self.gap = true;
        }
        if info.iBufferStatus == 1 {
            self.give(planes, &info, give)?;
            if whole && !self.conceals {
                self.conceal(ERROR_CON_SLICE_COPY);
            }
        }
        Ok(whole)
    }

    /// Notes that the unit is damaged, and that pictures which the decoder holds may come out of order. Units behind it
    /// may lack what they refer to, up to the next key frame; only the first one is a gap.
    fn note_damage(&mut self) {
        for owed in &mut self.owed {
            owed.doubtful = true;
            owed.damaged |= owed.stamp == self.stamp;
            owed.times.gap |= owed.stamp == self.stamp && !self.hurt;
        }
    }

    /// Says how the decoder conceals damage from the next unit on.
    fn conceal(&mut self, mut method: ERROR_CON_IDC) {
        if let Some(set) = self.functions().SetOption {
            // SAFETY: the decoder was made, and the option takes a number.
            unsafe { set(self.decoder, DECODER_OPTION_ERROR_CON_IDC, (&raw mut method).cast()) };
        }
        self.conceals = method != ERROR_CON_DISABLE;
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
        let Some(times) = self.times_of(info.uiOutYuvTimeStamp) else { return Ok(()) };
        give(Decoded { width, height, planes, times })
    }

    fn functions(&self) -> &ISVCDecoderVtbl {
        // SAFETY: the decoder was made; its first word is the address of its functions.
        unsafe { &**self.decoder }
    }

    /// When a picture is presented. `None`: it is left out, and its gap is one before the next.
    fn times_of(&mut self, stamp: u64) -> Option<Times> {
        let Some(at) = self.owed.iter().position(|owed| owed.stamp == stamp) else {
            self.left_out += 1;
            return None;
        };
        if self.owed[at].doubtful && self.owed[at].times.pts_ns < self.last_ns {
            self.left_out += u32::from(!self.owed[at].damaged);
            self.owed[at].times.gap = true;
            return None;
        }
        // A gap before a unit is one before the first picture of that and later units.
        let earlier = self.owed.iter_mut().filter(|owed| owed.stamp <= stamp);
        let gap = earlier.fold(false, |gap, owed| gap | std::mem::take(&mut owed.times.gap));
        let Owed { times, .. } = self.owed.remove(at)?;
        self.last_ns = times.pts_ns;
        Some(Times { gap, ..times })
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
