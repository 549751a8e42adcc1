//! Writes run folders of made-up runs with their pages, to look at, and the page of every verdict:
//! `cargo run -p reports --example sample_page -- DIR`.

#[path = "../tests/reports/sample.rs"]
#[expect(clippy::unwrap_used, reason = "a helper of the tests, which may unwrap")]
mod sample;

#[path = "../tests/reports/runs.rs"]
#[expect(dead_code, reason = "a helper of the tests, of which only a part is used here")]
mod runs;

use std::error::Error;
use std::path::Path;

use record::RunFolder;
use reports::{Lang, junit, page, verdict_text};

fn main() -> Result<(), Box<dyn Error>> {
    let target = std::env::args().nth(1).ok_or("give a folder to write to")?;
    let short = sample::Plan { seconds: 20, opening_per_s: 20, overload: false };
    let long = sample::Plan { seconds: 60, opening_per_s: 60, overload: true };
    let target = Path::new(&target);
    write(&target.join("healthy"), short)?;
    write(&target.join("overloaded"), long)?;
    let states = RunFolder::create(target.join("states"))?;
    for (name, run) in runs::all() {
        states.write_text(&format!("{}.html", name.replace([',', ' '], "-")), &page(&run, Lang::En))?;
    }
    Ok(())
}

fn write(path: &Path, plan: sample::Plan) -> Result<(), Box<dyn Error>> {
    let (run, intervals) = sample::with_intervals(plan);
    let folder = RunFolder::create(path)?;
    let mut log = folder.begin_latency(run.histograms.steps(), run.record.started_at)?;
    for interval in &intervals {
        log.push(interval)?;
    }
    log.finish()?;
    folder.write_record(&run.record)?;
    folder.write_timeline(&run.timeline)?;
    folder.write_text("report.html", &page(&run, Lang::En))?;
    folder.write_text("laporan.html", &page(&run, Lang::Id))?;
    folder.write_text("junit.xml", &junit(&run.record))?;
    folder.write_text("verdict.txt", &verdict_text(&run.record, Some(&path.join("report.html")), true))?;
    Ok(())
}
