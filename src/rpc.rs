//! Calls and pushes over a WebSocket.
//!
//! A call takes its turn in the rate budget, enters the table of open calls and waits for its end. One task owns the
//! connection: it writes the frames that wait in one go, and ends the calls whose answers came. The parts that decide
//! (frames, table, backoff, pings, subscriptions) are free of I/O.

mod call;
mod connect;
mod connection;
mod event;
mod keep_alive;
mod link;
mod mail;
mod pending;
mod reconnect;
mod socket;
mod subscriptions;
mod task;
mod watch;
mod wire;

#[cfg(fuzzing)]
mod fuzz;

#[cfg(fuzzing)]
pub use fuzz::fuzz_frame;

pub use call::Call;
pub use connect::Connect;
pub use event::{Event, Events, Frame, Gap, State, Stray, Unread};
pub use socket::Socket;
