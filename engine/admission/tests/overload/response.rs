//! In a standing line the newest first: the same goodput, and those who are served are served at once.

use crate::world::{Report, Setup};
use admission::{Away, CodelSettings, Order, Policy};
use std::time::Duration;

fn run(order: Order, load: f64, target_ms: u64) -> (u64, u64, u64) {
    let setup = Setup::single(load);
    let target = Duration::from_millis(target_ms);
    let settings = CodelSettings {
        slots: setup.workers,
        target,
        interval: target * 10,
        relief: target * 10,
        queue_max: 10_000,
        order,
        away: Away::Oldest,
    };
    let report = setup.run(Policy::Codel(settings));
    let of = |permille| Report::quantile_ms(&report.response_us, permille);
    (of(500), of(990), report.counts.useful)
}

#[test]
fn adaptive_lifo_serves_faster_than_fifo() {
    for (load, target_ms) in [(1.5, 100), (2.0, 100), (2.0, 500), (4.0, 500)] {
        let (fifo_p50, _, fifo_useful) = run(Order::Fifo, load, target_ms);
        let (lifo_p50, _, lifo_useful) = run(Order::AdaptiveLifo, load, target_ms);
        let told = format!("load {load} target {target_ms} ms: FIFO {fifo_p50} ms, LIFO {lifo_p50} ms");
        // First come first served means that everybody served has stood for about the target.
        assert!(fifo_p50 >= target_ms * 8 / 10, "{told}");
        assert!(lifo_p50 * 2 <= fifo_p50, "{told}");
        assert!(lifo_useful * 100 >= fifo_useful * 99, "{told}: {lifo_useful} and {fifo_useful} served");
    }
}

#[test]
fn without_a_standing_line_the_order_makes_no_difference() {
    let (fifo, lifo) = (run(Order::Fifo, 0.5, 100), run(Order::AdaptiveLifo, 0.5, 100));
    assert_eq!(fifo, lifo);
}
