//! Interleaved samples of a client to and from the buffers of a sound device, each of which has some of its channels,
//! interleaved, from a first one on. They run on a real-time thread: nothing waits or allocates.

/// Writes samples of a client of so many channels into a buffer. A single channel goes to all; what the client lacks is
/// silent.
pub fn to_device(client: &[f32], channels: usize, buffer: &mut [f32], own: usize, first: usize) {
    for (frame, place) in buffer.chunks_mut(own.max(1)).enumerate() {
        for (channel, sample) in place.iter_mut().enumerate() {
            let wanted = if channels == 1 { 0 } else { first + channel };
            let found = client.get(frame * channels + wanted).filter(|_| wanted < channels);
            *sample = found.copied().unwrap_or(0.0);
        }
    }
}

/// Reads samples of a buffer into those of a client of so many channels. Channels that the client lacks are passed over, and
/// those that the buffer lacks stay as they are.
pub fn from_device(buffer: &[f32], own: usize, first: usize, client: &mut [f32], channels: usize) {
    let frames = buffer.chunks(own.max(1)).zip(client.chunks_mut(channels.max(1)));
    for (frame, place) in frames {
        for (sample, place) in frame.iter().zip(place.iter_mut().skip(first)) {
            *place = *sample;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stereo_goes_to_the_first_two_channels_of_a_device_and_the_others_are_silent() {
        let mut buffer = [9.0; 8];
        to_device(&[1.0, 2.0, 3.0, 4.0], 2, &mut buffer, 4, 0);
        assert_eq!(buffer, [1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 0.0, 0.0]);
    }

    #[test]
    fn mono_goes_to_all_channels_of_all_buffers() {
        let mut buffers = [[9.0; 4]; 2];
        buffers.iter_mut().enumerate().for_each(|(k, buffer)| to_device(&[1.0, 2.0], 1, buffer, 2, 2 * k));
        assert_eq!(buffers, [[1.0, 1.0, 2.0, 2.0]; 2]);
    }

    #[test]
    fn channels_of_several_buffers_are_counted_on_in_both_directions() {
        let mut buffers = [[9.0; 2]; 2];
        buffers.iter_mut().enumerate().for_each(|(k, buffer)| to_device(&[1.0, 2.0, 3.0, 4.0], 2, buffer, 1, k));
        assert_eq!(buffers, [[1.0, 3.0], [2.0, 4.0]]);
        let mut client = [0.0; 6];
        buffers.iter().enumerate().for_each(|(k, buffer)| from_device(buffer, 1, k, &mut client, 3));
        assert_eq!(client, [1.0, 2.0, 0.0, 3.0, 4.0, 0.0]);
        let mut mono = [0.0; 2];
        buffers.iter().enumerate().for_each(|(k, buffer)| from_device(buffer, 1, k, &mut mono, 1));
        assert_eq!(mono, [1.0, 3.0]);
    }

    #[test]
    fn too_few_samples_leave_silence_and_too_many_are_left_out() {
        let mut buffer = [9.0; 4];
        to_device(&[1.0, 2.0], 2, &mut buffer, 2, 0);
        assert_eq!(buffer, [1.0, 2.0, 0.0, 0.0]);
        let mut client = [0.0; 2];
        from_device(&[1.0, 2.0, 3.0, 4.0], 2, 0, &mut client, 2);
        assert_eq!(client, [1.0, 2.0]);
    }

    #[test]
    fn a_buffer_without_channels_harms_nothing() {
        to_device(&[1.0], 0, &mut [0.0], 0, 0);
        from_device(&[1.0], 0, 0, &mut [0.0], 0);
    }
}
