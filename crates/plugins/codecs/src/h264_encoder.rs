//! openh264's encoder.

use std::ffi::c_void;
use std::ptr::null_mut;
use std::slice;

use openh264_sys2::source::APILoader;
use openh264_sys2::{
    ASP_EXT_SAR, CAMERA_VIDEO_REAL_TIME, CM_BT709, CM_BT2020NC, CM_SMPTE170M, CONSTANT_ID, CP_BT709, CP_BT2020,
    CP_SMPTE170M, ELevelIdc, ENCODER_OPTION, ENCODER_OPTION_BITRATE, ENCODER_OPTION_TRACE_LEVEL, EProfileIdc,
    HIGH_COMPLEXITY, ISVCEncoder, ISVCEncoderVtbl, LEVEL_4_0, LEVEL_4_1, LEVEL_4_2, LEVEL_5_0, LEVEL_5_1, LEVEL_5_2,
    LOW_COMPLEXITY, MEDIUM_COMPLEXITY, PRO_BASELINE, PRO_HIGH, PRO_MAIN, RC_BITRATE_MODE, RC_OFF_MODE, RC_QUALITY_MODE,
    SBitrateInfo, SCREEN_CONTENT_REAL_TIME, SEncParamExt, SFrameBSInfo, SM_SINGLE_SLICE, SPATIAL_LAYER_ALL,
    SSourcePicture, SSpatialLayerConfig, TRC_BT709, TRC_BT2020_10, TRC_SMPTE170M, WELS_LOG_QUIET, videoFormatI420,
    videoFrameTypeIDR,
};

/// Levels: most macroblocks a second, most of a picture, and most bits a second (ITU-T H.264, table A-1, with the factor
/// of NAL units). There is none below 4, so that parameter sets do not depend on the bit rate of small pictures.
const LEVELS: [(ELevelIdc, f32, u32, u32); 6] = [
    (LEVEL_4_0, 245_760.0, 8_192, 24_000_000),
    (LEVEL_4_1, 245_760.0, 8_192, 60_000_000),
    (LEVEL_4_2, 522_240.0, 8_704, 60_000_000),
    (LEVEL_5_0, 589_824.0, 22_080, 162_000_000),
    (LEVEL_5_1, 983_040.0, 36_864, 288_000_000),
    (LEVEL_5_2, 2_073_600.0, 36_864, 288_000_000),
];

/// What the encoder keeps to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rate {
    /// The bit rate.
    Bits,
    /// The quality, with the bit rate as a target.
    Quality,
    /// The quantiser, 1 to 51.
    Quantiser(u8),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Baseline,
    Main,
    High,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Complexity {
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matrix {
    Bt601,
    Bt709,
    Bt2020,
}

/// How pictures are encoded.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) bit_rate: u32,
    pub(crate) rate: Rate,
    pub(crate) key_interval: u32,
    pub(crate) profile: Profile,
    pub(crate) complexity: Complexity,
    /// What the pictures show is a screen, not what a camera sees.
    pub(crate) screen: bool,
    pub(crate) frame_rate: f32,
    pub(crate) matrix: Matrix,
    pub(crate) full_range: bool,
    /// What pixels are like, as `SluiceFrameInfo` has it.
    pub(crate) pixel_aspect: u32,
    /// The least quantiser; 0 leaves it to openh264.
    pub(crate) least_quantiser: u8,
}

/// The least quantiser of openh264's rate controls.
const LEAST_CONTROLLED: u8 = 12;
/// How many steps of the quantiser neighbouring pixels may differ by, on average. Of noise with half as many again,
/// CABAC writes beyond openh264's buffer, which it does not watch.
const MOST_STEPS: f64 = 30.0;
/// Of four rows, one is looked at.
const LOOKED_AT: usize = 4;
/// Quantisers that are tried one after the other for pictures of which openh264 has no room.
const COARSER: [u8; 8] = [6, 12, 15, 18, 24, 32, 42, 51];
/// What openh264 answers where it has no room for what it has made; it has shut down by then.
const NO_ROOM: i32 = 3;

/// A picture in I420: planes with their strides.
#[derive(Clone, Copy)]
pub(crate) struct Planes<'a> {
    pub(crate) planes: [(&'a [u8], usize); 3],
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The encoder, for pictures of one size.
pub(crate) struct H264Encoder {
    encoder: *mut ISVCEncoder,
    size: (u32, u32),
    settings: Settings,
    /// Most bits a second that the stream's level has room for.
    most_bits: u32,
    stream: Box<SFrameBSInfo>,
}

// SAFETY: the encoder belongs to whoever has this, and keeps to no thread.
unsafe impl Send for H264Encoder {}

/// Calls a function of the encoder; 0 is success.
macro_rules! call {
    ($self:expr, $name:ident($($argument:expr),*)) => {
        match $self.functions().$name {
            // SAFETY: the encoder was made, and what the arguments point to is there during the call.
            Some(function) => unsafe { function($self.encoder, $($argument),*) },
            None => -1,
        }
    };
}

impl H264Encoder {
    /// An encoder for pictures of a size that openh264 takes.
    pub(crate) fn new(settings: &Settings, size: (u32, u32)) -> Result<Self, String> {
        let mut encoder: *mut ISVCEncoder = null_mut();
        // SAFETY: the place for the encoder's address is there.
        let status = unsafe { APILoader::WelsCreateSVCEncoder(&raw mut encoder) };
        if status != 0 || encoder.is_null() {
            return Err(format!("openh264 has no encoder ({status})"));
        }
        let (level, most_bits) = settings.level(size);
        let made = Self { encoder, size, settings: *settings, most_bits, stream: Box::default() };
        let mut quiet = WELS_LOG_QUIET;
        made.set(ENCODER_OPTION_TRACE_LEVEL, (&raw mut quiet).cast());
        let mut parameters = SEncParamExt::default();
        call!(made, GetDefaultParams(&raw mut parameters));
        settings.fill(&mut parameters, size);
        parameters.sSpatialLayers[0].uiLevelIdc = level;
        let status = call!(made, InitializeExt(&raw const parameters));
        if status != 0 {
            return Err(format!("openh264 refuses pictures of {} × {} with these settings ({status})", size.0, size.1));
        }
        Ok(made)
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        self.size
    }

    /// What pixels are like, as the stream says it.
    pub(crate) fn pixel_aspect(&self) -> u32 {
        self.settings.pixel_aspect
    }

    /// The least quantiser; 0 leaves it to openh264.
    pub(crate) fn least_quantiser(&self) -> u8 {
        self.settings.least_quantiser
    }

    /// The same encoder anew, with the next coarser quantiser at least.
    ///
    /// # Errors
    ///
    /// There is no coarser one.
    pub(crate) fn coarser(&self) -> Result<Self, String> {
        let finest = self.settings.finest();
        let next = COARSER.iter().find(|each| **each > finest).ok_or("openh264 has no room for this picture")?;
        Self::new(&Settings { least_quantiser: *next, ..self.settings }, self.size)
    }

    /// Sets the bits a second.
    pub(crate) fn set_bit_rate(&mut self, bit_rate: u32) -> Result<(), String> {
        if bit_rate > self.most_bits {
            return Err(format!(
                "bitRate is {bit_rate}, and the level of the stream has room for {} bit/s; replace the node by one with \
                 that bitRate",
                self.most_bits
            ));
        }
        let status = self.apply_bit_rate(bit_rate);
        if status == 0 {
            self.settings.bit_rate = bit_rate;
            return Ok(());
        }
        // It has taken the value before it refuses it.
        self.apply_bit_rate(self.settings.bit_rate);
        Err(format!("openh264 refuses {bit_rate} bit/s ({status})"))
    }

    fn apply_bit_rate(&self, bit_rate: u32) -> i32 {
        let mut wanted = SBitrateInfo { iLayer: SPATIAL_LAYER_ALL, iBitrate: bit_rate as i32 };
        self.set(ENCODER_OPTION_BITRATE, (&raw mut wanted).cast())
    }

    /// Encodes a picture of the encoder's size, and adds its access unit to `bytes`. The answer is whether it is a key
    /// frame; `None`: it needs a [coarser](Self::coarser) encoder, and this one is over.
    pub(crate) fn encode(
        &mut self,
        picture: &Planes<'_>,
        time_ms: i64,
        force_key_frame: bool,
        bytes: &mut Vec<u8>,
    ) -> Result<Option<bool>, String> {
        if force_key_frame {
            call!(self, ForceIntraFrame(true));
        }
        let source = self.source(picture, time_ms)?;
        if finest_for(picture) > f64::from(self.settings.finest()) {
            return Ok(None);
        }
        let stream = &raw mut *self.stream;
        let status = call!(self, EncodeFrame(&raw const source, stream));
        if status == NO_ROOM {
            return Ok(None);
        }
        if status != 0 {
            return Err(format!("openh264 refuses the picture ({status})"));
        }
        self.take(bytes);
        Ok(Some(self.stream.eFrameType == videoFrameTypeIDR))
    }

    /// The picture as openh264 takes it, which reads it only.
    fn source(&self, picture: &Planes<'_>, time_ms: i64) -> Result<SSourcePicture, String> {
        let &Planes { planes, width, height } = picture;
        let mut source = SSourcePicture {
            iColorFormat: videoFormatI420,
            iPicWidth: width as i32,
            iPicHeight: height as i32,
            uiTimeStamp: time_ms,
            ..SSourcePicture::default()
        };
        for (k, (bytes, stride)) in planes.into_iter().enumerate() {
            let half = if k == 0 { 1 } else { 2 };
            let (row, rows) = (width as usize / half, height as usize / half);
            if stride < row || bytes.len() < stride * (rows - 1) + row || (width, height) != self.size {
                return Err(format!("plane {k} of a picture of {width} × {height} is too short"));
            }
            (source.pData[k], source.iStride[k]) = (bytes.as_ptr().cast_mut(), stride as i32);
        }
        Ok(source)
    }

    /// Adds what was encoded.
    fn take(&self, bytes: &mut Vec<u8>) {
        let layers = usize::try_from(self.stream.iLayerNum).unwrap_or(0).min(self.stream.sLayerInfo.len());
        for layer in &self.stream.sLayerInfo[..layers] {
            let count = usize::try_from(layer.iNalCount).unwrap_or(0);
            if count == 0 || layer.pNalLengthInByte.is_null() || layer.pBsBuf.is_null() {
                continue;
            }
            // SAFETY: the encoder has written so many lengths.
            let lengths = unsafe { slice::from_raw_parts(layer.pNalLengthInByte, count) };
            let total = lengths.iter().map(|&length| usize::try_from(length).unwrap_or(0)).sum();
            // SAFETY: the NAL units of a layer lie there one after the other.
            bytes.extend_from_slice(unsafe { slice::from_raw_parts(layer.pBsBuf, total) });
        }
    }

    fn set(&self, option: ENCODER_OPTION, value: *mut c_void) -> i32 {
        call!(self, SetOption(option, value))
    }

    fn functions(&self) -> &ISVCEncoderVtbl {
        // SAFETY: the encoder was made; its first word is the address of its functions.
        unsafe { &**self.encoder }
    }
}

impl Drop for H264Encoder {
    fn drop(&mut self) {
        call!(self, Uninitialize());
        // SAFETY: this is the encoder's last use.
        unsafe { APILoader::WelsDestroySVCEncoder(self.encoder) };
    }
}

/// The finest quantiser that is safe for a picture.
fn finest_for(picture: &Planes<'_>) -> f64 {
    let (luma, stride) = picture.planes[0];
    let width = picture.width as usize;
    let rows = luma.chunks(stride).take(picture.height as usize).step_by(LOOKED_AT);
    let (sum, count) = rows.fold((0_u64, 0_u64), |(sum, count), row| {
        let row = &row[..width];
        let differences: u32 = row.iter().zip(&row[1..]).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        (sum + u64::from(differences), count + width as u64 - 1)
    });
    // ITU-T H.264, 8.5.9: a step is 0.625 for the quantiser 0, and doubles with each 6.
    6.0 * (sum as f64 / count as f64 / MOST_STEPS / 0.625).log2()
}

impl Settings {
    /// The finest quantiser that may be taken.
    fn finest(&self) -> u8 {
        let own = if let Rate::Quantiser(quantiser) = self.rate { quantiser } else { LEAST_CONTROLLED };
        own.max(self.least_quantiser)
    }

    /// The level of the stream, and the most bits a second that it has room for.
    fn level(&self, (width, height): (u32, u32)) -> (ELevelIdc, u32) {
        let blocks = width.div_ceil(16) * height.div_ceil(16);
        let fits = |&&(_, rate, size, bits): &&(ELevelIdc, f32, u32, u32)| {
            blocks as f32 * self.frame_rate <= rate && blocks <= size && self.bit_rate <= bits
        };
        let (level, .., bits) = LEVELS.iter().find(fits).unwrap_or(&LEVELS[LEVELS.len() - 1]);
        (*level, *bits)
    }

    /// Left alone openh264 encodes few bits, and leaves pictures out to keep to them.
    fn fill(&self, parameters: &mut SEncParamExt, (width, height): (u32, u32)) {
        let quantiser =
            if let Rate::Quantiser(quantiser) = self.rate { i32::from(quantiser.max(self.least_quantiser)) } else { 0 };
        let constant = quantiser > 0;
        let (profile, arithmetic) = match self.profile {
            Profile::Baseline => (PRO_BASELINE, 0),
            Profile::Main => (PRO_MAIN, 1),
            Profile::High => (PRO_HIGH, 1),
        };
        parameters.iUsageType = if self.screen { SCREEN_CONTENT_REAL_TIME } else { CAMERA_VIDEO_REAL_TIME };
        (parameters.iPicWidth, parameters.iPicHeight) = (width as i32, height as i32);
        parameters.iTargetBitrate = self.bit_rate as i32;
        parameters.iRCMode = match self.rate {
            Rate::Bits => RC_BITRATE_MODE,
            Rate::Quality => RC_QUALITY_MODE,
            Rate::Quantiser(_) => RC_OFF_MODE,
        };
        parameters.fMaxFrameRate = self.frame_rate;
        parameters.iComplexityMode = match self.complexity {
            Complexity::Low => LOW_COMPLEXITY,
            Complexity::Medium => MEDIUM_COMPLEXITY,
            Complexity::High => HIGH_COMPLEXITY,
        };
        parameters.uiIntraPeriod = self.key_interval;
        parameters.eSpsPpsIdStrategy = CONSTANT_ID;
        parameters.iEntropyCodingModeFlag = arithmetic;
        parameters.bEnableFrameSkip = false;
        parameters.iMultipleThreadIdc = 1;
        parameters.bEnableDenoise = false;
        parameters.bEnableAdaptiveQuant = !constant;
        parameters.bEnableBackgroundDetection = !constant;
        parameters.bEnableSceneChangeDetect = true;
        (parameters.iSpatialLayerNum, parameters.iTemporalLayerNum) = (1, 1);
        if constant {
            (parameters.iMinQp, parameters.iMaxQp) = (quantiser, quantiser);
        } else if self.least_quantiser > 0 {
            parameters.iMinQp = i32::from(self.least_quantiser);
        }
        self.fill_layer(&mut parameters.sSpatialLayers[0], (width, height), profile, quantiser);
    }

    fn fill_layer(
        &self,
        layer: &mut SSpatialLayerConfig,
        (width, height): (u32, u32),
        profile: EProfileIdc,
        quantiser: i32,
    ) {
        (layer.iVideoWidth, layer.iVideoHeight) = (width as i32, height as i32);
        layer.fFrameRate = self.frame_rate;
        (layer.iSpatialBitrate, layer.uiProfileIdc) = (self.bit_rate as i32, profile);
        layer.sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
        layer.sSliceArgument.uiSliceNum = 1;
        if quantiser > 0 {
            layer.iDLayerQp = quantiser;
        }
        self.describe_colour(layer);
        if self.pixel_aspect != 0 {
            (layer.bAspectRatioPresent, layer.eAspectRatio) = (true, ASP_EXT_SAR);
            layer.sAspectRatioExtWidth = (self.pixel_aspect >> 16) as u16;
            layer.sAspectRatioExtHeight = self.pixel_aspect as u16;
        }
    }

    /// What the stream says of the colours: ITU-T H.264, annex E.
    fn describe_colour(&self, layer: &mut SSpatialLayerConfig) {
        let (primaries, transfer, matrix) = match self.matrix {
            Matrix::Bt601 => (CP_SMPTE170M, TRC_SMPTE170M, CM_SMPTE170M),
            Matrix::Bt709 => (CP_BT709, TRC_BT709, CM_BT709),
            Matrix::Bt2020 => (CP_BT2020, TRC_BT2020_10, CM_BT2020NC),
        };
        (layer.bVideoSignalTypePresent, layer.bColorDescriptionPresent) = (true, true);
        layer.uiVideoFormat = 5;
        layer.bFullRange = self.full_range;
        (layer.uiColorPrimaries, layer.uiTransferCharacteristics) = (primaries as u8, transfer as u8);
        layer.uiColorMatrix = matrix as u8;
    }
}
