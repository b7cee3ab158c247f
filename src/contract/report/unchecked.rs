//! What a report is not about.

use super::super::words::words;

words! {
    /// Why something was not checked.
    #[derive(PartialOrd, Ord)]
    pub enum Unchecked {
        /// More came than could be checked aside.
        Full = "more came than could be checked",
        /// The report was asked for before it was its turn.
        Waiting = "it was still waiting its turn",
        /// The check itself panicked, which is a fault of this library.
        Failed = "the check itself failed",
        /// Of a recording: its address belongs to no service that there is a spec of.
        Service = "it is of no service that there is a spec of",
        /// Of a recording: the service's spec has no such operation.
        Operation = "the service's spec has no such operation",
        /// Of a recording: no answer came.
        Unanswered = "it got no answer",
        /// Of a recording: the answer's body was not recorded.
        Bodiless = "its body was not recorded",
    }
}
