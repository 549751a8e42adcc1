//! The table of faults.

use crate::faults::{Faults, Kill};
use crate::reader::{Reader, Section};

pub(super) fn faults<'t>(reader: &mut Reader<'t>, top: &Section<'t>) -> Option<Faults> {
    let section = reader.table(top, "faults");
    let [dropped, lost, stalled] = ["connection_dropped_share", "answer_lost_share", "upload_stalled_share"]
        .map(|name| reader.number(&section, name));
    let [slow, half_open] = ["slow_clients", "half_open_clients"].map(|name| reader.size(&section, name));
    let engine_kills = kills(reader, &section);
    Some(Faults {
        connection_dropped_share: dropped?,
        answer_lost_share: lost?,
        upload_stalled_share: stalled?,
        slow_clients: slow?,
        half_open_clients: half_open?,
        engine_kills: engine_kills?,
    })
}

fn kills<'t>(reader: &mut Reader<'t>, faults: &Section<'t>) -> Option<Vec<Kill>> {
    if !faults.has("engine_kills") {
        return Some(Vec::new());
    }
    let sections = reader.tables(faults, "engine_kills")?;
    let kills = sections.iter().map(|kill| {
        let (at_s, down_s) = (reader.number(kill, "at_s"), reader.number(kill, "down_s"));
        Some(Kill { at_s: at_s?, down_s: down_s? })
    });
    let kills: Vec<Kill> = kills.collect::<Vec<_>>().into_iter().collect::<Option<_>>()?;
    if let Some(pair) = kills.windows(2).find(|pair| pair[1].at_s < pair[0].up_s()) {
        let right = format!("one kill after the other: after {} s at the earliest", pair[0].up_s());
        reader.contradiction(faults, "engine_kills", right);
        return None;
    }
    Some(kills)
}
