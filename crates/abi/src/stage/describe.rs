//! How the interface is written down once: each item is Rust, and a description from which `xtask` writes the C header.

/// An item of the header.
pub enum Item {
    /// A number by name.
    Constant {
        /// Its name, the same in C.
        name: &'static str,
        /// The lines of its documentation.
        doc: &'static [&'static str],
        /// What it stands for.
        value: i64,
    },
    /// A structure of which plugins see only addresses.
    Opaque {
        /// Its name, the same in C.
        name: &'static str,
        /// The lines of its documentation.
        doc: &'static [&'static str],
    },
    /// A structure.
    Struct {
        /// Its name, the same in C.
        name: &'static str,
        /// The lines of its documentation.
        doc: &'static [&'static str],
        /// In the order of their offsets.
        fields: &'static [Field],
        /// Bytes, on a machine with 64-bit addresses.
        size: usize,
    },
}

/// A field of a structure.
pub struct Field {
    /// Its name, the same in C.
    pub name: &'static str,
    /// The lines of its documentation.
    pub doc: &'static [&'static str],
    /// What it holds.
    pub holds: Holds,
    /// Bytes from the start of the structure.
    pub offset: usize,
}

/// What a field holds. Types are written as in Rust.
pub enum Holds {
    /// A value of this type.
    Value(&'static str),
    /// The address of a function.
    Call {
        /// Names and types.
        arguments: &'static [(&'static str, &'static str)],
        /// The type of the answer; `()` for none.
        answer: &'static str,
    },
}

/// Defines constants, opaque structures and structures, and lists them as `ITEMS`. The calls of a structure follow its
/// values; an absent one is `None`, null in C.
macro_rules! abi {
    (@ [$($items:tt)*]) => {
        /// The items of this file, in the order of the header.
        pub const ITEMS: &[Item] = &[$($items)*];
    };
    (@ [$($items:tt)*] $(#[doc = $doc:literal])+ const $name:ident: $type:ty = $value:expr; $($rest:tt)*) => {
        $(#[doc = $doc])+
        pub const $name: $type = $value;
        abi!(@ [
            $($items)*
            Item::Constant { name: stringify!($name), doc: &[$($doc),+], value: $name as i64 },
        ] $($rest)*);
    };
    (@ [$($items:tt)*] $(#[doc = $doc:literal])+ opaque $name:ident; $($rest:tt)*) => {
        $(#[doc = $doc])+
        #[repr(C)]
        pub struct $name {
            _hidden: [u8; 0],
        }
        abi!(@ [$($items)* Item::Opaque { name: stringify!($name), doc: &[$($doc),+] },] $($rest)*);
    };
    (@ [$($items:tt)*] $(#[doc = $doc:literal])+ struct $name:ident {
        $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+
    } calls {
        $($(#[doc = $call_doc:literal])+ fn $call:ident($($argument:ident: $argument_type:ty),* $(,)?) -> $answer:ty;)*
    } $($rest:tt)*) => {
        $(#[doc = $doc])+
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct $name {
            $($(#[doc = $field_doc])+ pub $field: $type,)+
            $($(#[doc = $call_doc])+ pub $call: Option<unsafe extern "C" fn($($argument: $argument_type),*) -> $answer>,)*
        }
        abi!(@ [
            $($items)*
            Item::Struct {
                name: stringify!($name),
                doc: &[$($doc),+],
                fields: &[
                    $(Field {
                        name: stringify!($field),
                        doc: &[$($field_doc),+],
                        holds: Holds::Value(stringify!($type)),
                        offset: core::mem::offset_of!($name, $field),
                    },)+
                    $(Field {
                        name: stringify!($call),
                        doc: &[$($call_doc),+],
                        holds: Holds::Call {
                            arguments: &[$((stringify!($argument), stringify!($argument_type)),)*],
                            answer: stringify!($answer),
                        },
                        offset: core::mem::offset_of!($name, $call),
                    },)*
                ],
                size: size_of::<$name>(),
            },
        ] $($rest)*);
    };
    ($(#[doc = $doc:literal])+ $word:ident $($rest:tt)*) => {
        abi!(@ [] $(#[doc = $doc])+ $word $($rest)*);
    };
}
