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
        self.pieces.iter().map(|piece| piece.law.peak()).fold(0.0, f64::max)
    }
}

impl Law {
    fn rate(self, t_s: f64, length_s: f64) -> f64 {
        match self {
            Law::Linear { from, to } => from + (to - from) * (t_s / length_s),
            Law::Decay { floor, above, decay_s } => floor + above * (-t_s / decay_s).exp(),
        }
    }

    fn area(self, t_s: f64, length_s: f64) -> f64 {
        match self {
            Law::Linear { from, to } => t_s * (from + (to - from) * (t_s / length_s) / 2.0),
            // exp_m1 keeps the digits that 1 - exp(-x) loses for small x.
            Law::Decay { floor, above, decay_s } => {
                floor * t_s - above * decay_s * (-t_s / decay_s).exp_m1()
            }
        }
    }

    fn peak(self) -> f64 {
        match self {
            Law::Linear { from, to } => from.max(to),
            Law::Decay { floor, above, .. } => floor + above,
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
        }
    }
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
        // Written so that a step that is no number ends the search, too.
        if !(step_s > t_s * 1e-15) || !step_s.is_finite() {
            break;
        }
        t_s += step_s;
    }
    t_s
}
