//! The table of arrivals: a shape, its rates brought to the number of applicants, and whether anybody comes at all.

use crate::arrivals::{Arrivals, DayCycle, RateStep, Shape, Spacing};
use crate::files::column;
use crate::keys::APPLICANTS_MAX;
use crate::problem::Fault;
use crate::reader::{Reader, Section};

/// Intervals of a replay: ten days by the minute, and some more.
const INTERVALS_MAX: usize = 20_000;

pub(super) fn arrivals<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<Arrivals> {
    let shape = shape(reader, section);
    let spacing = match reader.choice(section, "spacing") {
        Some("even") => Some(Spacing::Even),
        Some(_) => Some(Spacing::Poisson),
        None => None,
    };
    let compression = reader.number(section, "time_compression");
    let factor = reader.number(section, "rate_factor");
    let applicants = reader.whole(section, "applicants");
    if section.has("rate_factor") && section.has("applicants") {
        let right = "applicants says by what every rate is multiplied; leave out one of the two".to_owned();
        reader.contradiction(section, "rate_factor", right);
        return None;
    }
    let (shape, duration_s) = shape?;
    let written = Arrivals::new(shape, spacing?, duration_s).compressed(compression?);
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
        "opening-crowd" => opening_crowd(reader, section),
        "deadline-pressure" => deadline_pressure(reader, section),
        "day-cycle" => day_cycle(reader, section),
        "replay" => replay(reader, section),
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
    is_at_most(reader, section, ("floor_per_s", floor_per_s), ("peak_per_s", peak_per_s))?;
    Some((Shape::OpeningSpike { peak_per_s, floor_per_s, decay_s: decay_s? }, duration_s?))
}

fn opening_crowd<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<(Shape, f64)> {
    let [peak, floor, decay, growth, opens, duration] =
        ["peak_per_s", "floor_per_s", "decay_s", "growth_s", "opens_after_s", "duration_s"]
            .map(|name| reader.number(section, name));
    let (peak_per_s, floor_per_s, opens_after_s, duration_s) = (peak?, floor?, opens?, duration?);
    is_at_most(reader, section, ("floor_per_s", floor_per_s), ("peak_per_s", peak_per_s))?;
    is_at_most(reader, section, ("opens_after_s", opens_after_s), ("duration_s", duration_s))?;
    let shape =
        Shape::OpeningCrowd { opens_after_s, growth_s: growth?, peak_per_s, floor_per_s, decay_s: decay? };
    Some((shape, duration_s))
}

fn deadline_pressure<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<(Shape, f64)> {
    let [from, peak, duration] =
        ["from_per_s", "peak_per_s", "duration_s"].map(|name| reader.number(section, name));
    let (from_per_s, peak_per_s) = (from?, peak?);
    if from_per_s <= 0.0 {
        let right = "write a rate over 0: what grows in proportion to nothing stays nothing".to_owned();
        reader.contradiction(section, "from_per_s", right);
        return None;
    }
    is_at_most(reader, section, ("from_per_s", from_per_s), ("peak_per_s", peak_per_s))?;
    Some((Shape::DeadlinePressure { from_per_s, peak_per_s }, duration?))
}

fn day_cycle<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<(Shape, f64)> {
    let [midday, evening, night, day, start, duration] =
        ["midday_per_s", "evening_per_s", "night_per_s", "day_s", "start_hour", "duration_s"]
            .map(|name| reader.number(section, name));
    let day = DayCycle {
        midday_per_s: midday?,
        evening_per_s: evening?,
        night_per_s: night?,
        day_s: day?,
        start_hour: start?,
    };
    Some((Shape::DayCycle(day), duration?))
}

fn replay<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<(Shape, f64)> {
    let interval = reader.number(section, "interval_s");
    let (file, found) = reader.file(section, "file")?;
    let interval_s = interval?;
    match column(&file.text, "count", 1e12, INTERVALS_MAX) {
        Ok(counts) => {
            let duration_s = interval_s * counts.len() as f64;
            let rates_per_s = counts.into_iter().map(|count| count / interval_s).collect();
            Some((Shape::Replay { rates_per_s, interval_s, file: file.name }, duration_s))
        }
        Err(right) => {
            reader.report(&found.span, &found.path, Fault::UnknownValue, right);
            None
        }
    }
}

/// Where the one key's value is over the other's, that is a problem of the first.
fn is_at_most<'t>(
    reader: &mut Reader<'t>,
    section: &Section<'t>,
    (name, value): (&str, f64),
    (bound_name, bound): (&str, f64),
) -> Option<()> {
    if value <= bound {
        return Some(());
    }
    let right = format!("{bound_name} is {bound}, and this is over it; write at most {bound}");
    reader.contradiction(section, name, right);
    None
}
