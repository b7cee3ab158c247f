//! Answers on their way to be checked: a bounded queue, and the loop that empties it.
//!
//! To wake a thread costs more than to hand over an answer, so a thread at work is left alone: it rests for a moment after it
//! was woken, and then takes all that came meanwhile.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Answers that are not judged yet, those being judged included.
pub(super) const MOST: usize = 4_096;
/// Of their bodies; one that is larger is taken if it is alone.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// Taken at once.
const BATCH: usize = 64;
const REST: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    wake: Condvar,
    judged: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<(T, usize)>,
    held: usize,
    bytes: usize,
    handed_in: u64,
    judged: u64,
    dropped: u64,
    flushing: u32,
    is_idle: bool,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                held: 0,
                bytes: 0,
                handed_in: 0,
                judged: 0,
                dropped: 0,
                flushing: 0,
                is_idle: false,
                is_closed: false,
            }),
            wake: Condvar::new(),
            judged: Condvar::new(),
        }
    }

    /// Hands something in, or counts it where there is no room. Never waits for it to be judged.
    pub fn push(&self, item: T, bytes: usize) {
        let mut state = self.lock();
        let is_full = state.held >= MOST || (state.held > 0 && state.bytes + bytes > MOST_BYTES);
        if is_full || state.is_closed {
            state.dropped += 1;
            return;
        }
        state.held += 1;
        state.bytes += bytes;
        state.handed_in += 1;
        state.waiting.push_back((item, bytes));
        let is_half_full = state.waiting.len() == MOST / 2;
        let wakes = std::mem::take(&mut state.is_idle) || is_half_full;
        drop(state);
        if wakes {
            self.wake.notify_one();
        }
    }

    /// Waits, up to a limit, until all that was handed in before is judged. How much of it is not, and how much was never
    /// taken in.
    pub fn flush(&self, limit: Duration) -> (u64, u64) {
        let mut state = self.lock();
        let target = state.handed_in;
        state.flushing += 1;
        self.wake.notify_one();
        let is_behind = |state: &mut State<T>| state.judged < target;
        let waited = self.judged.wait_timeout_while(state, limit, is_behind);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.flushing -= 1;
        (target.saturating_sub(state.judged), state.dropped)
    }

    /// No more will come; what is there is still judged.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.wake.notify_one();
    }

    /// Judges what comes until the queue is closed and empty.
    pub fn run(&self, mut judge: impl FnMut(T)) {
        while let Some(batch) = self.batch() {
            for (item, bytes) in batch {
                judge(item);
                let mut state = self.lock();
                state.held -= 1;
                state.bytes -= bytes;
                state.judged += 1;
                if state.flushing > 0 {
                    self.judged.notify_all();
                }
            }
        }
    }

    fn batch(&self) -> Option<Vec<(T, usize)>> {
        let mut state = self.lock();
        if state.waiting.is_empty() {
            state.is_idle = true;
            let is_idle = |state: &mut State<T>| state.waiting.is_empty() && !state.is_closed;
            let woken = self.wake.wait_while(state, is_idle);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.is_idle = false;
            let rests = |state: &mut State<T>| {
                !state.is_closed && state.flushing == 0 && state.waiting.len() < MOST / 2
            };
            let rested = self.wake.wait_timeout_while(state, REST, rests);
            state = rested.unwrap_or_else(PoisonError::into_inner).0;
        }
        let count = state.waiting.len().min(BATCH);
        (count > 0).then(|| state.waiting.drain(..count).collect())
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing in here can panic between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    #[test]
    fn what_has_no_room_is_counted_and_nobody_waits() {
        let queue = Queue::new();
        let before = Instant::now();
        for number in 0..MOST + 7 {
            queue.push(number, 1);
        }
        assert!(before.elapsed() < Duration::from_secs(1));
        assert_eq!(queue.flush(Duration::ZERO), (MOST as u64, 7));
        queue.close();
        let mut judged = 0;
        queue.run(|number| {
            assert_eq!(number, judged);
            judged += 1;
        });
        assert_eq!(judged, MOST);
        assert_eq!(queue.flush(Duration::ZERO), (0, 7));
    }

    #[test]
    fn bodies_are_bounded_in_bytes_but_one_alone_is_taken() {
        let queue = Queue::new();
        queue.push((), 2 * MOST_BYTES);
        queue.push((), 1);
        assert_eq!(queue.flush(Duration::ZERO), (1, 1));
        queue.close();
        queue.run(|()| {});
        assert_eq!(queue.flush(Duration::ZERO), (0, 1));
    }

    #[test]
    fn a_flush_waits_for_all_that_came_before_it_and_the_loop_ends_once_closed() {
        let queue = Arc::new(Queue::new());
        let running = Arc::clone(&queue);
        let thread = std::thread::spawn(move || {
            let mut sum = 0;
            running.run(|number: u64| sum += number);
            sum
        });
        for round in 1..=50 {
            queue.push(round, 0);
            assert_eq!(queue.flush(SOON), (0, 0));
        }
        queue.push(1, 0);
        queue.close();
        assert_eq!(thread.join().expect("it ends"), 50 * 51 / 2 + 1);
        queue.push(1, 0);
        assert_eq!(queue.flush(Duration::ZERO), (0, 1), "closed is full");
    }
}
