//! Stages for pictures on a graphics processor, by wgpu: `shader`, `gpu-convert`, `gpu-scale`, `blur`, `chroma-key` and
//! `blend`. Stages of one lane hand textures on.

mod blend;
mod blur;
mod check;
mod chroma_key;
mod colour;
mod convert;
mod device;
mod fault;
mod lane;
#[cfg(test)]
mod lane_tests;
mod made;
mod node;
mod other;
mod pass;
mod picture;
mod program;
mod scale;
mod shader;
mod source;

use node::Node;

sluice_stage::export_stages!(
    Node<shader::Shader>,
    Node<convert::Convert>,
    Node<scale::Scale>,
    Node<blur::Blur>,
    Node<chroma_key::ChromaKey>,
    Node<blend::Blend>
);
