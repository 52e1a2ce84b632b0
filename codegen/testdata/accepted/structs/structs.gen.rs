// Made by "deno task codegen" from imu.ts.
// Do not edit: change the interfaces and run the command again.

//! Structs that the data frames of @example/structs carry. A boolean is a byte of 0 or 1.

/// What an inertial sensor measured.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImuReading {
    pub sensor: u8,
    pub time_ns: f64,
    pub acceleration: [f32; 3],
    pub temperature: f32,
    pub count: u32,
    pub offset: i16,
    pub gain: u16,
    pub sign: i8,
    pub is_valid: u8,
    pub place: Place,
    pub trail: [Place; 2],
    pub r#type: f32,
}

const _: () = {
    assert!(::core::mem::size_of::<ImuReading>() == 128);
    assert!(::core::mem::align_of::<ImuReading>() == 8);
    assert!(::core::mem::offset_of!(ImuReading, sensor) == 0);
    assert!(::core::mem::offset_of!(ImuReading, time_ns) == 8);
    assert!(::core::mem::offset_of!(ImuReading, acceleration) == 16);
    assert!(::core::mem::offset_of!(ImuReading, temperature) == 28);
    assert!(::core::mem::offset_of!(ImuReading, count) == 32);
    assert!(::core::mem::offset_of!(ImuReading, offset) == 36);
    assert!(::core::mem::offset_of!(ImuReading, gain) == 38);
    assert!(::core::mem::offset_of!(ImuReading, sign) == 40);
    assert!(::core::mem::offset_of!(ImuReading, is_valid) == 41);
    assert!(::core::mem::offset_of!(ImuReading, place) == 48);
    assert!(::core::mem::offset_of!(ImuReading, trail) == 72);
    assert!(::core::mem::offset_of!(ImuReading, r#type) == 120);
};

/// A place in space, metres.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub is_known: u8,
}

const _: () = {
    assert!(::core::mem::size_of::<Place>() == 24);
    assert!(::core::mem::align_of::<Place>() == 8);
    assert!(::core::mem::offset_of!(Place, x) == 0);
    assert!(::core::mem::offset_of!(Place, y) == 8);
    assert!(::core::mem::offset_of!(Place, is_known) == 16);
};
