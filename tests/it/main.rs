mod against_the_simulator;
mod command;
mod simulator;
