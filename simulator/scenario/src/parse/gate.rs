//! The list of what operators do with the gate while the run goes on.

use crate::plan::GateMove;
use crate::problem::Fault;
use crate::reader::{Reader, Section};

pub(super) fn gate<'t>(reader: &mut Reader<'t>, top: &Section<'t>) -> Option<Vec<GateMove>> {
    if !top.has("gate") {
        return Some(Vec::new());
    }
    let sections = reader.tables(top, "gate")?;
    let mut moves: Vec<GateMove> = Vec::new();
    for section in &sections {
        let next = gate_move(reader, section);
        if let (Some(next), Some(last)) = (&next, moves.last())
            && next.at_s < last.at_s
        {
            let right = format!("write at least {}: moves stand in the order of time", last.at_s);
            reader.contradiction(section, "at_s", right);
        }
        moves.extend(next);
    }
    (moves.len() == sections.len()).then_some(moves)
}

fn gate_move<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<GateMove> {
    let at_s = reader.number(section, "at_s");
    let [opens, closes] = ["opens_at_s", "closes_at_s"].map(|name| reader.optional_number(section, name));
    let [formations, maintenance] =
        ["formations_ready", "maintenance"].map(|name| reader.optional_bool(section, name));
    let announcement = announcement(reader, section);
    Some(GateMove {
        at_s: at_s?,
        opens_at_s: opens?,
        closes_at_s: closes?,
        formations_ready: formations?,
        maintenance: maintenance?,
        announcement: announcement?,
    })
}

fn announcement<'t>(reader: &mut Reader<'t>, section: &Section<'t>) -> Option<Option<String>> {
    let Some((field, found)) = reader.find(section, "announcement") else { return Some(None) };
    let Some(text) = found.value.as_str() else { return reader.wrong_type(field, &found) };
    if text.trim().is_empty() || text.chars().count() > 1_000 || text.chars().any(char::is_control) {
        let right = format!("write {}", field.expects());
        reader.report(&found.span, &found.path, Fault::OutOfRange, right);
        return None;
    }
    Some(Some(text.to_owned()))
}
