//! The generated types by the names that the specs have for them.

use executions::serde_json::{self, Value};
use executions::{Service, b3os, crosstrade, hummingbot, refold};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A generated type.
pub struct Type {
    pub service: Service,
    pub component: &'static str,
    /// Reads a text, and writes what it read.
    pub reread: fn(&str) -> Result<String, String>,
    /// What schemars derives from it.
    pub schema: fn() -> Value,
}

fn reread<T: DeserializeOwned + Serialize>(json: &str) -> Result<String, String> {
    let read: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
    serde_json::to_string(&read).map_err(|error| error.to_string())
}

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).into()
}

macro_rules! types {
    ($($service:ident: $module:ident { $($component:ident),* })*) => {
        pub const ALL: &[Type] = &[$($(Type {
            service: Service::$service,
            component: stringify!($component),
            reread: reread::<$module::types::$component>,
            schema: schema::<$module::types::$component>,
        },)*)*];
    };
}

types! {
    CrossTrade: crosstrade { Execution, ExecutionList, MarketData, Quote, PnlUpdate, MarketPosition, Error }
    Hummingbot: hummingbot { Executor, ExecutorStatus, CloseType, Error }
    B3os: b3os { ExecutionEnvelope, ExecutionData, Execution, ExecutionStatus, Event, Error }
    Refold: refold { Execution, Node, AssociatedApplication, AssociatedWorkflow, ExecutionStatus, Environment, Error }
}

pub fn of(service: Service, component: &str) -> &'static Type {
    let is_it = |known: &&Type| known.service == service && known.component == component;
    let message = format!("{service} {component} is among the types");
    ALL.iter().find(is_it).expect(&message)
}
