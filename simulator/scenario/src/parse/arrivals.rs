//! The table of arrivals: a shape, its rates brought to the number of applicants, and whether anybody comes at all.

use crate::arrivals::{Arrivals, RateStep, Shape, Spacing};
use crate::keys::APPLICANTS_MAX;
use crate::reader::{Reader, Section};

pub(super) fn arrivals<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<Arrivals> {
    let shape = shape(reader, section);
    let spacing = match reader.choice(section, "spacing") {
        Some("even") => Some(Spacing::Even),
        Some(_) => Some(Spacing::Poisson),
        None => None,
    };
    let factor = reader.number(section, "rate_factor");
    let applicants = reader.whole(section, "applicants");
    if section.has("rate_factor") && section.has("applicants") {
        let right = "applicants says by what every rate is multiplied; leave out one of the two".to_owned();
        reader.contradiction(section, "rate_factor", right);
        return None;
    }
    let (shape, duration_s) = shape?;
    let written = Arrivals::new(shape, spacing?, duration_s);
    brought_to(reader, section, &written, factor, applicants)
}

/// The arrivals as written, with their rates multiplied as asked.
fn brought_to<'t>(
    reader: &mut Reader<'t>,
    section: &Section<'t>,
    written: &Arrivals,
    factor: Option<f64>,
    applicants: Option<u64>,
) -> Option<Arrivals> {
    let area = written.expected_by(written.duration_s);
    let arrivals = match applicants {
        _ if area <= 0.0 => {
            reader.contradiction(
                section,
                "shape",
                "every rate is 0, so that nobody comes; raise one".to_owned(),
            );
            return None;
        }
        Some(applicants) => written.scaled(applicants as f64 / area),
        None => written.scaled(factor.unwrap_or(1.0)),
    };
    if (1..=APPLICANTS_MAX).contains(&arrivals.count) {
        return Some(arrivals);
    }
    let right = format!(
        "the area under the rate is {:.3}, which makes {} applicants; choose rates and duration so that 1 to {APPLICANTS_MAX} come",
        arrivals.expected_by(arrivals.duration_s),
        arrivals.count
    );
    reader.contradiction(section, "shape", right);
    None
}

/// The shape with its rates as written, and its length in seconds.
fn shape<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<(Shape, f64)> {
    match reader.choice(section, "shape")? {
        "constant" => {
            let (per_s, duration_s) = (reader.number(section, "per_s"), reader.number(section, "duration_s"));
            Some((Shape::Constant { per_s: per_s? }, duration_s?))
        }
        "ramp" => {
            let (from, to) = (reader.number(section, "from_per_s"), reader.number(section, "to_per_s"));
            let duration_s = reader.number(section, "duration_s");
            Some((Shape::Ramp { from_per_s: from?, to_per_s: to? }, duration_s?))
        }
        "steps" => steps(reader, section),
        _ => opening_spike(reader, section),
    }
}

fn steps<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<(Shape, f64)> {
    let sections = reader.tables(section, "steps")?;
    let steps = sections.iter().map(|step| {
        let (per_s, for_s) = (reader.number(step, "per_s"), reader.number(step, "for_s"));
        Some(RateStep { per_s: per_s?, for_s: for_s? })
    });
    let steps: Vec<RateStep> = steps.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?;
    let duration_s = steps.iter().map(|step| step.for_s).sum();
    Some((Shape::Steps { steps }, duration_s))
}

fn opening_spike<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<(Shape, f64)> {
    let (peak, floor) = (reader.number(section, "peak_per_s"), reader.number(section, "floor_per_s"));
    let (decay_s, duration_s) = (reader.number(section, "decay_s"), reader.number(section, "duration_s"));
    let (peak_per_s, floor_per_s) = (peak?, floor?);
    if peak_per_s < floor_per_s {
        let right = format!("the peak of {peak_per_s} is under the floor; write at most {peak_per_s}");
        reader.contradiction(section, "floor_per_s", right);
        return None;
    }
    Some((Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s: decay_s? }, duration_s?))
}
