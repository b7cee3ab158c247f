//! All tests, a file a topic.

mod against_the_simulator;
mod command;
mod diff;
mod generation;
mod house;
mod simulator;

mod answers;
mod asked;
mod budgets;
mod checks;
mod clients;
mod connections;
mod contract;
mod documents;
mod limits;
mod properties;
mod recording;
mod refusals;
mod requests;
mod retries;
mod secrets;
mod settings;
mod socket;
mod tls;
mod traces;
mod wire;
