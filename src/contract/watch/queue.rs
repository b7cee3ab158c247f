//! Answers on their way to be checked: a bounded queue, and the loop that empties it.
//!
//! The callers hand in, so what they do here is short and waits for nothing but the lock. One thread takes all that is there
//! and judges it without the lock. To wake it costs more than to hand over an answer, so it rests for a moment after it was
//! woken, and then takes all that came meanwhile.

use std::mem::take;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

/// Answers that are not judged yet, those being judged included.
pub(super) const MOST: usize = 4_096;
/// Of their bodies; one that is larger is taken if it is alone.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// A larger body is shared, since to copy it would delay its caller. To share a small one would keep all in memory that the
/// connection read with it.
const MOST_COPIED: usize = 64 * 1024;
const REST: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: Vec<(T, Bytes)>,
    /// Of the bodies that are not judged yet.
    bytes: usize,
    handed_in: u64,
    judged: u64,
    dropped: u64,
    /// How many wait for all to be judged.
    flushing: u32,
    /// The thread sleeps until something comes.
    is_idle: bool,
    is_closed: bool,
}

impl<T> Queue<T> {
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                waiting: Vec::new(),
                bytes: 0,
                handed_in: 0,
                judged: 0,
                dropped: 0,
                flushing: 0,
                is_idle: false,
                is_closed: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Hands something in, or counts it where there is no room. Never waits for it to be judged.
    pub fn push(&self, answer: T, body: &Bytes) {
        let mut state = self.lock();
        let held = state.handed_in - state.judged;
        let is_full = held >= MOST as u64 || (held > 0 && state.bytes + body.len() > MOST_BYTES);
        if is_full || state.is_closed {
            state.dropped += 1;
            return;
        }
        state.handed_in += 1;
        state.bytes += body.len();
        let body = match body.len() > MOST_COPIED {
            true => body.clone(),
            false => Bytes::copy_from_slice(body),
        };
        state.waiting.push((answer, body));
        let wakes = take(&mut state.is_idle) || state.waiting.len() == MOST / 2;
        drop(state);
        if wakes {
            self.changed.notify_all();
        }
    }

    /// Waits, up to a limit, until all that was handed in before is judged. Returns how much of it is not, and how much was
    /// never taken in.
    pub fn flush(&self, limit: Duration) -> (u64, u64) {
        let mut state = self.lock();
        let target = state.handed_in;
        state.flushing += 1;
        self.changed.notify_all();
        let is_behind = |state: &mut State<T>| state.judged < target;
        let waited = self.changed.wait_timeout_while(state, limit, is_behind);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.flushing -= 1;
        (target.saturating_sub(state.judged), state.dropped)
    }

    /// No more will come; what is there is still judged.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Judges what comes until the queue is closed and empty.
    pub fn run(&self, mut judge: impl FnMut(T, Bytes)) {
        while let Some(batch) = self.batch() {
            for (answer, body) in batch {
                let bytes = body.len();
                judge(answer, body);
                let mut state = self.lock();
                state.bytes -= bytes;
                state.judged += 1;
                if state.flushing > 0 {
                    self.changed.notify_all();
                }
            }
        }
    }

    /// All that waits, once there is something; `None` where nothing does and nothing will.
    fn batch(&self) -> Option<Vec<(T, Bytes)>> {
        let mut state = self.lock();
        if state.waiting.is_empty() {
            state.is_idle = true;
            let is_idle = |state: &mut State<T>| state.waiting.is_empty() && !state.is_closed;
            let woken = self.changed.wait_while(state, is_idle);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.is_idle = false;
            let rests = |state: &mut State<T>| {
                !state.is_closed && state.flushing == 0 && state.waiting.len() < MOST / 2
            };
            let rested = self.changed.wait_timeout_while(state, REST, rests);
            state = rested.unwrap_or_else(PoisonError::into_inner).0;
        }
        let batch = take(&mut state.waiting);
        (!batch.is_empty()).then_some(batch)
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

    fn body(length: usize) -> Bytes {
        Bytes::from(vec![b'x'; length])
    }

    #[test]
    fn what_has_no_room_is_counted_and_nobody_waits() {
        let queue = Queue::new();
        let before = Instant::now();
        for number in 0..MOST + 7 {
            queue.push(number, &body(1));
        }
        assert!(before.elapsed() < Duration::from_secs(1));
        assert_eq!(queue.flush(Duration::ZERO), (MOST as u64, 7));
        queue.close();
        let mut judged = 0;
        queue.run(|number, _| {
            assert_eq!(number, judged);
            judged += 1;
        });
        assert_eq!(judged, MOST);
        assert_eq!(queue.flush(Duration::ZERO), (0, 7));
    }

    #[test]
    fn bodies_are_bounded_in_bytes_but_one_alone_is_taken() {
        let queue = Queue::new();
        queue.push((), &body(2 * MOST_BYTES));
        queue.push((), &body(1));
        assert_eq!(queue.flush(Duration::ZERO), (1, 1));
        queue.close();
        queue.run(|(), _| {});
        assert_eq!(queue.flush(Duration::ZERO), (0, 1));
    }

    #[test]
    fn each_answer_has_its_own_body_and_a_small_one_holds_on_to_nothing() {
        let queue = Queue::new();
        let lengths = [3, MOST_COPIED + 1, 0, MOST_COPIED, 1, 2 * MOST_COPIED];
        let bodies = lengths.map(body);
        for body in &bodies {
            queue.push(body.len(), body);
        }
        let is_shared = bodies.iter().map(|body| !body.is_unique());
        let is_large = lengths.iter().map(|length| *length > MOST_COPIED);
        // An empty one holds nothing, and counts as nobody's.
        let pairs = is_shared.zip(is_large).zip(lengths);
        assert!(
            pairs
                .filter(|(_, length)| *length > 0)
                .all(|((a, b), _)| a == b)
        );
        queue.close();
        let mut judged = Vec::new();
        queue.run(|length, body| judged.push((length, body)));
        assert!(judged.into_iter().eq(lengths.into_iter().zip(bodies)));
    }

    #[test]
    fn a_flush_waits_for_all_that_came_before_it_and_the_loop_ends_once_closed() {
        let queue = Arc::new(Queue::new());
        let running = Arc::clone(&queue);
        let thread = std::thread::spawn(move || {
            let mut sum = 0;
            running.run(|number: u64, _| sum += number);
            sum
        });
        for round in 1..=50 {
            queue.push(round, &Bytes::new());
            assert_eq!(queue.flush(SOON), (0, 0));
        }
        queue.push(1, &Bytes::new());
        queue.close();
        assert_eq!(thread.join().expect("it ends"), 50 * 51 / 2 + 1);
        queue.push(1, &Bytes::new());
        assert_eq!(queue.flush(Duration::ZERO), (0, 1), "closed is full");
    }
}
