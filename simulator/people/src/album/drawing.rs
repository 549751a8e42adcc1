//! Pictures drawn by arithmetic: an identity card with lines of print, and a head before a red wall, both with the grain of a
//! camera. They carry as much detail as photographs, so that they compress to the same sizes and count as sharp.

use rand::{Rng, RngExt};

/// Rows of three bytes a pixel.
pub(super) struct Picture {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) rgb: Vec<u8>,
}

/// What is drawn.
#[derive(Clone, Copy)]
pub(super) enum Motif {
    /// An identity card, upright on a table.
    Card,
    /// Head and shoulders.
    Portrait,
}

type Colour = [u8; 3];

const WIDTH: u16 = 1_000;
const HEIGHT: u16 = 1_400;

/// Grain is looked up in a tile of this many values, which is faster than drawing it for each pixel.
const GRAIN: usize = 1 << 16;

impl Motif {
    /// The number by which picture `picture` of this motif is drawn.
    pub(super) fn number(self, picture: u8) -> u64 {
        self as u64 * 256 + u64::from(picture)
    }
}

/// A picture of 1000 x 1400 pixels, each lightened or darkened by up to `grain` of 255.
pub(super) fn draw(rng: &mut impl Rng, motif: Motif, grain: i16) -> Picture {
    let mut canvas = Picture::blank(WIDTH, HEIGHT);
    match motif {
        Motif::Card => card(rng, &mut canvas),
        Motif::Portrait => portrait(rng, &mut canvas),
    }
    canvas.grain(rng, grain);
    canvas
}

/// `picture` out of focus: the mean over squares of 17 pixels, twice, which comes near a Gaussian of seven pixels (Wells 1986).
pub(super) fn blurred(picture: &Picture) -> Picture {
    const RADIUS: usize = 8;
    let (width, height) = (usize::from(picture.width), usize::from(picture.height));
    let mut rgb = picture.rgb.clone();
    for _ in 0..2 {
        for row in 0..height {
            smooth(&mut rgb, row * width * 3, 3, width, RADIUS);
        }
        for column in 0..width {
            smooth(&mut rgb, column * 3, width * 3, height, RADIUS);
        }
    }
    Picture { rgb, ..*picture }
}

/// Each of `count` pixels from byte `from` on, `step` bytes apart, becomes the mean of those up to `radius` beside it.
fn smooth(rgb: &mut [u8], from: usize, step: usize, count: usize, radius: usize) {
    for channel in 0..3 {
        let old: Vec<u32> = (0..count).map(|at| u32::from(rgb[from + at * step + channel])).collect();
        let mut sum: u32 = old[..radius.min(count)].iter().sum();
        let mut pixels = u32::try_from(radius.min(count)).expect("a radius is some pixels");
        for at in 0..count {
            if let Some(entering) = old.get(at + radius) {
                (sum, pixels) = (sum + entering, pixels + 1);
            }
            if at > radius {
                (sum, pixels) = (sum - old[at - radius - 1], pixels - 1);
            }
            rgb[from + at * step + channel] = u8::try_from(sum / pixels).expect("a mean of bytes is one");
        }
    }
}

/// A small picture in the colours of the motif.
pub(super) fn thumbnail(rng: &mut impl Rng, motif: Motif) -> Picture {
    let mut canvas = Picture::blank(250, 350);
    let (top, bottom) = match motif {
        Motif::Card => ([190, 215, 235], [150, 180, 215]),
        Motif::Portrait => ([190, 30, 35], [150, 15, 25]),
    };
    canvas.gradient(top, bottom);
    canvas.ellipse((125, 150), (60, 80), tinted(rng, [200, 160, 130]));
    canvas
}

/// Letterhead, lines of print, a portrait of thumb's size.
fn card(rng: &mut impl Rng, canvas: &mut Picture) {
    canvas.gradient(tinted(rng, [150, 130, 110]), tinted(rng, [110, 95, 80]));
    let paper = tinted(rng, [190, 215, 235]);
    canvas.rectangle((60, 80), (880, 1_240), paper);
    for line in 0..3 {
        canvas.print(rng, (180, 120 + line * 60), 20, 5, [30, 40, 90]);
    }
    for line in 0..16 {
        let letters = rng.random_range(14..30);
        canvas.print(rng, (100, 340 + line * 58), letters, 4, [35, 35, 40]);
    }
    canvas.rectangle((640, 900), (260, 360), tinted(rng, [190, 30, 35]));
    canvas.ellipse((770, 1_190), (115, 120), [235, 235, 235]);
    canvas.rectangle((640, 1_260), (260, 60), paper);
    canvas.ellipse((770, 1_030), (75, 95), tinted(rng, [190, 150, 120]));
}

/// A red wall, shoulders in a white shirt, a head with hair, eyes and mouth.
fn portrait(rng: &mut impl Rng, canvas: &mut Picture) {
    canvas.gradient(tinted(rng, [200, 40, 45]), tinted(rng, [160, 20, 30]));
    let (x, y) = (500 + rng.random_range(-40..=40), 620 + rng.random_range(-40..=40));
    let (skin, hair) = (tinted(rng, [190, 150, 120]), tinted(rng, [35, 28, 25]));
    canvas.ellipse((x, 1_420), (430, 420), [235, 235, 238]);
    canvas.ellipse((x, y + 300), (110, 190), skin);
    canvas.ellipse((x, y - 60), (275, 345), hair);
    canvas.ellipse((x, y), (235, 310), skin);
    for side in [-1, 1] {
        canvas.ellipse((x + side * 95, y - 40), (38, 18), [240, 240, 240]);
        canvas.ellipse((x + side * 95, y - 40), (17, 17), hair);
        canvas.rectangle((x + side * 95 - 45, y - 95), (90, 12), hair);
    }
    canvas.ellipse((x, y + 150), (75, 22), tinted(rng, [150, 75, 75]));
    // Strands of hair, threads of the shirt: the fine lines that make a photograph sharp.
    for _ in 0..260 {
        let at = (x + rng.random_range(-170..170), y - rng.random_range(250..360));
        canvas.rectangle(at, (2, rng.random_range(20..70)), tinted(rng, [70, 60, 55]));
    }
    for _ in 0..500 {
        let at = (x + rng.random_range(-260..260), rng.random_range(1_130..1_400));
        canvas.rectangle(at, (rng.random_range(8..40), 2), tinted(rng, [205, 205, 212]));
    }
}

impl Picture {
    fn blank(width: u16, height: u16) -> Picture {
        Picture { width, height, rgb: vec![0; usize::from(width) * usize::from(height) * 3] }
    }

    /// From `top` to `bottom`.
    fn gradient(&mut self, top: Colour, bottom: Colour) {
        let height = i32::from(self.height);
        for (y, row) in (0..height).zip(self.rgb.chunks_exact_mut(usize::from(self.width) * 3)) {
            let colour: Colour = std::array::from_fn(|c| {
                byte((i32::from(top[c]) * (height - y) + i32::from(bottom[c]) * y) / height)
            });
            fill(row, colour);
        }
    }

    /// A rectangle from its upper left corner and its size; what lies outside is cut off.
    fn rectangle(&mut self, (x, y): (i32, i32), (width, height): (i32, i32), colour: Colour) {
        for y in y..y + height {
            self.span(y, x, x + width, colour);
        }
    }

    /// An ellipse by its centre and half axes, darker to its right as if lit from the left.
    fn ellipse(&mut self, (x, y): (i32, i32), (a, b): (i32, i32), colour: Colour) {
        const STRIPS: i32 = 8;
        for dy in -b..=b {
            let half = (f64::from(a) * (1.0 - f64::from(dy * dy) / f64::from(b * b)).max(0.0).sqrt()).round();
            // Half an axis is at most some hundreds of pixels.
            #[expect(clippy::cast_possible_truncation, reason = "it was an i32 before the root")]
            let half = half as i32;
            for strip in 0..STRIPS {
                let (from, to) =
                    (half * (2 * strip - STRIPS) / STRIPS, half * (2 * strip + 2 - STRIPS) / STRIPS);
                let shade = colour.map(|c| byte(i32::from(c) - strip * 4));
                self.span(y + dy, x + from, x + to, shade);
            }
        }
    }

    /// A line of `letters` letters, each five by seven dots of `dot` pixels.
    fn print(&mut self, rng: &mut impl Rng, (x, y): (i32, i32), letters: i32, dot: i32, colour: Colour) {
        for letter in 0..letters {
            let shape: u64 = rng.random();
            for (bit, place) in (0..35).map(|bit| (bit, (bit % 5, bit / 5))) {
                if shape >> bit & 1 == 1 {
                    let at = (x + (letter * 6 + place.0) * dot, y + place.1 * dot);
                    self.rectangle(at, (dot, dot), colour);
                }
            }
        }
    }

    /// Lightens and darkens each pixel by up to `strength`.
    fn grain(&mut self, rng: &mut impl Rng, strength: i16) {
        let tile: Vec<i16> = (0..GRAIN).map(|_| rng.random_range(-strength..=strength)).collect();
        for row in self.rgb.chunks_exact_mut(usize::from(self.width) * 3) {
            let start = rng.random_range(0..GRAIN);
            for (at, pixel) in (start..).zip(row.chunks_exact_mut(3)) {
                let grain = tile[at % GRAIN];
                for channel in pixel {
                    *channel = byte(i32::from(i16::from(*channel) + grain));
                }
            }
        }
    }

    fn span(&mut self, y: i32, from: i32, to: i32, colour: Colour) {
        let (width, height) = (i32::from(self.width), i32::from(self.height));
        if !(0..height).contains(&y) {
            return;
        }
        let at = |x: i32| {
            usize::try_from((y * width + x.clamp(0, width)) * 3).expect("both are within the picture")
        };
        if from < to {
            fill(&mut self.rgb[at(from)..at(to)], colour);
        }
    }
}

fn fill(pixels: &mut [u8], colour: Colour) {
    for pixel in pixels.chunks_exact_mut(3) {
        pixel.copy_from_slice(&colour);
    }
}

/// The colour, a little off, as in different light.
fn tinted(rng: &mut impl Rng, colour: Colour) -> Colour {
    colour.map(|c| byte(i32::from(c) + rng.random_range(-12..=12)))
}

fn byte(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).expect("it was clamped")
}
