//! The sound of a demo video: soft chords with plucked notes.

use std::f64::consts::TAU;

/// In hertz. This is enough for soft tones; the encoder converts it to a common sample rate.
const SAMPLE_RATE: u32 = 24_000;
const CHORD_SECONDS: f64 = 4.0;
/// The C two octaves below middle C, in hertz.
const DEEP_C: f64 = 65.406;
const FADE_SECONDS: f64 = 1.5;

/// A stereo WAV file of `seconds` length.
pub(super) fn wav(seconds: u32, chords: &[[i32; 4]], plucks: u32) -> Vec<u8> {
    let frames = (seconds * SAMPLE_RATE) as usize;
    let mut sound = vec![[0.0_f64; 2]; frames];
    let chord_count = (f64::from(seconds) / CHORD_SECONDS).ceil() as usize;
    for index in 0..chord_count {
        let chord = chords[index % chords.len()];
        let start = index as f64 * CHORD_SECONDS;
        for (voice, note) in chord.iter().enumerate() {
            let detune = 1.0 + 0.0015 * (voice as f64 - 1.5);
            let frequency = DEEP_C * 2.0_f64.powf(f64::from(*note) / 12.0) * detune;
            let side = 0.3 + 0.13 * voice as f64;
            add(&mut sound, start, &Tone { frequency, loudness: 0.11, attack: 1.1, seconds: 5.6, decay: 0.0, side });
        }
        for pluck in 0..plucks * CHORD_SECONDS as u32 {
            let note = chord[1 + (pluck as usize * 2 + index) % 3] + 24;
            let frequency = DEEP_C * 2.0_f64.powf(f64::from(note) / 12.0);
            let at = start + f64::from(pluck) / f64::from(plucks);
            let side = if pluck % 2 == 0 { 0.25 } else { 0.75 };
            add(&mut sound, at, &Tone { frequency, loudness: 0.07, attack: 0.008, seconds: 1.6, decay: 3.6, side });
        }
    }
    file(&sound)
}

struct Tone {
    frequency: f64,
    loudness: f64,
    /// Seconds until the tone is at its loudest.
    attack: f64,
    seconds: f64,
    /// How fast the tone decays. 0 holds it until the end, where it fades out as it faded in.
    decay: f64,
    /// 0 is left, 1 is right.
    side: f64,
}

/// Adds a tone with one soft overtone. Each sine value is computed by rotating the last one, which is much faster than
/// calling `sin`.
fn add(sound: &mut [[f64; 2]], start: f64, tone: &Tone) {
    let rate = f64::from(SAMPLE_RATE);
    let (step_sin, step_cos) = (TAU * tone.frequency / rate).sin_cos();
    let (mut sin, mut cos) = (0.0, 1.0);
    let fall = (-tone.decay / rate).exp();
    let mut level = tone.loudness;
    let first = (start * rate) as usize;
    let count = (tone.seconds * rate) as usize;
    let attack = tone.attack * rate;
    for (index, frame) in sound.iter_mut().skip(first).take(count).enumerate() {
        let left = (count - index) as f64;
        let swell = (index as f64 / attack).min(left / attack).min(1.0);
        let value = (sin + 0.35 * sin * cos) * level * swell;
        frame[0] += value * (1.0 - tone.side);
        frame[1] += value * tone.side;
        (sin, cos) = (sin * step_cos + cos * step_sin, cos * step_cos - sin * step_sin);
        level *= fall;
    }
}

fn file(sound: &[[f64; 2]]) -> Vec<u8> {
    let bytes = u32::try_from(sound.len() * 4).expect("a demo video is short");
    let mut file = Vec::with_capacity(sound.len() * 4 + 44);
    file.extend(b"RIFF");
    file.extend((bytes + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 2, 0]);
    file.extend(SAMPLE_RATE.to_le_bytes());
    file.extend((SAMPLE_RATE * 4).to_le_bytes());
    file.extend([4, 0, 16, 0]);
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    let fade = FADE_SECONDS * f64::from(SAMPLE_RATE);
    for (index, frame) in sound.iter().enumerate() {
        let edge = (index as f64 / fade).min((sound.len() - index) as f64 / fade).min(1.0);
        for value in frame {
            let sample = (value * edge * 2.2).tanh() * 30_000.0;
            file.extend((sample as i16).to_le_bytes());
        }
    }
    file
}
