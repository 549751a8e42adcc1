//! Draws a captcha: its characters large, each shifted and slanted, under lines and specks, as a PNG of four greys.
//!
//! It is not compressed: two bits a pixel are small enough, and the compressor cost more than the drawing.

use super::font::{self, GLYPH_HEIGHT, GLYPH_WIDTH};
use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

const SCALE: usize = 5;
const HEIGHT: usize = 60;
const MARGIN: usize = 10;
const ADVANCE: usize = GLYPH_WIDTH * SCALE + 8;

/// Greys from black to white, two bits each.
const GREYS: usize = 4;
const PAPER: u8 = 3;

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
        canvas.line(chance.below(HEIGHT), chance.below(HEIGHT), 1 + chance.grey(2));
    }
    for _ in 0..width {
        let (x, y) = (chance.below(width), chance.below(HEIGHT));
        canvas.dot(x, y, chance.grey(GREYS));
    }
    encode(&canvas.pixels, width)
}

fn encode(pixels: &[u8], width: usize) -> Result<Vec<u8>, EncodingError> {
    let mut packed = Vec::with_capacity(width.div_ceil(4) * HEIGHT);
    for row in pixels.chunks_exact(width) {
        let (fours, rest) = row.as_chunks::<4>();
        packed.extend(fours.iter().map(|&[a, b, c, d]| a << 6 | b << 4 | c << 2 | d));
        if !rest.is_empty() {
            packed.push(rest.iter().zip([6, 4, 2]).fold(0, |byte, (pixel, shift)| byte | pixel << shift));
        }
    }
    let mut file = Vec::with_capacity(packed.len() + 256);
    let (width, height) =
        (u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(HEIGHT).unwrap_or(u32::MAX));
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Two);
    encoder.set_compression(Compression::NoCompression);
    encoder.set_filter(Filter::NoFilter);
    encoder.write_header()?.write_image_data(&packed)?;
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
        let shade = chance.grey(2);
        let slant = chance.below(3);
        for (row, bits) in font::glyph(character).into_iter().enumerate() {
            for column in (0..GLYPH_WIDTH).filter(|column| bits >> (GLYPH_WIDTH - 1 - column) & 1 == 1) {
                let shift = (GLYPH_HEIGHT - row) * slant;
                self.square(left + column * SCALE + shift / 2, top + row * SCALE, shade);
            }
        }
    }

    fn square(&mut self, left: usize, top: usize, shade: u8) {
        let (from, to) = (left.min(self.width), (left + SCALE).min(self.width));
        for row in self.pixels.chunks_exact_mut(self.width).skip(top).take(SCALE) {
            row[from..to].fill(shade);
        }
    }

    /// From the left edge at height `from` to the right edge at height `to`, in steps of a 65,536th of a pixel.
    fn line(&mut self, from: usize, to: usize, shade: u8) {
        let (start, end) = (from << 16, to << 16);
        let (up, step) = (end < start, start.abs_diff(end) / self.width);
        for x in 0..self.width {
            let y = (if up { start - x * step } else { start + x * step }) >> 16;
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
        // The highest 32 bits as a fraction of the bound: without a division.
        usize::try_from(((self.0 >> 32) * bound as u64) >> 32).unwrap_or(0)
    }

    /// One of the darkest `count` greys.
    fn grey(&mut self, count: usize) -> u8 {
        u8::try_from(self.below(count)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(file: &[u8]) -> Vec<u8> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.height as usize, HEIGHT);
        pixels
    }

    #[test]
    fn a_png_that_shows_its_text() {
        let file = draw("ACDE", 1).unwrap();
        assert!(file.len() < 8_000, "{} bytes", file.len());
        let dark = pixels(&file).iter().filter(|&&shade| shade < 100).count();
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
