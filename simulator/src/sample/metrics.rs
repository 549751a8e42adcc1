//! The text in which services tell their metrics to Prometheus, as far as it is needed here: a name with its
//! labels, and a number.

use std::collections::HashMap;

/// Values by name and labels, exactly as they stand in the text: `engine_pool_threads{pool="photo"}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Metrics(HashMap<String, f64>);

impl Metrics {
    /// Lines that aren't a value are passed over: a scrape is no place to fail.
    pub(super) fn parse(text: &str) -> Metrics {
        Metrics(text.lines().filter_map(value).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}

fn value(line: &str) -> Option<(String, f64)> {
    if line.starts_with('#') {
        return None;
    }
    // Labels may hold spaces, and after the value there may be a timestamp.
    let end = line.find('}').map_or_else(|| line.find(' '), |brace| Some(brace + 1))?;
    let (name, rest) = line.split_at_checked(end)?;
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let metrics = Metrics::parse(
            "# HELP engine_pool_threads Threads of a pool.\n# TYPE engine_pool_threads gauge\n\
             engine_pool_threads{pool=\"photo\"} 2\n\
             engine_pool_busy_seconds_total{pool=\"password\"} 1.5e-1 1700000000\n\
             plain_total 7\nodd{text=\"a b\"} 3\nbroken\nbroken two\n# EOF\n",
        );
        let check = |name: &str, expect: Option<f64>| assert_eq!(metrics.get(name), expect, "{name}");
        check("engine_pool_threads{pool=\"photo\"}", Some(2.0));
        check("engine_pool_busy_seconds_total{pool=\"password\"}", Some(0.15));
        check("plain_total", Some(7.0));
        check("odd{text=\"a b\"}", Some(3.0));
        check("engine_pool_threads", None);
        check("broken", None);
        assert_eq!(metrics.0.len(), 4);
    }
}
