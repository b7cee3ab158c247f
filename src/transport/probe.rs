//! The same calls for another purpose: with one more observer, with an invalid credential, or to a path as it is given.

use std::sync::{Arc, Mutex};

use url::Url;

use super::operation::Operation;
use super::request::{Request, Target, Unbuilt};
use super::retry::Credits;
use super::{Shared, Success, Transport};
use crate::error::Error;
use crate::observe::{Observer, Several};
use crate::transport::reply::Reply;

impl Transport {
    /// The same, on the same budget, whose traffic one more observer is shown.
    pub fn also_observed(&self, observer: Arc<dyn Observer>) -> Self {
        self.changed(|shared| {
            let before = shared.observer.take();
            let all = before.into_iter().chain([observer]).collect();
            shared.observer = Some(Arc::new(Several(all)));
        })
    }

    /// The same, signing with what no service has given out.
    pub fn with_wrong_credential(&self) -> Self {
        self.changed(|shared| shared.signer = shared.signer.wrong())
    }

    fn changed(&self, change: impl FnOnce(&mut Shared)) -> Self {
        let mut shared = Shared::clone(&self.shared);
        shared.credits = Arc::new(Mutex::new(Credits::full()));
        change(&mut shared);
        Self::new(shared, self.limits)
    }

    /// Sends a GET that the generated client would not build, as the operation that it is of.
    pub async fn ask<T: Success>(
        &self,
        target: Target<'_>,
        operation: &'static Operation,
        segments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Reply<T>, Error> {
        let (base_url, client) = self.address();
        let mut url = Url::parse(base_url)
            .map_err(|why| Error::setting("base_url", "is no address").because(why))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let built = client.get(url).header("accept", "application/json").build();
        let request = built.map(|http| Request::new(operation, http));
        self.send(target, request.map_err(Unbuilt::from)).await
    }
}
