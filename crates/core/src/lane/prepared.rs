//! An edit that was prepared: all that its lane needs to apply it.

use std::ptr::NonNull;

use sluice_abi::LinkRecord;

use super::node::Node;
use super::shared::Shared;
use super::spec::Edit;

/// Why an edit is refused: the node that refuses it, if it is one, and a clause.
pub(super) type Refusal = (Option<u32>, String);

/// An edit that waits for its epoch.
pub(super) struct Prepared {
    pub(super) epoch: u32,
    pub(super) edit: Edit,
    pub(super) nodes: Vec<Node>,
    /// The records of `edit.attach`.
    pub(super) records: Vec<NonNull<LinkRecord>>,
}

impl Prepared {
    /// A node that comes.
    pub(super) fn node(&mut self, slot: u32) -> Option<&mut Node> {
        self.nodes.iter_mut().find(|node| node.ports.position == slot as usize)
    }

    /// Drops the stages that were made.
    pub(super) fn discard(mut self, shared: &Shared) {
        for node in &mut self.nodes {
            node.drop_stage(shared);
        }
    }
}
