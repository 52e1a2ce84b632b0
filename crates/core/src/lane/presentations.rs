//! When the nodes of a graph present sound and pictures, so that those of one group keep together. Behind a lock that is
//! held for a moment: nodes say it some fifty times a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::arena::Arena;

/// Media time, and when it is presented on the nodes' clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Presented {
    /// Nanoseconds of media time.
    pub(crate) pts_ns: f64,
    /// Nanoseconds of the nodes' clock.
    pub(crate) at_ns: f64,
}

/// The newest pair of each group and kind of a graph.
#[derive(Default)]
pub(super) struct Presentations(Mutex<HashMap<String, [Option<Presented>; KINDS]>>);

/// Kinds of frames are below.
const KINDS: usize = 8;

/// Groups that a graph may have: the names are the user's.
const MOST_GROUPS: usize = 256;

/// Those of running graphs, by the address of the control arena, which their lanes share.
static OF_GRAPHS: Mutex<Vec<(usize, Weak<Presentations>)>> = Mutex::new(Vec::new());

impl Presentations {
    /// Those of the graph with this control arena: the same for all of its lanes.
    pub(super) fn of_graph(control: &Arena) -> Arc<Self> {
        let key = control.base().addr().get();
        let mut graphs = lock(&OF_GRAPHS);
        graphs.retain(|(_, known)| known.strong_count() > 0);
        if let Some(known) = graphs.iter().find(|(known, _)| *known == key).and_then(|(_, known)| known.upgrade()) {
            return known;
        }
        let new = Arc::<Self>::default();
        graphs.push((key, Arc::downgrade(&new)));
        new
    }

    /// Keeps a pair.
    pub(super) fn set(&self, group: &str, kind: u32, pair: Presented) {
        let mut groups = lock(&self.0);
        if !groups.contains_key(group) {
            if groups.len() >= MOST_GROUPS {
                return;
            }
            groups.insert(group.to_owned(), [None; KINDS]);
        }
        if let Some(place) = groups.get_mut(group).and_then(|kinds| kinds.get_mut(kind as usize)) {
            *place = Some(pair);
        }
    }

    /// The newest pair.
    pub(super) fn get(&self, group: &str, kind: u32) -> Option<Presented> {
        lock(&self.0).get(group)?.get(kind as usize).copied()?
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_keeps_the_newest_pair_of_each_group_and_kind_for_all_of_its_lanes() {
        let (control, other) = (Arena::new(4_096).unwrap(), Arena::new(4_096).unwrap());
        let lanes = [Presentations::of_graph(&control), Presentations::of_graph(&control)];
        let pair = |pts_ns| Presented { pts_ns, at_ns: 2.0 * pts_ns };
        assert_eq!(lanes[1].get("main", 1), None);
        lanes[0].set("main", 1, pair(1.0));
        lanes[0].set("main", 1, pair(3.0));
        lanes[0].set("main", 9, pair(4.0));
        assert_eq!(lanes[1].get("main", 1), Some(pair(3.0)));
        assert_eq!([lanes[1].get("main", 2), lanes[1].get("stage", 1), lanes[1].get("main", 9)], [None; 3]);
        assert_eq!(Presentations::of_graph(&other).get("main", 1), None);
        drop(lanes);
        assert_eq!(Presentations::of_graph(&control).get("main", 1), None);
    }

    #[test]
    fn names_of_groups_do_not_fill_the_memory() {
        let all = Presentations::default();
        (0..2 * MOST_GROUPS).for_each(|k| all.set(&k.to_string(), 1, Presented { pts_ns: 0.0, at_ns: 0.0 }));
        assert_eq!(lock(&all.0).len(), MOST_GROUPS);
    }
}
