use super::*;

fn reading(at: Instant, own_cpu_s: f64, engine: &str) -> Reading {
    let usage = |cpu_s| Some(Usage { cpu_s, rss_bytes: 1_000, descriptors: 9, waited_s: cpu_s / 2.0 });
    Reading {
        at,
        wall: SystemTime::UNIX_EPOCH,
        machine: Some(Machine { busy_s: own_cpu_s, stolen_s: 0.0 }),
        own: usage(own_cpu_s),
        engine: None,
        registry: None,
        engine_metrics: Some(Metrics::parse(engine)),
        registry_metrics: None,
    }
}

fn engine(password_s: f64, flush_s: f64) -> String {
    format!(
        "engine_pool_threads{{pool=\"password\"}} 2\n\
         engine_pool_busy_seconds_total{{pool=\"password\"}} {password_s}\n\
         engine_store_flush_seconds_total {flush_s}\nengine_store_flushes_total 31\n"
    )
}

#[test]
fn shares_are_use_over_time_and_capacity() {
    let zero = Instant::now();
    let at = |s| zero + Duration::from_secs(s);
    let mut readings = Readings::default();
    assert_eq!(readings.latest_cpu_shares(), (None, None));
    readings.push(reading(at(0), 10.0, &engine(5.0, 1.0)));
    readings.push(reading(at(1), 10.5, &engine(7.0, 1.1)));
    readings.push(reading(at(2), 10.6, &engine(7.5, 1.2)));

    let generator = readings.generator();
    assert!((generator.cpu_seconds - 0.6).abs() < 1e-9 && (generator.cpu_share_max - 0.5).abs() < 1e-9);
    assert_eq!((generator.rss_bytes_max, generator.descriptors_max), (1_000, 9));
    assert_eq!(readings.engine(), Consumption::default());
    let (own, other) = readings.latest_cpu_shares();
    assert!((own.unwrap() - 0.1).abs() < 1e-9);
    assert_eq!(other, None);

    let resources = readings.resources(&Subjects { registry_concurrency_max: 4, ..Subjects::default() });
    let found = |name: &str| {
        let resource = resources.iter().find(|resource| resource.name == name)?;
        Some((
            format!("{:.3} {:.3}", resource.busy_share_mean, resource.busy_share_max),
            resource.capacity.as_str(),
        ))
    };
    assert_eq!(found("engine password pool"), Some(("0.625 1.000".to_owned(), "2 threads")));
    assert_eq!(found("store flush"), Some(("0.100 0.100".to_owned(), "1 committer, 31 flushes")));
    // Nobody told of these.
    assert_eq!(found("engine photo pool"), None);
    assert_eq!(found("registry stand-in"), None);
    assert_eq!(resources[0].name, "engine password pool");
}

#[test]
fn others_are_what_is_left_of_the_machine_and_the_host_is_not_among_them() {
    let zero = Instant::now();
    let at = |s, busy_s, stolen_s, own_s, engine_s, registry_s| {
        let usage = |cpu_s| Some(Usage { cpu_s, rss_bytes: 0, descriptors: 0, waited_s: 0.0 });
        Reading {
            machine: Some(Machine { busy_s, stolen_s }),
            engine: usage(engine_s),
            registry: usage(registry_s),
            ..reading(zero + Duration::from_secs(s), own_s, "")
        }
    };
    let mut readings = Readings::default();
    readings.push(at(0, 100.0, 40.0, 1.0, 2.0, 3.0));
    readings.push(at(10, 109.0, 41.0, 2.0, 5.0, 4.0));
    let seconds = |share: Option<f64>| share.unwrap() * cores() as f64 * 10.0;
    let (others_s, stolen_s) = (seconds(readings.share_of_others()), seconds(readings.share_stolen()));
    assert!((others_s - 3.0).abs() < 1e-9, "{others_s}");
    assert!((stolen_s - 1.0).abs() < 1e-9, "{stolen_s}");
    // An engine that isn't ours counts nowhere, so nothing can be said.
    readings.push(reading(zero + Duration::from_secs(20), 9.0, ""));
    assert_eq!(readings.share_of_others(), None);
}

#[test]
fn one_reading_says_nothing() {
    let mut readings = Readings::default();
    readings.push(reading(Instant::now(), 10.0, ""));
    assert!(readings.resources(&Subjects::default()).is_empty());
    assert_eq!(readings.generator().cpu_seconds, 0.0);
}

#[test]
fn a_process_that_was_started_again_has_used_both_sums() {
    assert!((used_s([5.0, 6.5, 0.2, 1.0].into_iter()) - 2.5).abs() < 1e-9);
    assert!(used_s([3.0].into_iter()).abs() < 1e-9);
    let zero = Instant::now();
    let mut readings = Readings::default();
    for (second, cpu_s) in [(0, 5.0), (1, 6.5), (2, 0.2), (3, 1.0)] {
        let engine = reading(zero + Duration::from_secs(second), cpu_s, "");
        readings.push(Reading { engine: engine.own, ..engine });
    }
    assert!((readings.engine().cpu_seconds - 2.5).abs() < 1e-9);
    assert!((readings.generator().waiting_share_max - 0.75).abs() < 1e-9);
}

#[test]
fn steps_of_the_wall_clock_are_seen_in_both_directions() {
    let check = |wall_s: [u64; 3], expect_s: u64| {
        let zero = Instant::now();
        let mut readings = Readings::default();
        for (second, wall_s) in (0..).zip(wall_s) {
            let one = reading(zero + Duration::from_secs(second), 0.0, "");
            readings.push(Reading { wall: SystemTime::UNIX_EPOCH + Duration::from_secs(wall_s), ..one });
        }
        assert_eq!(readings.clock_step(), Duration::from_secs(expect_s), "{wall_s:?}");
    };
    check([100, 101, 102], 0);
    check([100, 161, 162], 60);
    check([100, 101, 41], 61);
}

/// Of a generator that never sleeps only the work counts, as its own and as the machine's.
#[tokio::test]
async fn what_was_polled_in_vain_is_nobodys_use() {
    let subjects = Subjects::default();
    let before = subjects.read(|| Duration::ZERO).await;
    let after = subjects.read(|| Duration::from_secs(1_000)).await;
    let less_s = |of: fn(&Reading) -> Option<f64>| of(&before).unwrap() - of(&after).unwrap();
    // Between the two readings every core may have worked, other tests' work included.
    assert!((900.0..=1_000.0).contains(&less_s(|reading| cpu_s(reading.own))));
    assert!((900.0..=1_000.0).contains(&less_s(|reading| Some(reading.machine?.busy_s))));
}
