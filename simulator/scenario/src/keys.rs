//! Every key of a scenario file, with its bounds and default. A default says where it was assumed; the others are published facts.

use crate::schema::{Field, Kind, Table};
use domain::LimitsProfile;
use people::{Census, Consequence, Defect, Regions};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The version of the format that this crate reads.
pub(crate) const FORMAT: u64 = 1;

/// The most applicants of one run: their instants are kept, eight bytes each.
pub(crate) const APPLICANTS_MAX: u64 = 10_000_000;

/// Every table, in the order of the reference.
pub(crate) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    vec![
        top(),
        arrivals(),
        arrivals_steps(),
        people(),
        people_defects(),
        behaviour(),
        behaviour_retries(),
        behaviour_leaving(),
        behaviour_devices(),
        faults(),
        faults_engine_kills(),
        engine(),
        engine_admission(),
        registry(),
        registry_latency(),
        registry_outages(),
        registry_changes(),
        gate(),
        generator(),
        cores(),
    ]
});

/// The table of this path.
pub(crate) fn table(path: &str) -> &'static Table {
    TABLES.iter().find(|table| table.path == path).expect("tables are asked for by paths of this file only")
}

/// The names of the tables that may stand inside of `table`.
pub(crate) fn children(table: &Table) -> impl Iterator<Item = &'static str> {
    let parent = table.path;
    TABLES.iter().filter_map(move |table| {
        let name = if parent.is_empty() {
            table.path
        } else {
            table.path.strip_prefix(parent)?.strip_prefix('.')?
        };
        (!name.is_empty() && !name.contains('.') && !is_list(table)).then_some(name)
    })
}

/// Whether it stands in a list, and so has no header of its own.
pub(crate) fn is_list(table: &Table) -> bool {
    let mut fields = TABLES.iter().flat_map(|table| &table.fields);
    fields.any(|field| matches!(field.kind, Kind::Tables(path) if path == table.path))
}

const RATE: Kind = Kind::Number { min: 0.0, max: 100_000.0 };
/// A share that is 0 unless the scenario says otherwise, or a number that was assumed.
fn share(name: &'static str, default: f64, doc: &'static str) -> Field {
    Field::number(name, 0.0, 1.0, default, doc)
}

const LENGTH: Kind = Kind::Number { min: 0.1, max: 864_000.0 };

fn top() -> Table {
    let seeds = Kind::Whole { min: 0, max: u64::MAX >> 1 };
    Table {
        path: "",
        doc: "top level: stands above the first table",
        selector: None,
        fields: vec![
            Field::required("format", Kind::Whole { min: FORMAT, max: FORMAT }, "version of this format"),
            Field::derived("name", Kind::Name, "the file's name", "name of the run folder"),
            Field::required("seed", seeds, "same seed: same people, defects, instants and thinking times"),
            Field::derived("objectives", Kind::Objectives, "none", "what the run has to show"),
            Field::derived("gate", Kind::Tables("gate"), "always open", "what operators do with the gate"),
        ],
    }
}

pub(crate) const SHAPES: &[&str] = &[
    "constant",
    "ramp",
    "steps",
    "opening-spike",
    "opening-crowd",
    "deadline-pressure",
    "day-cycle",
    "replay",
];

fn arrivals() -> Table {
    let applicants = Kind::Whole { min: 1, max: APPLICANTS_MAX };
    let factors = Kind::Number { min: 0.000_001, max: 1_000_000.0 };
    let rate = |name, doc| Field::required(name, RATE, doc);
    Table {
        path: "arrivals",
        doc: "when applicants come; as many as the area under the rate, rounded",
        selector: Some("shape"),
        fields: vec![
            Field::required("shape", Kind::Choice(SHAPES), "how the rate goes"),
            Field::choice("spacing", &["poisson", "even"], "poisson", "how instants lie within the shape"),
            Field::required("duration_s", LENGTH, "length of the arrivals").only(&[
                "constant",
                "ramp",
                "opening-spike",
                "opening-crowd",
                "deadline-pressure",
                "day-cycle",
            ]),
            rate("per_s", "the rate throughout").only(&["constant"]),
            Field::required(
                "from_per_s",
                RATE,
                "the rate at the start; with deadline-pressure over 0: it grows as 1 / (time that is left)",
            )
            .only(&["ramp", "deadline-pressure"]),
            rate("to_per_s", "the rate at the end").only(&["ramp"]),
            Field::required("steps", Kind::Tables("arrivals.steps"), "one rate after another")
                .only(&["steps"]),
            rate("peak_per_s", "the rate at the opening; with deadline-pressure the highest that is reached")
                .only(&["opening-spike", "opening-crowd", "deadline-pressure"]),
            Field::number("floor_per_s", 0.0, 100_000.0, 0.0, "the rate that remains in the end")
                .only(&["opening-spike", "opening-crowd"]),
            Field::required("decay_s", LENGTH, "time in which what is above the floor falls to 1/e")
                .only(&["opening-spike", "opening-crowd"]),
            Field::required("opens_after_s", LENGTH, "when the crowd before the opening is largest")
                .only(&["opening-crowd"]),
            Field::required("growth_s", LENGTH, "time in which the crowd before the opening grows e-fold")
                .only(&["opening-crowd"]),
            rate("midday_per_s", "the rate from 10 to 15 o'clock").only(&["day-cycle"]),
            rate("evening_per_s", "the rate from 17 to 21 o'clock").only(&["day-cycle"]),
            Field::number("night_per_s", 0.0, 100_000.0, 0.0, "the rate from midnight to 6 o'clock")
                .only(&["day-cycle"]),
            Field::number("day_s", 1.0, 86_400.0, 86_400.0, "length of a day").only(&["day-cycle"]),
            Field::number("start_hour", 0.0, 24.0, 0.0, "the hour at which the run begins")
                .only(&["day-cycle"]),
            Field::required("file", Kind::File, "CSV with a column count, beside the scenario")
                .only(&["replay"]),
            Field::required("interval_s", LENGTH, "length of the interval of each count").only(&["replay"]),
            Field::number(
                "time_compression",
                1.0,
                100_000.0,
                1.0,
                "every length of this table is divided by this and every rate multiplied, so that as many come",
            ),
            Field::derived("rate_factor", factors, "1", "every rate is multiplied by this"),
            Field::derived(
                "applicants",
                applicants,
                "the area under the rate",
                "exactly so many come: every rate is multiplied by what that takes; not together with rate_factor",
            ),
        ],
    }
}

fn arrivals_steps() -> Table {
    Table {
        path: "arrivals.steps",
        doc: "each step, in braces inside the list",
        selector: None,
        fields: vec![
            Field::required("per_s", RATE, "the rate of this step"),
            Field::required("for_s", LENGTH, "how long it lasts"),
        ],
    }
}

pub(crate) const REGIONS: &[&str] = &[Regions::Synthetic.name(), Regions::Real.name()];

fn people() -> Table {
    let population = Kind::Whole { min: 1, max: 100_000_000 };
    Table {
        path: "people",
        doc: "the population that the registry knows, and that applicants are of",
        selector: None,
        fields: vec![
            Field::derived(
                "population",
                population,
                "4436694, or the applicants if more",
                "people in the registry",
            ),
            Field::derived(
                "reference_date",
                Kind::Date,
                "the day of the run",
                "the day on which ages are reckoned",
            ),
            Field::choice(
                "regions",
                REGIONS,
                Regions::Synthetic.name(),
                "where they are registered: in province 99, or in districts in force with serials from 9000 on",
            ),
            share(
                "withdrawn_share",
                0.0,
                "people whose NIK has a withdrawn code of Papua, with a serial from 9000 on: valid",
            ),
            share(
                "nik_date_differs_share",
                Census::DATE_DIFFERS_SHARE,
                "people whose NIK has another date than their birth: valid (assumed: one in 256)",
            ),
            Field::number(
                "second_defect_share",
                0.0,
                1.0,
                0.0,
                "of those with a defect, the share that draws a second one by the same shares",
            ),
        ],
    }
}

fn people_defects() -> Table {
    let field = |defect: &Defect| Field {
        doc: Cow::Owned(match defect.consequence() {
            Consequence::Refused(failure) => format!("share of applicants to be refused with {failure}"),
            Consequence::Registered => "share of applicants, to be registered nevertheless".to_owned(),
            Consequence::ByTheRules => "share of applicants; the limits or the number decide".to_owned(),
        }),
        ..Field::number(defect.name(), 0.0, 1.0, 0.0, "")
    };
    Table {
        path: "people.defects",
        doc: "share of the applicants with each defect, 0 to 1, at most 1 together; the rest is faultless",
        selector: None,
        fields: Defect::ALL.iter().map(field).collect(),
    }
}

fn behaviour() -> Table {
    let median = |name, default, doc| Field::number(name, 0.0, 3_600.0, default, doc);
    let sigma = |name, default, doc| Field::number(name, 0.0, 3.0, default, doc);
    let wait = |name, default, doc| Field::number(name, 0.1, 3_600.0, default, doc);
    Table {
        path: "behaviour",
        doc: "thinking times (lognormal, medians of real people; 0: none), and patience",
        selector: None,
        fields: vec![
            Field::number("time_compression", 1.0, 100_000.0, 1.0, "thinking times are divided by this"),
            median("reading_s_median", 5.0, "reading the first page (assumed)"),
            median("identity_s_median", 52.0, "typing the form of step 1 (45 to 60 s)"),
            median("profile_s_median", 25.0, "filling in the profile (assumed)"),
            median("photo_s_median", 15.0, "finding or taking one photo (assumed)"),
            median("credentials_s_median", 40.0, "passwords, questions and answers (assumed)"),
            median("review_s_median", 20.0, "reading everything once more (assumed)"),
            sigma("think_sigma", 0.5, "standard deviation of the logarithm of all of these"),
            median("captcha_s_median", 12.0, "solving one captcha (9 to 15 s)"),
            sigma("captcha_sigma", 0.25, "standard deviation of the logarithm of that"),
            wait(
                "step_timeout_s",
                30.0,
                "a request without an answer for so long has failed; not compressed",
            ),
            wait("patience_s", 10.0, "an arrival sent later than this is not sent at all; not compressed"),
            share("captcha_slip_share", 0.0, "captchas that are mistyped, and then tried again (5 to 30 %)"),
            Field::whole("captcha_tries_max", 1, 100, 3, "captchas of one form, then they give up (assumed)"),
            share("double_click_share", 0.0, "applicants who press the last button twice (assumed)"),
            wait(
                "opening_poll_s",
                10.0,
                "who comes before the opening looks again after this; not compressed",
            ),
            Field::number(
                "opening_patience_s",
                0.0,
                86_400.0,
                0.0,
                "how long they do so before they give up; 0: they leave at once; not compressed",
            ),
            Field::number(
                "pollers_per_s",
                0.0,
                10_000.0,
                0.0,
                "questions for the status by people who don't register; counted apart, in no latency",
            ),
            Field::number(
                "queue_patience_s_median",
                1.0,
                86_400.0,
                600.0,
                "how long somebody waits in the waiting room, or for their hour, who is told where they stand (assumed); not compressed",
            ),
        ],
    }
}

pub(crate) const RETRIES: &[&str] = &["none", "reload", "fixed", "backoff", "backoff-jitter"];

/// What goes with every policy but `none`, and with those of a page that tries again by itself.
const RETRYING: &[&str] = &["reload", "fixed", "backoff", "backoff-jitter"];
const WAITING: &[&str] = &["fixed", "backoff", "backoff-jitter"];
const BACKING_OFF: &[&str] = &["backoff", "backoff-jitter"];

fn behaviour_retries() -> Table {
    let time = |name, default, doc| Field::number(name, 0.01, 3_600.0, default, doc);
    Table {
        path: "behaviour.retries",
        doc: "what follows a step that could not be served just then; nothing of it is compressed",
        selector: Some("policy"),
        fields: vec![
            Field::choice(
                "policy",
                RETRIES,
                "none",
                "reload: a person who loses patience; the others: a page that waits, the same or twice as long each time",
            ),
            Field::whole("tries_max", 2, 10_000, 10, "tries of one step, the first included; then it failed")
                .only(RETRYING),
            time("attention_s_first", 6.5, "an answer that takes longer is reloaded (5 to 8 s)")
                .only(&["reload"]),
            time("attention_s_later", 2.5, "the same from the second try on (2 to 3 s)").only(&["reload"]),
            Field::number(
                "attention_sigma",
                0.0,
                3.0,
                0.2,
                "standard deviation of the logarithm of both (assumed)",
            )
            .only(&["reload"]),
            time("reaction_s", 0.7, "from an error on the screen to the next try (assumed)")
                .only(&["reload"]),
            time("wait_s", 2.0, "wait before the second try").only(WAITING),
            time("wait_s_max", 60.0, "longest wait").only(BACKING_OFF),
            Field::choice(
                "retry_after",
                &["honoured", "ignored"],
                "honoured",
                "the portal's word on when to come again",
            )
            .only(WAITING),
        ],
    }
}

fn behaviour_leaving() -> Table {
    Table {
        path: "behaviour.leaving",
        doc: "who has tried in vain may leave, and come back hours later; with retries only",
        selector: None,
        fields: vec![
            share("share", 0.0, "leave after each vain try (0.25, assumed)"),
            share(
                "give_up_share",
                0.03,
                "of those who leave, the ones who never come back (2 to 5 %, assumed)",
            ),
            Field::number(
                "return_s_median",
                0.0,
                864_000.0,
                14_400.0,
                "time away (1 to 12 h, assumed); compressed",
            ),
            Field::number(
                "return_sigma",
                0.0,
                3.0,
                0.6,
                "standard deviation of the logarithm of that (assumed)",
            ),
        ],
    }
}

fn behaviour_devices() -> Table {
    Table {
        path: "behaviour.devices",
        doc: "what applicants sit at; shares are independent of each other",
        selector: None,
        fields: vec![
            share("phone_share", 0.0, "applicants with a telephone"),
            Field::number(
                "phone_slowness",
                1.0,
                10.0,
                1.3,
                "their thinking times are multiplied by this (assumed)",
            ),
            share("slow_uplink_share", 0.0, "applicants whose uploads are slow"),
            Field::number("slow_uplink_kbit_per_s", 1.0, 1_000_000.0, 256.0, "how slow; not compressed"),
            share("shared_share", 0.0, "applicants at a computer that another has just left, browser open"),
            Field::whole(
                "people_behind_address",
                0,
                1_000_000,
                0,
                "applicants who connect from the same address of 127.0.0.0/8; 0: all of them do",
            ),
        ],
    }
}

fn faults() -> Table {
    let clients = |name, doc| Field::whole(name, 0, 10_000, 0, doc);
    let kills = Kind::Tables("faults.engine_kills");
    Table {
        path: "faults",
        doc: "what goes wrong between applicants and portal, and with the engine",
        selector: None,
        fields: vec![
            share("connection_dropped_share", 0.0, "of answers: the connection breaks after it"),
            share(
                "answer_lost_share",
                0.0,
                "of requests: served, and the answer is lost with the connection",
            ),
            share(
                "upload_stalled_share",
                0.0,
                "of requests with a body: stuck halfway until its time is over",
            ),
            clients("slow_clients", "connections that send a byte a second, beside the applicants"),
            clients("half_open_clients", "connections that say nothing, beside the applicants"),
            Field::derived("engine_kills", kills, "none", "kill -9 of the engine, which then starts again"),
        ],
    }
}

fn faults_engine_kills() -> Table {
    Table {
        path: "faults.engine_kills",
        doc: "one kill and new start, with the same store and address",
        selector: None,
        fields: vec![
            Field::required(
                "at_s",
                Kind::Number { min: 0.0, max: 864_000.0 },
                "since the start of the arrivals",
            ),
            Field::number(
                "down_s",
                0.0,
                3_600.0,
                1.0,
                "from the kill to the new start; recovery comes on top",
            ),
        ],
    }
}

const PROFILES: &[&str] = &["2018", "2019", "2021", "2023", "2024", "seed"];

fn engine() -> Table {
    let threads = |name, default, doc| Field::whole(name, 1, 64, default, doc);
    Table {
        path: "engine",
        doc: "settings of the engine that the run starts",
        selector: None,
        fields: vec![
            Field::choice(
                "limits_profile",
                PROFILES,
                LimitsProfile::Seed.name(),
                "the year whose limits hold",
            ),
            Field {
                kind: Kind::OneOf(&[1_000, 1_024]),
                ..Field::whole("kilobyte_bytes", 0, 0, 1_000, "a \"KB\"")
            },
            Field::whole(
                "password_memory_kib",
                8,
                1_048_576,
                19_456,
                "argon2id memory (OWASP: 19456, 2 passes)",
            ),
            Field::whole("password_passes", 1, 16, 2, "argon2id passes; one lane always"),
            threads("password_threads", 1, "threads that hash passwords"),
            Field::whole("password_queue_max", 1, 100_000, 256, "passwords that may wait; more get busy"),
            threads("photo_threads", 1, "threads that open photos"),
            Field::whole("photo_queue_max", 1, 10_000, 256, "photos that may wait; more get busy"),
            Field::choice(
                "blurred_photos",
                BLURRED,
                BLURRED[0],
                "what becomes of them; profile: by the year",
            ),
            Field::whole("captcha_seconds", 10, 3_600, 300, "life of a captcha"),
            Field::whole("draft_minutes", 1, 10_080, 60, "life of a draft"),
            threads("worker_threads", 2, "threads that serve requests"),
        ],
    }
}

pub(crate) const BLURRED: &[&str] = &["profile", "flag", "refuse"];

pub(crate) const POLICIES: &[&str] =
    &["none", "concurrency-limit", "codel", "deadline", "budgets", "waiting-room", "odd-even", "cohort"];

fn engine_admission() -> Table {
    Table {
        path: "engine.admission",
        doc: "what the engine does under overload",
        selector: Some("policy"),
        fields: vec![
            Field::choice("policy", POLICIES, "none", "none lets everything in"),
            Field::required(
                "in_flight_max",
                Kind::Whole { min: 1, max: 1_000_000 },
                "more requests at once get busy",
            )
            .only(&["concurrency-limit"]),
            Field::whole(
                "service_ms",
                1,
                60_000,
                30,
                "usual time of work for a password, until it was measured",
            ),
            Field::whole("patience_ms", 1, 600_000, 8_000, "how long the engine believes that people wait"),
            Field::derived(
                "calls_per_s",
                Kind::Number { min: 0.001, max: 100_000.0 },
                "19 of 20 that the passwords allow",
                "people let in",
            )
            .only(&["waiting-room"]),
            Field::derived(
                "active_max",
                Kind::Whole { min: 1, max: 10_000_000 },
                "those of 450 s of calls",
                "people inside at a time",
            )
            .only(&["waiting-room"]),
            Field::whole("heartbeat_s", 3, 3_600, 60, "silence after which somebody who waits has left")
                .only(&["waiting-room"]),
            Field::whole("idle_s", 3, 86_400, 600, "silence after which somebody inside has left")
                .only(&["waiting-room"]),
            Field::whole("turn_s", 1, 3_600, 3_600, "length of a turn").only(&["odd-even"]),
            Field::whole("period_s", 1, 86_400, 1_800, "time after which a cohort is drawn anew")
                .only(&["cohort"]),
            Field::whole("person_burst", 1, 1_000_000, 20, "requests of a person at once").only(&["budgets"]),
            Field::number("person_per_s", 0.001, 100_000.0, 1.0, "and after that").only(&["budgets"]),
            Field::whole(
                "address_burst",
                1,
                10_000_000,
                1_000,
                "newcomers and nameless requests of an address at once",
            )
            .only(&["budgets"]),
            Field::number("address_per_s", 0.001, 100_000.0, 20.0, "and after that").only(&["budgets"]),
        ],
    }
}

fn registry() -> Table {
    Table {
        path: "registry",
        doc: "the population registry's stand-in, and the engine as its client",
        selector: None,
        fields: vec![
            Field::whole("concurrency_max", 1, 100_000, 256, "look-ups worked on at once"),
            Field::whole("queue_max", 0, 1_000_000, 10_000, "look-ups that may wait; more are refused"),
            Field::whole("timeout_ms", 1, 60_000, 5_000, "the engine's patience with one look-up"),
            Field::whole("engine_connections_max", 1, 1_000, 64, "look-ups that the engine makes at once"),
            Field::derived("rate_per_s", LIMIT, "no limit", "look-ups that it takes"),
            Field::choice("over_rate", &["queue", "refuse"], "queue", "what those over the rate meet"),
            Field::derived("quota_per_day", LOOK_UPS, "no limit", "look-ups until midnight in Jakarta"),
            Field::whole("quota_used", 0, LOOK_UPS_MAX, 0, "of those, taken before the run"),
            Field::derived("link_bits_per_s", LIMIT, "no limit", "bandwidth of the link of all look-ups"),
            Field::whole("link_bytes_per_look_up", 1, 1_000_000, 2_000, "question and answer (assumed)"),
            share("unsynchronised_share", 0.0, "people whose local office hasn't sent them: not found"),
            share("stale_share", 0.0, "people of whom it holds an older family card"),
            share("wrong_person_share", 0.0, "people under whose NIK another's record stands"),
            Field::derived("outages", Kind::Tables("registry.outages"), "none", "when it does not answer"),
            Field::derived("changes", Kind::Tables("registry.changes"), "none", "how its limits change"),
        ],
    }
}

const LIMIT: Kind = Kind::Number { min: 0.001, max: 1e12 };
const LOOK_UPS_MAX: u64 = 1_000_000_000_000;
const LOOK_UPS: Kind = Kind::Whole { min: 0, max: LOOK_UPS_MAX };
const MOMENT: Kind = Kind::Number { min: 0.0, max: 864_000.0 };

fn registry_outages() -> Table {
    Table {
        path: "registry.outages",
        doc: "each outage, in braces inside the list",
        selector: None,
        fields: vec![
            Field::required("at_s", MOMENT, "its beginning, since the first arrivals"),
            Field::required("for_s", LENGTH, "its length"),
            Field::choice(
                "kind",
                &["error", "reset", "silent"],
                "error",
                "error: 503 at once; reset: it hangs up; silent: it says nothing",
            ),
            Field::derived("down_s", LENGTH, "all the time", "flapping: out for so long at a time"),
            Field::derived("up_s", LENGTH, "never", "flapping: back for so long in between"),
        ],
    }
}

fn registry_changes() -> Table {
    let limit = |name, doc| Field::derived(name, LIMIT, "as before", doc);
    Table {
        path: "registry.changes",
        doc: "each change of its limits, in braces inside the list",
        selector: None,
        fields: vec![
            Field::required("at_s", MOMENT, "when, since the first arrivals"),
            limit("rate_per_s", "look-ups that it takes"),
            Field::derived("quota_per_day", LOOK_UPS, "as before", "look-ups until midnight"),
            Field::derived(
                "quota_used",
                LOOK_UPS,
                "as before",
                "look-ups that count as taken; 0 is a new day",
            ),
            limit("link_bits_per_s", "bandwidth of its link"),
            limit("latency_ms", "from now on each look-up takes exactly so long"),
        ],
    }
}

fn gate() -> Table {
    let moment = |name, doc| {
        Field::derived(name, Kind::Number { min: -864_000.0, max: 8_640_000.0 }, "as before", doc)
    };
    Table {
        path: "gate",
        doc: "what operators change at a moment, through the engine's operations port, in the order of time",
        selector: None,
        fields: vec![
            Field::number("at_s", 0.0, 864_000.0, 0.0, "when they do it; at 0 before anybody comes"),
            moment("opens_at_s", "registrations are taken from then on, since the first arrivals"),
            moment("closes_at_s", "registrations are no longer taken from then on"),
            Field::derived(
                "formations_ready",
                Kind::Bool,
                "as before",
                "agencies have verified their formations",
            ),
            Field::derived("maintenance", Kind::Bool, "as before", "there is maintenance"),
            Field::derived("announcement", Kind::Text, "none", "what applicants read from this moment on"),
        ],
    }
}

pub(crate) const LAWS: &[&str] = &["constant", "lognormal", "pareto", "file"];

fn registry_latency() -> Table {
    Table {
        path: "registry.latency",
        doc: "how long the registry takes for an answer, without waiting",
        selector: Some("law"),
        fields: vec![
            Field::choice("law", LAWS, "lognormal", "how latencies are spread"),
            Field::number("ms", 0.0, 60_000.0, 120.0, "the latency").only(&["constant"]),
            Field::number("ms_median", 0.001, 60_000.0, 120.0, "half of the answers are faster")
                .only(&["lognormal"]),
            Field::number("sigma", 0.0, 3.0, 0.5, "standard deviation of the logarithm").only(&["lognormal"]),
            Field::required("ms_min", Kind::Number { min: 0.001, max: 60_000.0 }, "the shortest")
                .only(&["pareto"]),
            Field::number("alpha", 0.1, 100.0, 1.5, "of those over x, one in 2^alpha is over 2x")
                .only(&["pareto"]),
            Field::number("ms_max", 0.001, 600_000.0, 30_000.0, "the longest").only(&["pareto"]),
            Field::required("file", Kind::File, "CSV with a column ms: measured ones, each as likely")
                .only(&["file"]),
        ],
    }
}

fn generator() -> Table {
    let applicants = Kind::Whole { min: 1, max: 1_000_000 };
    Table {
        path: "generator",
        doc: "bounds of the load generator; outside of them its run is invalid",
        selector: None,
        fields: vec![
            Field::derived(
                "applicants_in_flight_max",
                applicants,
                "by Little's law",
                "applicants under way at once; more wait and are late",
            ),
            Field::number("lateness_ms_p99_max", 0.1, 60_000.0, 50.0, "how late it may act, at p99"),
            Field::number(
                "cpu_share_max",
                0.01,
                64.0,
                0.8,
                "share of one core that it may take in its busiest second",
            ),
            Field::number("not_sent_share_max", 0.0, 1.0, 0.001, "share of arrivals that may stay unsent"),
            Field::derived(
                "memory_mib_max",
                Kind::Whole { min: 64, max: 16_777_216 },
                "what is available",
                "a run that will need more is refused, with the arithmetic",
            ),
            Field::choice(
                "connections",
                &["own", "pooled"],
                "own",
                "own: one for each applicant, kept alive through the steps; pooled: passed on to the next",
            ),
            Field::choice(
                "idle",
                &["sleep", "busy-poll"],
                "sleep",
                "while nobody is due; busy-poll: it never sleeps, on cores.generator that nobody shares, and is later by microseconds only",
            ),
        ],
    }
}

fn cores() -> Table {
    let list = |name, doc| Field::derived(name, Kind::Cores, "any", doc);
    Table {
        path: "cores",
        doc: "which cores each process of a run may use, counted from 0",
        selector: None,
        fields: vec![
            list("generator", "the load generator"),
            list("engine", "the engine that the run starts"),
            list("registry", "the registry's stand-in"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_within_their_table_and_selectors_exist() {
        for table in TABLES.iter() {
            let names: BTreeSet<_> = table.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), table.fields.len(), "[{}]", table.path);
            assert!(table.selector.is_none_or(|selector| names.contains(selector)), "[{}]", table.path);
        }
    }

    #[test]
    fn words_of_a_selector_are_those_that_other_keys_go_with() {
        for table in TABLES.iter().filter(|table| table.selector.is_some()) {
            let selector = table.fields.iter().find(|field| Some(field.name) == table.selector).unwrap();
            let Kind::Choice(words) = selector.kind else { panic!("[{}] selects by no choice", table.path) };
            for field in &table.fields {
                assert!(field.only.iter().all(|word| words.contains(word)), "{}.{}", table.path, field.name);
            }
        }
    }

    #[test]
    fn every_limits_profile_can_be_chosen() {
        assert_eq!(LimitsProfile::ALL.map(LimitsProfile::name).as_slice(), PROFILES);
    }
}
