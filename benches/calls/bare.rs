//! What one writes without this crate: reqwest, a struct, and the same limits.

use std::error::Error;
use std::time::Duration;

use executions::crosstrade::types::MarketPosition;
use executions::values::{Decimal, EpochMillis, Id, LocalDateTime};
use serde::Deserialize;

const MOST_BYTES: usize = 64 << 20;

/// A client with a base URL and a token.
pub struct Bare {
    client: reqwest::Client,
    base_url: String,
}

/// The document's 28 members, each of the type that the facade has for it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoding them is what is measured")]
pub struct Fill {
    id: Id,
    r#type: Option<String>,
    time: Option<LocalDateTime>,
    epoch: Option<EpochMillis>,
    name: Option<String>,
    order_id: Option<Id>,
    account: Option<String>,
    server_name: Option<String>,
    instrument: String,
    instrument_type: Option<String>,
    position: Option<Decimal>,
    market_position: Option<MarketPosition>,
    position_strategy: Option<Decimal>,
    price: Decimal,
    quantity: Decimal,
    rate: Option<Decimal>,
    commission: Option<Decimal>,
    slippage: Option<Decimal>,
    lot_size: Option<Decimal>,
    is_entry: Option<bool>,
    is_entry_strategy: Option<bool>,
    is_exit: Option<bool>,
    is_exit_strategy: Option<bool>,
    is_initial_entry: Option<bool>,
    is_last_exit: Option<bool>,
    is_sod: Option<bool>,
    bars_in_progress: Option<Decimal>,
    exchange: Option<String>,
    success: Option<bool>,
}

#[derive(Deserialize)]
pub struct Fills {
    pub executions: Vec<Fill>,
    #[allow(dead_code, reason = "decoding it is what is measured")]
    success: Option<bool>,
}

impl Bare {
    pub fn new(base_url: &str) -> Self {
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .read_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Self {
            client,
            base_url: base_url.to_owned(),
        }
    }

    pub async fn execution(&self, account: &str, id: &str) -> Result<Fill, Box<dyn Error>> {
        let body = self
            .fetch(&format!("/v1/api/accounts/{account}/executions/{id}"))
            .await?;
        Ok(serde_json::from_slice(&body)?)
    }

    pub async fn executions(&self, account: &str, lookback: u64) -> Result<Fills, Box<dyn Error>> {
        let path = format!("/v1/api/accounts/{account}/executions?lookbackTime={lookback}");
        Ok(serde_json::from_slice(&self.fetch(&path).await?)?)
    }

    /// The bytes of a 2xx, under the cap.
    pub async fn fetch(&self, path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let url = format!("{}{path}", self.base_url);
        let request = self
            .client
            .get(url)
            .bearer_auth("bench")
            .header("accept", "application/json");
        let mut response = request.send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err("too large".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
