//! The JSON of what B3OS answers: the envelope with the execution in it, as it comes from the service.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Answered, types};

impl<'de> Deserialize<'de> for Answered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut envelope = types::ExecutionEnvelope::deserialize(deserializer)?;
        let data = envelope.data.take();
        let data = data.ok_or_else(|| D::Error::missing_field("data"))?;
        Ok(Self::of(envelope, data))
    }
}

/// Events that were not sent are written as an empty list.
impl Serialize for Answered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = Data {
            execution: &self.execution,
            events: &self.events,
            message: self.message.as_deref(),
        };
        let envelope = &self.envelope;
        Enveloped { envelope, data }.serialize(serializer)
    }
}

#[derive(Serialize)]
struct Enveloped<'a> {
    /// Its own `data` was taken out of it, and so is not written.
    #[serde(flatten)]
    envelope: &'a types::ExecutionEnvelope,
    data: Data<'a>,
}

// Not the generated type, as a spec of a user's own may give that more members.
#[derive(Serialize)]
struct Data<'a> {
    execution: &'a types::Execution,
    events: &'a [types::Event],
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}
