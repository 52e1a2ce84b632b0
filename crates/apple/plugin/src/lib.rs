//! The stages of macOS as a plugin. On other systems it is empty, and nobody builds it.

#[cfg(target_os = "macos")]
mod stages {
    use sluice_apple::mac::{decoder, encoder, mp4_writer};
    use sluice_apple::stages::{H264, Hevc, Mp4Sink, VideoDecode, VideoEncode};

    sluice_stage::export_stages!(
        VideoEncode<encoder::Session, H264>,
        VideoDecode<decoder::Session, H264>,
        VideoEncode<encoder::Session, Hevc>,
        VideoDecode<decoder::Session, Hevc>,
        Mp4Sink<mp4_writer::Writer>
    );
}
