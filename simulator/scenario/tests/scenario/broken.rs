//! What people read when a file is wrong.

use super::{minimal, problems};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

#[test]
fn ten_problems_at_once() {
    let text = r#"# A file with a problem in nearly every line.
format = 1
seed = "today"
objectives = [
    "registration.response.p99 < 3",
    "registration.respons.p99 < 3s",
    "audit.lost = 0",
]

[arrivals]
shape = "opening-spike"
peek_per_s = 60
floor_per_s = 4
decay_s = 10
per_s = 5

[people]
population = 0
kk_stale = 0.1

[people.defects]
duplicate = 1.5
name_difers = 0.1

[behaviour]
time_compression = "20x"

[engine]
kilobyte_bytes = 1000000
limits_profile = "2020"
admission = "none"

[registry.latency]
law = "normal"

[weather]
rain = true
"#;
    insta::assert_snapshot!(problems(text));
}

#[test]
fn contradictions() {
    let check = |rest: &str, expect: &str| {
        let text = minimal(rest);
        let found = problems(&text);
        assert!(found.contains("contradiction") && found.contains(expect), "{rest}\n{found}");
    };
    check("people.population = 49", "people.population = 49: contradiction; write at least 50");
    check(
        "people.defects = { duplicate = 0.6, kk_stale = 0.5 }",
        "people.defects: contradiction; the shares add up to 1.1",
    );
    check("engine.admission.in_flight_max = 5", "goes with policy = \"concurrency-limit\"");
    for cores in ["", "cores.engine = [1]", "cores = { generator = [0, 1], registry = [1] }"] {
        check(
            &format!("generator.idle = 'busy-poll'\n{cores}"),
            "generator.idle = 'busy-poll': contradiction; give it cores.generator, with none that",
        );
    }
    // None of a table's problems hides another.
    for idle in ["idle = 'busy-poll'", "idle = 'doze'", "connections = 'none'"] {
        let found = problems(&minimal(&format!("generator = {{ {idle}, memory_mib_max = 1 }}")));
        assert!(found.contains(idle) && found.contains("generator.memory_mib_max = 1"), "{found}");
    }
    let check = |arrivals: &str, expect: &str| {
        let found = problems(&format!("format = 1\nseed = 1\n[arrivals]\nduration_s = 10\n{arrivals}"));
        assert!(found.contains(expect), "{arrivals}\n{found}");
    };
    check("shape = 'constant'\nper_s = 0", "every rate is 0");
    check("shape = 'constant'\nper_s = 0.01", "the area under the rate is 0.100, which makes 0 applicants");
    check("shape = 'constant'\nper_s = 1e5\nrate_factor = 100", "which makes 100000000 applicants");
    check("shape = 'constant'\nper_s = 1\nrate_factor = 2\napplicants = 9", "leave out one of the two");
    check(
        "shape = 'opening-spike'\npeak_per_s = 1\nfloor_per_s = 2\ndecay_s = 1",
        "peak_per_s is 1, and this is over it",
    );
    check(
        "shape = 'steps'\nsteps = [{ per_s = 1, for_s = 1 }]",
        "duration_s goes with shape = \"constant\" or \"ramp\"",
    );
}

#[test]
fn wrong_values_in_lists() {
    let check = |steps: &str, expect: &str| {
        let found =
            problems(&format!("format = 1\nseed = 1\n[arrivals]\nshape = 'steps'\nsteps = {steps}\n"));
        assert_eq!(found.trim_end(), expect, "{steps}");
    };
    check(
        "[{ per_s = 1, for_s = 1, for_m = 2 }, { per_s = -1 }]",
        "test.toml:5:34: arrivals.steps[0].for_m = 2: unknown key; did you mean for_s?\n\
         test.toml:5:47: arrivals.steps[1].for_s: missing; write a number from 0.1 to 864000 seconds\n\
         test.toml:5:57: arrivals.steps[1].per_s = -1: out of range; write a number from 0 to 100000 per second",
    );
    check(
        "[5]",
        "test.toml:5:10: arrivals.steps[0] = 5: wrong type; write a list of tables, such as [{ per_s = 5, for_s = 10 }]",
    );
    check(
        "[]",
        "test.toml:5:9: arrivals.steps = []: wrong type; this is an array, write a list of tables, such as [{ per_s = 5, for_s = 10 }]",
    );
}

#[test]
fn text_that_is_no_toml() {
    insta::assert_snapshot!(problems("format = 1\nseed = = 3\n[arrivals\nshape = \"ramp\nformat = 2\n"));
}

#[test]
fn nothing_at_all() {
    insta::assert_snapshot!(problems(""));
}

#[test]
fn another_version_is_said_alone() {
    assert_eq!(
        problems("format = 2\nsede = 3\n"),
        "test.toml:1:10: format = 2: another version of the format; this program reads format = 1\n"
    );
}

#[test]
fn objectives_that_cannot_be_read() {
    let texts = [
        "registration.response.p99",
        "registration.response.p98 < 3s",
        "happiness > 0",
        "registered.share >= 101%",
        "lateness.p99 < 50",
        "audit.lost == none",
        "audit.lost == -1",
        "requests.total > 5s",
        "outcome.nik-register.count == 3",
        "identity.response.p99 =< 3s",
    ];
    let found: String =
        texts.iter().map(|text| problems(&minimal(&format!("objectives = [\"{text}\"]")))).collect();
    insta::assert_snapshot!(found);
}

/// Whatever somebody types, there is an answer, and every problem lies inside of the file.
#[test]
fn damaged_files_never_end_the_program() {
    let whole = include_str!("../../../../scenarios/opening-rush.toml");
    let pieces = [
        "=",
        "[",
        "]",
        "\"",
        "{",
        "}",
        "\n",
        ".",
        "-",
        "9",
        "shape",
        "é",
        "#",
        "[[people]]",
        "0x",
        "nan",
        "1e999",
    ];
    let random = &mut ChaCha8Rng::seed_from_u64(5);
    let mut wrong = 0;
    for round in 0..1_500 {
        let mut text: Vec<char> = whole.chars().collect();
        for _ in 0..=random.next_u32() % 4 {
            let at = random.next_u32() as usize % text.len();
            let until = (at + random.next_u32() as usize % 12).min(text.len());
            let piece = pieces[random.next_u32() as usize % pieces.len()];
            text.splice(at..until, piece.chars());
        }
        let text: String = text.into_iter().collect();
        let Err(problems) = scenario::parse("damaged.toml", &text) else { continue };
        wrong += 1;
        assert!(!problems.is_empty(), "round {round}");
        for problem in problems {
            let line = text.split('\n').nth(problem.line - 1);
            let line = line.unwrap_or_else(|| panic!("round {round}: {problem}"));
            assert!((1..=line.chars().count() + 1).contains(&problem.column), "round {round}: {problem}");
        }
    }
    assert!(wrong > 500, "only {wrong} damaged files were wrong");
}
