//! The command line: what each command takes, and examples of it.

use clap::{Args, Parser, Subcommand};
use domain::Date;
use record::Shard;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Brings synthetic applicants to a registration portal, and tells the truth about what happened.
#[derive(Debug, Parser)]
#[command(name = "lonjakan", version, max_term_width = 110, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Re-enact a rush: start engine and registry, bring the applicants, audit, write the run folder, say the
    /// verdict
    #[command(after_help = "Examples:\n  \
        lonjakan surge scenarios/smoke.toml\n  \
        lonjakan surge scenarios/opening-rush.toml --out target/rush --json | jq .verdict\n  \
        lonjakan surge scenarios/opening-rush.toml --live-metrics 127.0.0.1:9100\n  \
        lonjakan surge scenarios/smoke.toml --target http://127.0.0.1:8080 --captcha-key FILE \
        --operations http://127.0.0.1:8081 --export-key FILE")]
    Surge(Box<SurgeArgs>),
    /// Search for the highest arrival rate at which the scenario's objectives are met: trial after trial, each a surge of its
    /// own, until the interval is narrow enough
    #[command(after_help = "Examples:\n  \
        lonjakan capacity scenarios/capacity.toml\n  \
        lonjakan capacity scenarios/capacity.toml --rate 12.2 --precision 0.05 --out target/capacity\n  \
        lonjakan capacity scenarios/capacity.toml --out target/capacity --resume")]
    Capacity(CapacityArgs),
    /// Read scenario files and report every problem at once
    #[command(after_help = "Examples:\n  \
        lonjakan check scenarios/*.toml\n  \
        lonjakan check --keys")]
    Check(CheckArgs),
    /// Write synthetic applicants with their expected outcome, one JSON object a line
    #[command(after_help = "Examples:\n  \
        lonjakan people --count 3\n  \
        lonjakan people --count 1000000 --first 5000000 --seed 7 > applicants.jsonl\n  \
        lonjakan people --count 3 --realistic\n  \
        lonjakan people --count 100 --scenario scenarios/every-defect.toml | jq -c '[.defect, .expected]'")]
    People(PeopleArgs),
    /// Bring about failures by name, each on a fresh engine, and leave transcript, curl lines and HAR
    #[command(after_help = "Examples:\n  \
        lonjakan qa list\n  \
        lonjakan qa run nik-not-found registry-down\n  \
        lonjakan qa all --out target/qa/today\n  \
        lonjakan qa run already-final --stay\n  \
        lonjakan qa all --target http://127.0.0.1:8080 --captcha-key FILE --seed 1 --population 1000000\n\n\
        Exit codes: 0 every story as the catalogue has it, 3 one is not, 5 a registration was lost, doubled or wrong.")]
    Qa(QaArgs),
    /// Make the pages of a run again from its record
    #[command(after_help = "Examples:\n  \
        lonjakan report target/runs/smoke-20261121T080000Z\n  \
        lonjakan report target/rush --lang id\n  \
        lonjakan report --schema > run.schema.json\n  \
        lonjakan report --schema capacity > capacity.schema.json")]
    Report(ReportArgs),
    /// Hold runs against the first of them: differences, with intervals from whole windows of seconds
    #[command(after_help = "Examples:\n  \
        lonjakan compare target/before target/after\n  \
        lonjakan compare target/a target/b target/c --window 5 --json | jq '.against[].comparable'\n  \
        lonjakan compare target/before target/after --html difference.html --lang id\n\n\
        Runs that can't be compared (other scenario, machine, versions, an unfit generator) are shown \
        all the same, and it is said why they can't.")]
    Compare(CompareArgs),
    /// Put the parts of one run together, brought with `surge --shard`
    #[command(after_help = "Examples:\n  \
        lonjakan surge scenarios/smoke.toml --shard 1/2 --out target/one\n  \
        lonjakan surge scenarios/smoke.toml --shard 2/2 --out target/two\n  \
        lonjakan merge target/one target/two --out target/whole\n\n\
        Counts are added up, and percentiles come from added histograms: they are those of one run \
        over the same values.")]
    Merge(MergeArgs),
    /// Run the reference registration engine by itself
    #[command(after_help = "Examples:\n  \
        lonjakan serve --config engine.toml\n  \
        lonjakan serve --keys")]
    Serve(ServeArgs),
    /// Run the stand-in of the population registry by itself
    #[command(after_help = "Examples:\n  \
        lonjakan dukcapil --config dukcapil.toml\n  \
        lonjakan dukcapil --keys")]
    Dukcapil(DukcapilArgs),
}

const EXIT_CODES: &str = "Exit codes:\n  \
    0   all good\n  \
    2   wrong usage, file or key; a port, folder or disk that refuses\n  \
    3   objectives missed\n  \
    4   the generator was not fit to judge\n  \
    5   the audit found a lost, duplicated or wrongly answered registration\n  \
    6   the target did not consent\n  \
    70  a defect of ours\n\
    Where several hold: 5 before 4 before 3.";

#[derive(Debug, Args)]
pub(crate) struct SurgeArgs {
    /// The scenario file
    pub(crate) scenario: PathBuf,
    /// Seed of people, defects, instants and thinking times [default: the scenario's]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Folder of the run [default: target/runs/<scenario>-<UTC time>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How often an applicant repeats a step that could not be served just then, waiting as Retry-After says; in
    /// place of the scenario's behaviour.retries
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) repeats: u32,
    /// Bring the K-th of N parts of the arrivals, for a run on several machines; see `lonjakan merge`
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
    /// Write what became of each applicant to outcomes.csv in the run folder, NIKs masked
    #[arg(long)]
    pub(crate) outcomes: bool,
    /// Multiply every rate of the scenario by this
    #[arg(long, value_name = "F", value_parser = factor)]
    pub(crate) rate_factor: Option<f64>,
    /// First bring twice the mean rate for so many seconds, then the mean rate: does the portal come back?
    #[arg(long, value_name = "S", value_parser = factor)]
    pub(crate) overload_first_s: Option<f64>,
    /// Leave store and settings of the engine in the run folder
    #[arg(long)]
    pub(crate) keep_store: bool,
    /// Say nothing but the result
    #[arg(long)]
    pub(crate) quiet: bool,
    /// On a terminal too, a plain line every five seconds in place of the live view
    #[arg(long)]
    pub(crate) plain: bool,
    /// Serve the run's figures for Prometheus at http://ADDR/metrics while it goes on: 127.0.0.1:9100, or port 0 for any;
    /// with --consent at an address that others reach too
    #[arg(long, value_name = "ADDR")]
    pub(crate) live_metrics: Option<SocketAddr>,
    /// Print the run record in place of the verdict
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of the page
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CapacityArgs {
    /// The scenario file; its objectives decide, its arrivals are the shape of every trial
    pub(crate) scenario: PathBuf,
    /// The rate that you need, in arrivals a second: how much headroom is there?
    #[arg(long, value_name = "PER_S", value_parser = factor)]
    pub(crate) rate: Option<f64>,
    /// The first rate to be tried [default: the scenario's mean]
    #[arg(long, value_name = "PER_S", value_parser = factor)]
    pub(crate) start: Option<f64>,
    /// The highest rate that may be tried
    #[arg(long, value_name = "PER_S", value_parser = factor, default_value_t = 10_000.0)]
    pub(crate) rate_max: f64,
    /// The interval is narrow enough once its width is this part of the capacity
    #[arg(long, value_name = "SHARE", value_parser = factor, default_value_t = 0.1)]
    pub(crate) precision: f64,
    /// End after so many trials
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub(crate) trials_max: usize,
    /// Rest between trials, in seconds
    #[arg(long, value_name = "S", default_value_t = 2.0)]
    pub(crate) cool_down_s: f64,
    /// Seed of the first trial; each next one has the next [default: the scenario's]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Folder of the search [default: target/runs/<scenario>-capacity-<UTC time>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on with the search in that folder
    #[arg(long, requires = "out")]
    pub(crate) resume: bool,
    /// Say nothing but the result
    #[arg(long)]
    pub(crate) quiet: bool,
    /// On a terminal too, no live view of the trials
    #[arg(long)]
    pub(crate) plain: bool,
    /// Print the search's record in place of the answer
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of the page
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
}

#[derive(Debug, Args)]
pub(crate) struct TargetArgs {
    /// Bring the applicants to a portal that runs already, on this machine or with its consent
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The token that a target elsewhere serves at /.well-known/lonjakan-consent; asked for again each minute
    #[arg(long, value_name = "TOKEN", requires = "target")]
    pub(crate) consent: Option<String>,
    /// File with the key that solves the target's captchas: 64 hexadecimal digits
    #[arg(long, value_name = "FILE", requires = "target")]
    pub(crate) captcha_key: Option<PathBuf>,
    /// The target's address for operators, for the audit
    #[arg(long, value_name = "URL", requires = "export_key")]
    pub(crate) operations: Option<String>,
    /// File with the key of the target's export of accounts
    #[arg(long, value_name = "FILE", requires = "operations", requires = "target")]
    pub(crate) export_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The scenario files
    #[arg(required_unless_present = "keys", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Print every key of a scenario file with its meaning
    #[arg(long, conflicts_with_all = ["files", "json"])]
    pub(crate) keys: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PeopleArgs {
    /// How many
    #[arg(long, value_name = "N")]
    pub(crate) count: u64,
    /// Seed of the population [default: 1, or the scenario's]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// The first of them, counted from 0
    #[arg(long, value_name = "I", default_value_t = 0)]
    pub(crate) first: u64,
    /// Take population, defects and limits of this scenario; without it everybody is faultless
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// The day on which ages are reckoned, YYYY-MM-DD [default: today in Jakarta, or the scenario's]
    #[arg(long, value_name = "DATE")]
    pub(crate) reference_date: Option<Date>,
    /// Districts that exist, in place of province 99; serials are from 9000 on, which no real number has
    #[arg(long)]
    pub(crate) realistic: bool,
}

#[derive(Debug, Args)]
pub(crate) struct QaArgs {
    #[command(subcommand)]
    pub(crate) command: QaCommand,
}

/// Which failures.
#[derive(Debug, Subcommand)]
pub(crate) enum QaCommand {
    /// Every failure: its code, what the applicant sees, whom to contact, why it comes
    List(QaListArgs),
    /// Some, by their codes
    Run(Box<QaRunArgs>),
    /// All of them
    All(Box<QaPlaceArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct QaListArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct QaRunArgs {
    /// Codes of the catalogue: see `lonjakan qa list`
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Leave the services of one story as they are at its end, with a link to the page, until Ctrl-C
    #[arg(long, conflicts_with = "target")]
    pub(crate) stay: bool,
    #[command(flatten)]
    pub(crate) place: QaPlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct QaPlaceArgs {
    /// Folder for the papers [default: target/qa/<UTC time>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Stories at a time; on a target always one
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) jobs: usize,
    /// Run the curl lines of each story too, against services of their own; needs sh, curl and openssl
    #[arg(long, conflicts_with = "target")]
    pub(crate) scripts: bool,
    /// Print what came of each story as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Say nothing but the result
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Seed of the people; on a target that of its registry
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// People in the registry
    #[arg(long, value_name = "N")]
    pub(crate) population: Option<u64>,
    /// The day of the registry's people, YYYY-MM-DD [default: today in Jakarta]
    #[arg(long, value_name = "DATE")]
    pub(crate) reference_date: Option<Date>,
    /// The first person who comes [default: 0; on a target somebody by the clock]
    #[arg(long, value_name = "I")]
    pub(crate) first: Option<u64>,
    #[command(flatten)]
    pub(crate) target: TargetArgs,
}

/// A record that has a schema.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum RecordFormat {
    /// Of a run.
    Run,
    /// Of a search for capacity.
    Capacity,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The folder of a run, or of a search for capacity
    #[arg(value_name = "RUN", required_unless_present = "schema")]
    pub(crate) run: Option<PathBuf>,
    /// Print the JSON Schema of run.json, or of capacity.json
    #[arg(long, value_name = "FORMAT", value_enum, num_args = 0..=1, default_missing_value = "run", conflicts_with = "run")]
    pub(crate) schema: Option<RecordFormat>,
    /// Language of the page
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
}

/// A number over 0 that a rate or a time may be multiplied by.
fn factor(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(factor) if (1e-6..=1e6).contains(&factor) => Ok(factor),
        _ => Err("give a number over 0, such as 1.5".to_owned()),
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((part, of)) if (1..=of).contains(&part) => Ok(Shard { part, of }),
        _ => Err("give the part and how many there are, such as 2/4".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The run that the others are held against
    #[arg(value_name = "BASE")]
    pub(crate) base: PathBuf,
    /// The others
    #[arg(value_name = "RUN", required = true)]
    pub(crate) others: Vec<PathBuf>,
    /// Length of a window in seconds [default: a twentieth of the base, at least 2]
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) window: Option<u32>,
    /// Print the comparison as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Write it as a page, too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Language of the page
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The folders of the parts
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<PathBuf>,
    /// Folder of the whole run
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Language of the page
    #[arg(long, value_enum, default_value_t = Language::En)]
    pub(crate) lang: Language,
}

/// Languages of pages.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Language {
    /// English
    En,
    /// Indonesian
    Id,
}

impl From<Language> for reports::Lang {
    fn from(language: Language) -> reports::Lang {
        match language {
            Language::En => reports::Lang::En,
            Language::Id => reports::Lang::Id,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The settings: see --keys
    #[arg(long, value_name = "FILE", required_unless_present = "keys")]
    pub(crate) config: Option<PathBuf>,
    /// Print every key of the settings with its meaning and default
    #[arg(long, conflicts_with = "config")]
    pub(crate) keys: bool,
    #[command(flatten)]
    pub(crate) child: ChildArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DukcapilArgs {
    /// The settings: see --keys
    #[arg(long, value_name = "FILE", required_unless_present = "keys")]
    pub(crate) config: Option<PathBuf>,
    /// Print every key of the settings with its meaning and default
    #[arg(long, conflicts_with = "config")]
    pub(crate) keys: bool,
    #[command(flatten)]
    pub(crate) child: ChildArgs,
}

/// How a service is run by a program instead of a person.
#[derive(Clone, Debug, Args)]
pub(crate) struct ChildArgs {
    /// Say the addresses as one JSON object on stdout as soon as they are open
    #[arg(long)]
    pub(crate) announce: bool,
    /// End in order when stdin ends: a parent that dies takes the service with it
    #[arg(long)]
    pub(crate) end_with_stdin: bool,
    /// Remove this folder after ending in order: the store of a run that nobody keeps
    #[arg(long, value_name = "DIR")]
    pub(crate) remove_at_end: Option<PathBuf>,
    /// Use these cores only, for instance 0,1
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub(crate) cores: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        for command in Cli::command().get_subcommands() {
            let help = command.clone().render_long_help().to_string();
            assert!(help.contains("Examples:\n  lonjakan"), "{}", command.get_name());
        }
    }

    #[test]
    fn what_belongs_together_is_asked_for_together() {
        let check = |line: &str, fine: bool| {
            let found = Cli::try_parse_from(line.split(' '));
            assert_eq!(found.is_ok(), fine, "{line}: {:?}", found.err().map(|error| error.to_string()));
        };
        check("lonjakan surge s.toml", true);
        check("lonjakan surge", false);
        // Whether the target may be loaded at all comes before its key.
        check("lonjakan surge s.toml --target http://127.0.0.1:1", true);
        check("lonjakan surge s.toml --captcha-key k", false);
        check("lonjakan surge s.toml --target http://127.0.0.1:1 --captcha-key k", true);
        let target = "lonjakan surge s.toml --target http://127.0.0.1:1 --captcha-key k";
        check(&format!("{target} --operations http://127.0.0.1:2"), false);
        check(&format!("{target} --operations http://127.0.0.1:2 --export-key e"), true);
        check("lonjakan surge s.toml --plain --live-metrics 127.0.0.1:0", true);
        check("lonjakan surge s.toml --live-metrics 9100", false);
        check("lonjakan surge s.toml --shard 1/1", true);
        check("lonjakan surge s.toml --shard 3/3 --outcomes", true);
        for wrong in ["0/2", "3/2", "1", "1/", "a/b", "1/0", "-1/2"] {
            check(&format!("lonjakan surge s.toml --shard {wrong}"), false);
        }
        check("lonjakan report", false);
        check("lonjakan report --schema", true);
        check("lonjakan report --schema capacity", true);
        check("lonjakan report --schema other", false);
        check("lonjakan report run --schema", false);
        check("lonjakan compare a", false);
        check("lonjakan compare a b c --window 5 --json --html d.html --lang id", true);
        check("lonjakan compare a b --window 0", false);
        check("lonjakan merge a b", false);
        check("lonjakan merge a b --out c", true);
        check("lonjakan check", false);
        check("lonjakan check --keys", true);
        check("lonjakan check a.toml b.toml --json", true);
        check("lonjakan serve", false);
        check("lonjakan serve --keys", true);
        check("lonjakan people --count 3 --reference-date 2026-11-21", true);
        check("lonjakan people --count 3 --reference-date 2026-02-30", false);
        check("lonjakan capacity s.toml", true);
        check("lonjakan capacity s.toml --resume", false);
        check("lonjakan capacity s.toml --rate 0", false);
        check("lonjakan surge s.toml --rate-factor 2.5", true);
        check("lonjakan surge s.toml --rate-factor -1", false);
        check("lonjakan qa list --json", true);
        check("lonjakan qa run", false);
        check("lonjakan qa run busy internal --jobs 2", true);
        check("lonjakan qa all --target http://127.0.0.1:1", true);
        check("lonjakan qa all --target http://127.0.0.1:1 --captcha-key k", true);
        check("lonjakan qa run busy --stay --target http://127.0.0.1:1 --captcha-key k", false);
    }
}
