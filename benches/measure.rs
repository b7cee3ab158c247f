//! How the benchmarks measure: processor time of the client, medians, and ratios within a round.

use std::time::Instant;

pub use rustix::time::ClockId;
use rustix::time::clock_gettime;

/// Processor seconds and seconds of the clock that a run took.
#[derive(Clone, Copy)]
pub struct Cost {
    pub processor: f64,
    pub clock: f64,
}

/// What a run costs the processor on this thread, or in the whole process where a client has threads of its own.
pub async fn cost(of: ClockId, run: impl Future<Output = ()>) -> Cost {
    let (processor_before, clock_before) = (processor(of), Instant::now());
    run.await;
    Cost {
        processor: processor(of) - processor_before,
        clock: clock_before.elapsed().as_secs_f64(),
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn medians(costs: &[Cost]) -> Cost {
    Cost {
        processor: median(costs.iter().map(|cost| cost.processor).collect()),
        clock: median(costs.iter().map(|cost| cost.clock).collect()),
    }
}

/// The median over rounds of what one side took against what the other took in the same round.
pub fn ratio<T>(of: &[T], against: &[T], part: fn(&T) -> f64) -> f64 {
    median(
        of.iter()
            .zip(against)
            .map(|(a, b)| part(a) / part(b))
            .collect(),
    )
}

fn processor(of: ClockId) -> f64 {
    let now = clock_gettime(of);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}
