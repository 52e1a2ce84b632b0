//! All columns of a packet, or channels of audio, at once.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::slice;

use crate::Column;

/// Most columns that are looked at at once: as many as records have fields, and audio channels.
pub const MOST_COLUMNS: usize = 64;

/// Where the host has found columns of one type.
pub(crate) struct Found {
    pub(crate) starts: [*mut c_void; MOST_COLUMNS],
    pub(crate) columns: usize,
    pub(crate) records: usize,
}

/// Columns of one length.
pub struct Columns<'a, T> {
    starts: [*const T; MOST_COLUMNS],
    columns: usize,
    records: usize,
    lives: PhantomData<&'a T>,
}

/// Columns of one length, to change.
pub struct ColumnsMut<'a, T> {
    starts: [*mut T; MOST_COLUMNS],
    columns: usize,
    records: usize,
    lives: PhantomData<&'a mut T>,
}

impl<'a, T: Column> Columns<'a, T> {
    /// # Safety
    ///
    /// What was found are columns of the type `T`, which nobody writes to for `'a`.
    pub(crate) unsafe fn new(found: &Found) -> Option<Self> {
        let &Found { starts, columns, records } = found;
        let starts = starts.map(|start| start.cast_const().cast());
        (columns <= MOST_COLUMNS).then_some(Self { starts, columns, records, lives: PhantomData })
    }

    /// How many columns there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.columns
    }

    /// How many records each has.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// A column.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    #[must_use]
    pub fn get(&self, column: usize) -> &'a [T] {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        // SAFETY: who made this vouches for so many elements of each column.
        unsafe { slice::from_raw_parts(self.starts[column], self.records) }
    }
}

impl<T: Column> ColumnsMut<'_, T> {
    /// # Safety
    ///
    /// What was found are columns of the type `T` that do not overlap and are the caller's alone for the lifetime.
    pub(crate) unsafe fn new(found: &Found) -> Option<Self> {
        let &Found { starts, columns, records } = found;
        let starts = starts.map(<*mut c_void>::cast);
        (columns <= MOST_COLUMNS).then_some(Self { starts, columns, records, lives: PhantomData })
    }

    /// How many columns there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.columns
    }

    /// How many records each has.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// A column, to change.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    pub fn get(&mut self, column: usize) -> &mut [T] {
        assert!(column < self.columns, "column {column} of {}", self.columns);
        // SAFETY: who made this vouches for so many elements of each column, and that they do not overlap.
        unsafe { slice::from_raw_parts_mut(self.starts[column], self.records) }
    }
}
