//! The same calls for another purpose: with one more observer, with a credential that is none, or to a path as it is told.

use std::sync::{Arc, Mutex};

use progenitor_client::OperationInfo;
use url::Url;

use super::retry::Credits;
use super::target::Target;
use super::{Answer, Call, Shared, Transport, unread};
use crate::error::Error;
use crate::observe::{Observer, Several};
use crate::transport::auth::Signer;
use crate::transport::reply::Reply;

impl Transport {
    /// The same, on the same budget, whose traffic one more observer is shown.
    pub fn also_observed(&self, observer: Arc<dyn Observer>) -> Self {
        let before = self.shared.observer.iter().map(Arc::clone);
        let all = before.chain([observer]).collect();
        self.changed(self.shared.signer.clone(), Some(Arc::new(Several(all))))
    }

    /// The same, signing with what no service has given out.
    pub fn with_wrong_credential(&self) -> Self {
        self.changed(self.shared.signer.wrong(), self.shared.observer.clone())
    }

    fn changed(&self, signer: Signer, observer: Option<Arc<dyn Observer>>) -> Self {
        let shared = &*self.shared;
        let changed = Shared {
            service: shared.service,
            manners: shared.manners,
            base_url: shared.base_url.clone(),
            #[cfg(feature = "ws")]
            socket_url: shared.socket_url.clone(),
            http: shared.http.clone(),
            signer,
            retry: shared.retry,
            budget: shared.budget.clone(),
            credits: Mutex::new(Credits::full()),
            observer,
        };
        Self::new(changed, self.limits)
    }

    /// Sends a GET that the generated client would not build, as the operation that it is of.
    pub async fn ask<T: Answer>(
        &self,
        target: Target<'_>,
        operation_id: &'static str,
        segments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Reply<T>, Error> {
        let call = async |call: Call| {
            let (base_url, client) = call.address();
            let unbuilt = |why: String| progenitor_client::Error::<()>::InvalidRequest(why);
            let mut url = Url::parse(base_url).map_err(|why| unbuilt(why.to_string()))?;
            if let Ok(mut path) = url.path_segments_mut() {
                path.pop_if_empty().extend(segments);
            }
            if !query.is_empty() {
                url.query_pairs_mut().extend_pairs(query);
            }
            let request = client.get(url).header("accept", "application/json").build();
            let request = request.map_err(|why| unbuilt(why.without_url().to_string()))?;
            let sent = call.exec(request, &OperationInfo { operation_id }).await;
            Ok(unread(
                sent.map_err(progenitor_client::Error::CommunicationError)?,
            ))
        };
        self.run(target, call).await
    }
}
