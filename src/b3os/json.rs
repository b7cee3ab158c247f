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
        let mut envelope = self.envelope.clone();
        envelope.data = Some(types::ExecutionData {
            execution: self.execution.clone(),
            events: Some(self.events.clone()),
            message: self.message.clone(),
        });
        envelope.serialize(serializer)
    }
}
