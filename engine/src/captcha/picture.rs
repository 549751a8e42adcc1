//! Draws a captcha: its characters large, each shifted and slanted, under lines and specks, as a grey PNG.

use super::font::{self, GLYPH_HEIGHT, GLYPH_WIDTH};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError};

const SCALE: usize = 5;
const HEIGHT: usize = 60;
const MARGIN: usize = 10;
const ADVANCE: usize = GLYPH_WIDTH * SCALE + 8;
const PAPER: u8 = 245;

/// The picture of `text`. `seed` decides where everything lies, not what it says.
pub(super) fn draw(text: &str, seed: u64) -> Result<Vec<u8>, EncodingError> {
    let width = 2 * MARGIN + ADVANCE * text.len();
    let mut canvas = Canvas { pixels: vec![PAPER; width * HEIGHT], width };
    let mut chance = Chance(seed | 1);
    for (place, character) in text.bytes().enumerate() {
        let left = MARGIN + place * ADVANCE + chance.below(6);
        canvas.glyph(character, left, 4 + chance.below(HEIGHT - GLYPH_HEIGHT * SCALE - 8), &mut chance);
    }
    for _ in 0..4 {
        canvas.line(chance.below(HEIGHT), chance.below(HEIGHT), 90 + chance.shade());
    }
    for _ in 0..width {
        let (x, y) = (chance.below(width), chance.below(HEIGHT));
        canvas.dot(x, y, 60 + chance.shade());
    }
    encode(&canvas.pixels, width)
}

fn encode(pixels: &[u8], width: usize) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::with_capacity(4_096);
    let (width, height) =
        (u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(HEIGHT).unwrap_or(u32::MAX));
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fastest);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(file)
}

struct Canvas {
    pixels: Vec<u8>,
    width: usize,
}

impl Canvas {
    fn dot(&mut self, x: usize, y: usize, shade: u8) {
        if x < self.width && y < HEIGHT {
            self.pixels[y * self.width + x] = shade;
        }
    }

    fn glyph(&mut self, character: u8, left: usize, top: usize, chance: &mut Chance) {
        let shade = 20 + chance.shade();
        let slant = chance.below(3);
        for (row, bits) in font::glyph(character).into_iter().enumerate() {
            for column in (0..GLYPH_WIDTH).filter(|column| bits >> (GLYPH_WIDTH - 1 - column) & 1 == 1) {
                let shift = (GLYPH_HEIGHT - row) * slant;
                for (dy, dx) in (0..SCALE).flat_map(|dy| (0..SCALE).map(move |dx| (dy, dx))) {
                    self.dot(left + column * SCALE + dx + shift / 2, top + row * SCALE + dy, shade);
                }
            }
        }
    }

    /// From the left edge at height `from` to the right edge at height `to`.
    fn line(&mut self, from: usize, to: usize, shade: u8) {
        for x in 0..self.width {
            let y = (from * (self.width - x) + to * x) / self.width;
            self.dot(x, y, shade);
            self.dot(x, y + 1, shade);
        }
    }
}

/// Xorshift (Marsaglia 2003): nothing secret hangs on where a line runs.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }

    fn shade(&mut self) -> u8 {
        u8::try_from(self.below(60)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(file: &[u8]) -> Vec<u8> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.height as usize, HEIGHT);
        pixels
    }

    #[test]
    fn a_png_that_shows_its_text() {
        let file = draw("ACDE", 1).unwrap();
        assert!(file.len() < 8_000, "{} bytes", file.len());
        let dark = pixels(&file).iter().filter(|&&shade| shade < 80).count();
        assert!(dark > 1_000, "{dark} dark pixels");
        assert_ne!(pixels(&file), pixels(&draw("ACDF", 1).unwrap()), "another text");
        assert_ne!(pixels(&file), pixels(&draw("ACDE", 2).unwrap()), "another seed");
    }

    #[test]
    fn the_longest_text_fits() {
        let text = "W".repeat(domain::captcha::LENGTH_MAX);
        for seed in 0..50 {
            pixels(&draw(&text, seed).unwrap());
        }
    }
}
