//! A rate over time as pieces whose area has a closed form. Every shape becomes such pieces, so that a new shape is a new list
//! of pieces, or at most a new [`Law`]; the search for a piece, the bounds and the inverse are the same for all.

/// A rate over time, from 0 to the end of the last piece.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    law: Law,
    starts_s: f64,
    length_s: f64,
    /// Area under all pieces before this one.
    before: f64,
}

/// How the rate goes within one piece. All rates per second and at least 0; time counts from the start of the piece.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Law {
    /// A straight line over the whole piece.
    Linear { from: f64, to: f64 },
    /// `floor + above exp(-t / decay_s)`.
    Decay { floor: f64, above: f64, decay_s: f64 },
    /// `floor + first exp(t / growth_s)`: a decay that is seen backwards.
    Growth { floor: f64, first: f64, growth_s: f64 },
    /// `from left_s / (left_s - t)`: the closer the end, the more come; `left_s` lies behind the piece's own end.
    Pressure { from: f64, left_s: f64 },
}

impl Curve {
    /// One piece after another, each with its length in seconds.
    pub(crate) fn new(laws: impl IntoIterator<Item = (Law, f64)>) -> Curve {
        let mut pieces: Vec<Piece> = Vec::new();
        let (mut starts_s, mut before) = (0.0, 0.0);
        for (law, length_s) in laws {
            pieces.push(Piece { law, starts_s, length_s, before });
            starts_s += length_s;
            before += law.area(length_s, length_s);
        }
        Curve { pieces }
    }

    /// The rate at `t_s`; 0 outside.
    pub(crate) fn rate(&self, t_s: f64) -> f64 {
        let last = self.pieces.partition_point(|piece| piece.starts_s <= t_s);
        match last.checked_sub(1).map(|index| &self.pieces[index]) {
            Some(piece) if t_s <= piece.starts_s + piece.length_s => {
                piece.law.rate(t_s - piece.starts_s, piece.length_s)
            }
            _ => 0.0,
        }
    }

    /// The area under the rate from 0 to `t_s`.
    pub(crate) fn cumulative(&self, t_s: f64) -> f64 {
        let last = self.pieces.partition_point(|piece| piece.starts_s <= t_s);
        last.checked_sub(1).map_or(0.0, |index| {
            let piece = &self.pieces[index];
            let t_s = (t_s - piece.starts_s).min(piece.length_s);
            piece.before + piece.law.area(t_s, piece.length_s)
        })
    }

    /// The area under the whole curve.
    pub(crate) fn area(&self) -> f64 {
        self.cumulative(f64::INFINITY)
    }

    /// The time at which the area reaches `amount`, held inside the curve: the inverse of [`Curve::cumulative`].
    pub(crate) fn inverse(&self, amount: f64) -> f64 {
        let last = self.pieces.partition_point(|piece| piece.before <= amount);
        last.checked_sub(1).map_or(0.0, |index| {
            let piece = &self.pieces[index];
            let t_s = piece.law.inverse(amount - piece.before, piece.length_s);
            piece.starts_s + t_s.clamp(0.0, piece.length_s)
        })
    }

    /// The highest rate.
    pub(crate) fn peak(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.law.peak(piece.length_s)).fold(0.0, f64::max)
    }
}

impl Law {
    fn rate(self, t_s: f64, length_s: f64) -> f64 {
        match self {
            Law::Linear { from, to } => from + (to - from) * (t_s / length_s),
            Law::Decay { floor, above, decay_s } => floor + above * (-t_s / decay_s).exp(),
            Law::Growth { floor, first, growth_s } => floor + first * (t_s / growth_s).exp(),
            Law::Pressure { from, left_s } => from * left_s / (left_s - t_s),
        }
    }

    fn area(self, t_s: f64, length_s: f64) -> f64 {
        match self {
            Law::Linear { from, to } => t_s * (from + (to - from) * (t_s / length_s) / 2.0),
            // exp_m1 keeps the digits that 1 - exp(-x) loses for small x.
            Law::Decay { floor, above, decay_s } => floor * t_s - above * decay_s * (-t_s / decay_s).exp_m1(),
            Law::Growth { floor, first, growth_s } => {
                floor * t_s + first * growth_s * (t_s / growth_s).exp_m1()
            }
            Law::Pressure { from, left_s } => -from * left_s * (-t_s / left_s).ln_1p(),
        }
    }

    fn peak(self, length_s: f64) -> f64 {
        match self {
            Law::Linear { from, to } => from.max(to),
            Law::Decay { floor, above, .. } => floor + above,
            Law::Growth { .. } | Law::Pressure { .. } => self.rate(length_s, length_s),
        }
    }

    fn inverse(self, amount: f64, length_s: f64) -> f64 {
        if amount <= 0.0 {
            return 0.0;
        }
        match self {
            // The root of the quadratic in the form that neither divides by a slope of 0 nor cancels.
            Law::Linear { from, to } => {
                let slope = (to - from) / length_s;
                2.0 * amount / (from + (from * from + 2.0 * slope * amount).max(0.0).sqrt())
            }
            Law::Decay { floor, above, decay_s } => inverse_decay(amount, floor, above, decay_s),
            Law::Growth { floor, first, growth_s } => inverse_growth(amount, floor, first, growth_s),
            Law::Pressure { from, left_s } => -left_s * (-amount / (from * left_s)).exp_m1(),
        }
    }
}

/// Solves `floor t + first growth (exp(t / growth) - 1) = amount` by Newton's method.
///
/// The left side rises and bends up, so that from any start at or right of the root each step goes left and never past it. Leaving
/// out either of the two terms gives such a start.
fn inverse_growth(amount: f64, floor: f64, first: f64, growth_s: f64) -> f64 {
    let law = Law::Growth { floor, first, growth_s };
    let by_growth =
        if first > 0.0 { growth_s * (amount / (first * growth_s)).ln_1p() } else { f64::INFINITY };
    let by_floor = if floor > 0.0 { amount / floor } else { f64::INFINITY };
    let mut t_s = by_growth.min(by_floor);
    for _ in 0..200 {
        let step_s = (law.area(t_s, 0.0) - amount) / law.rate(t_s, 0.0);
        if step_s.is_nan() || step_s.is_infinite() || step_s <= t_s * 1e-15 {
            break;
        }
        t_s -= step_s;
    }
    t_s
}

/// Solves `floor t + above decay (1 - exp(-t / decay)) = amount` by Newton's method.
///
/// The left side rises and bends down, so that a tangent lies above it: from any start at or left of the root each step goes
/// right and never past it. Both starts below are left of it, and a handful of steps is enough from the better one.
fn inverse_decay(amount: f64, floor: f64, above: f64, decay_s: f64) -> f64 {
    let law = Law::Decay { floor, above, decay_s };
    let from_peak = amount / (floor + above);
    let from_floor = if floor > 0.0 { (amount - above * decay_s) / floor } else { 0.0 };
    let mut t_s = from_peak.max(from_floor);
    for _ in 0..200 {
        let step_s = (amount - law.area(t_s, 0.0)) / law.rate(t_s, 0.0);
        // A rate that has fallen to nothing gives a step without end: the amount is never reached.
        if step_s.is_nan() || step_s.is_infinite() || step_s <= t_s * 1e-15 {
            break;
        }
        t_s += step_s;
    }
    t_s
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Curves of one to four random pieces.
    fn random_curve(random: &mut ChaCha8Rng) -> Curve {
        let mut unit = move || f64::from(random.next_u32()) / f64::from(u32::MAX);
        let mut pieces = Vec::new();
        loop {
            let law = match unit() {
                choice if choice < 0.3 => Law::Linear { from: unit() * 100.0, to: 0.0 },
                choice if choice < 0.4 => Law::Linear { from: unit(), to: unit() * 50.0 },
                choice if choice < 0.6 => Law::Growth {
                    floor: unit().powi(9) * 20.0,
                    first: 0.01 + unit(),
                    growth_s: 5.0 + unit() * 30.0,
                },
                choice if choice < 0.75 => Law::Pressure { from: 0.1 + unit() * 20.0, left_s: 60.2 + unit() },
                _ => Law::Decay {
                    floor: unit().powi(9) * 20.0,
                    above: unit() * 200.0,
                    decay_s: 0.5 + unit() * 30.0,
                },
            };
            pieces.push((law, 0.1 + unit() * 60.0));
            if pieces.len() == 4 || unit() < 0.4 {
                return Curve::new(pieces);
            }
        }
    }

    #[test]
    fn the_area_is_the_integral_of_the_rate() {
        let random = &mut ChaCha8Rng::seed_from_u64(1);
        for round in 0..100 {
            let curve = random_curve(random);
            let end = curve.pieces.iter().map(|piece| piece.length_s).sum::<f64>();
            const CELLS: u32 = 20_000;
            let width = end / f64::from(CELLS);
            let midpoints = (0..CELLS).map(|cell| curve.rate((f64::from(cell) + 0.5) * width));
            let integral = midpoints.sum::<f64>() * width;
            assert!((integral - curve.area()).abs() < 1e-3 * integral.max(1.0), "round {round}: {curve:?}");
            assert!(curve.peak() >= curve.rate(end / 2.0));
        }
    }

    #[test]
    fn the_inverse_undoes_the_area() {
        let random = &mut ChaCha8Rng::seed_from_u64(2);
        for round in 0..2_000 {
            let curve = random_curve(random);
            for part in [0.0, 1e-9, 0.1, 0.5, 0.9, 0.999_999, 1.0] {
                let amount = curve.area() * part;
                let back = curve.cumulative(curve.inverse(amount));
                assert!(
                    (back - amount).abs() <= 1e-9 * curve.area(),
                    "round {round}: {amount} is {back} of {curve:?}"
                );
            }
        }
    }

    #[test]
    fn outside_of_the_curve() {
        let curve = Curve::new([(Law::Linear { from: 2.0, to: 4.0 }, 10.0)]);
        assert_eq!((curve.rate(-1.0), curve.cumulative(-1.0), curve.inverse(-1.0)), (0.0, 0.0, 0.0));
        assert_eq!((curve.rate(11.0), curve.cumulative(11.0), curve.inverse(31.0)), (0.0, 30.0, 10.0));
    }
}
