mod against_the_simulator;
mod simulator;
