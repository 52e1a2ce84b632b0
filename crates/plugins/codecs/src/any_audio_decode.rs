//! `org.sluice.codecs.audio-decode`: whichever of the codecs of audio comes, by the stage of that codec.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_AAC, SLUICE_FLAC, SLUICE_MP3, SLUICE_OPUS};
use sluice_stage::{Context, Figure, Next, Port, Stage};

use crate::aac::Aac;
use crate::audio_decode::AudioDecode;
use crate::flac::Flac;
use crate::mp3::Mp3;
use crate::opus_decode::OpusDecode;

/// Decodes packets of the codec that the first one has.
#[derive(Default)]
pub struct AnyAudioDecode {
    own: Option<Own>,
}

/// The stage that does the work.
enum Own {
    Aac(AudioDecode<Aac>),
    Mp3(AudioDecode<Mp3>),
    Flac(AudioDecode<Flac>),
    Opus(Box<OpusDecode>),
}

/// Does the same with the stage of any codec.
macro_rules! with_own {
    ($own:expr, $stage:ident => $does:expr) => {
        match $own {
            Own::Aac($stage) => $does,
            Own::Mp3($stage) => $does,
            Own::Flac($stage) => $does,
            Own::Opus($stage) => $does,
        }
    };
}

impl Stage for AnyAudioDecode {
    const ID: &'static CStr = c"org.sluice.codecs.audio-decode";
    const NAME: &'static CStr = c"Audio decode";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Decodes AAC, MP3, FLAC or Opus, whichever comes.\n\n\
        It does what `aac-decode`, `mp3-decode`, `flac-decode` and `opus-decode` do. The first packet says which \
        it is; packets of another codec count as damaged.\n\n\
        **Example.** `media-source path=song.mkv ! audio-decode ! wav-sink path=song.wav`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["codec"], "properties": {
            "preSkip": {"type": "integer", "minimum": 0, "maximum": 48000, "default": 312, "x-unit": "samples",
                "description": "For Opus: samples at the start that are left out of a stream that begins after the time 0 and does not tell."},
            "damaged": {"type": "string", "enum": ["conceal", "fail"], "default": "conceal",
                "description": "For packets that cannot be decoded: others take their place, or the node fails."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::encoded(c"encoded", c"A packet a frame, all of one codec.").accepting(&[
        SLUICE_OPUS,
        SLUICE_AAC,
        SLUICE_FLAC,
        SLUICE_MP3,
    ])];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audio", c"Audio at the rate of the stream.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"packets"), Figure::new(c"damaged")];

    fn create(_: &mut Context) -> Result<Self, String> {
        Ok(Self::default())
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if self.own.is_none() {
            let Some(info) = context.peek(0) else { return Ok(Next::WhenFramesCome) };
            self.own = Some(Own::of(info.format, context)?);
        }
        let Some(own) = &mut self.own else { return Ok(Next::WhenFramesCome) };
        with_own!(own, stage => stage.process(context))
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        let Some(own) = &mut self.own else { return Ok(Next::WhenFramesCome) };
        with_own!(own, stage => stage.flush(context))
    }

    fn figures(&mut self, values: &mut [f64]) {
        if let Some(own) = &mut self.own {
            with_own!(own, stage => stage.figures(values));
        }
    }
}

impl Own {
    /// The stage for a codec.
    fn of(codec: u32, context: &mut Context) -> Result<Self, String> {
        Ok(match codec {
            SLUICE_AAC => Self::Aac(AudioDecode::create(context)?),
            SLUICE_MP3 => Self::Mp3(AudioDecode::create(context)?),
            SLUICE_FLAC => Self::Flac(AudioDecode::create(context)?),
            SLUICE_OPUS => Self::Opus(Box::new(OpusDecode::create(context)?)),
            other => return Err(format!("it decodes no packets of codec {other}")),
        })
    }
}
