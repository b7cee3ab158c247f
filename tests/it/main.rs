//! All tests, a file a topic.

mod against_the_simulator;
mod command;
mod generation;
mod simulator;
