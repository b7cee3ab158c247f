//! Answers on their way to be checked: a bounded queue, and the loop that empties it.
//!
//! The callers hand in, so what they do here is short. Bodies are copied one behind the other, into memory that goes back and
//! forth between the two sides: to hold on to what a connection has read would have it ask for new memory each time, and to
//! free on one thread what another asked for has the two wait for each other. To wake a thread costs more than to hand over
//! an answer, so a thread at work is left alone: it rests for a moment after it was woken, and then takes all that came
//! meanwhile.

use std::mem::{swap, take};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

/// Answers that are not judged yet, those being judged included.
pub(super) const MOST: usize = 4_096;
/// Of their bodies; one that is larger is taken if it is alone.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// A larger body is shared, since to copy it would delay its caller.
const MOST_COPIED: usize = 64 * 1024;
/// Of the memory for copies, what is kept when there is nothing to judge.
const MOST_KEPT: usize = 1024 * 1024;
const REST: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    wake: Condvar,
    judged: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: Batch<T>,
    held: usize,
    bytes: usize,
    handed_in: u64,
    judged: u64,
    dropped: u64,
    flushing: u32,
    is_idle: bool,
    is_closed: bool,
}

#[derive(Debug)]
struct Batch<T> {
    answers: Vec<(T, Body)>,
    copied: Vec<u8>,
}

#[derive(Debug)]
enum Body {
    /// So many bytes, behind those of the answers before it.
    Copied(usize),
    Shared(Bytes),
}

impl<T> Queue<T> {
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                waiting: Batch::new(),
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
    pub fn push(&self, answer: T, body: &Bytes) {
        let bytes = body.len();
        let mut state = self.lock();
        let is_full = state.held >= MOST || (state.held > 0 && state.bytes + bytes > MOST_BYTES);
        if is_full || state.is_closed {
            state.dropped += 1;
            return;
        }
        state.held += 1;
        state.bytes += bytes;
        state.handed_in += 1;
        state.waiting.push(answer, body);
        let is_half_full = state.waiting.answers.len() == MOST / 2;
        let wakes = take(&mut state.is_idle) || is_half_full;
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
    pub fn run(&self, mut judge: impl FnMut(T, Bytes)) {
        let mut batch = Batch::new();
        while self.fill(&mut batch) {
            batch.empty(|answer, body| {
                let bytes = body.len();
                judge(answer, body);
                let mut state = self.lock();
                state.held -= 1;
                state.bytes -= bytes;
                state.judged += 1;
                if state.flushing > 0 {
                    self.judged.notify_all();
                }
            });
        }
    }

    /// Exchanges an empty batch for what waits; `false` where nothing does and nothing will.
    fn fill(&self, batch: &mut Batch<T>) -> bool {
        let mut state = self.lock();
        if state.waiting.answers.is_empty() {
            batch.copied.shrink_to(MOST_KEPT);
            state.is_idle = true;
            let is_idle =
                |state: &mut State<T>| state.waiting.answers.is_empty() && !state.is_closed;
            let woken = self.wake.wait_while(state, is_idle);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.is_idle = false;
            let rests = |state: &mut State<T>| {
                !state.is_closed && state.flushing == 0 && state.waiting.answers.len() < MOST / 2
            };
            let rested = self.wake.wait_timeout_while(state, REST, rests);
            state = rested.unwrap_or_else(PoisonError::into_inner).0;
        }
        swap(batch, &mut state.waiting);
        !batch.answers.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing in here can panic between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Batch<T> {
    const fn new() -> Self {
        Self {
            answers: Vec::new(),
            copied: Vec::new(),
        }
    }

    fn push(&mut self, answer: T, body: &Bytes) {
        let body = match body.len() {
            length @ ..=MOST_COPIED => {
                self.copied.extend_from_slice(body);
                Body::Copied(length)
            }
            _ => Body::Shared(body.clone()),
        };
        self.answers.push((answer, body));
    }

    /// Hands over each answer with its body, and keeps the memory.
    fn empty(&mut self, mut each: impl FnMut(T, Bytes)) {
        let mut rest = &*self.copied;
        for (answer, body) in self.answers.drain(..) {
            let body = match body {
                Body::Copied(length) => {
                    let (body, behind) = rest.split_at(length);
                    rest = behind;
                    Bytes::copy_from_slice(body)
                }
                Body::Shared(body) => body,
            };
            each(answer, body);
        }
        self.copied.clear();
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
