//! The same scenario under another load: for searches over load, and for approaches out of an overload.

use crate::arrivals::{Arrivals, RateStep, Shape};
use crate::behaviour::in_flight_by_littles_law;
use crate::keys::APPLICANTS_MAX;
use crate::plan::Plan;

/// How much an overload is above the load that follows it.
const OVERLOAD: f64 = 2.0;

impl Plan {
    /// Every rate of the arrivals multiplied by `factor`, over 0; the duration stays. Room for applicants under way, and people in
    /// the registry, grow as far as they must.
    ///
    /// # Errors
    /// When more would come than one run may have.
    pub fn with_rates_times(self, factor: f64) -> Result<Plan, TooMany> {
        let arrivals = self.arrivals.scaled(factor);
        self.with_arrivals(arrivals)
    }

    /// Twice the mean rate for `seconds`, and then the mean rate for as long as the scenario lasts: a system that holds this rate
    /// from rest, and not like this, is metastable.
    ///
    /// # Errors
    /// When more would come than one run may have.
    pub fn after_overload(self, seconds: f64) -> Result<Plan, TooMany> {
        let per_s = self.arrivals.mean_per_s();
        let steps = vec![
            RateStep { per_s: per_s * OVERLOAD, for_s: seconds },
            RateStep { per_s, for_s: self.arrivals.duration_s },
        ];
        let duration_s = seconds + self.arrivals.duration_s;
        let rate_factor = self.arrivals.rate_factor;
        let arrivals = Arrivals::new(Shape::Steps { steps }, self.arrivals.spacing, duration_s);
        self.with_arrivals(Arrivals { rate_factor, ..arrivals })
    }

    fn with_arrivals(mut self, arrivals: Arrivals) -> Result<Plan, TooMany> {
        if arrivals.count > APPLICANTS_MAX {
            return Err(TooMany { count: arrivals.count });
        }
        let in_flight =
            in_flight_by_littles_law(&arrivals, &self.behaviour, self.engine.admission.makes_people_wait());
        self.generator.applicants_in_flight_max = self.generator.applicants_in_flight_max.max(in_flight);
        self.people.population = self.people.population.max(arrivals.count);
        self.arrivals = arrivals;
        Ok(self)
    }
}

/// More applicants than one run may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{count} applicants would come, and one run brings at most {APPLICANTS_MAX}")]
pub struct TooMany {
    /// How many there would be.
    pub count: u64,
}
