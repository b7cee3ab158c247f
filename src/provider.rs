//! A service as everything sees it that works on all of them; its module fills it in.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::Error;
use crate::execution::Execution;
use crate::observe::Observer;
use crate::reference::{Reference, Service, services};
use crate::service::ServiceInfo;
use crate::settings::{Builder, Handle, Variables};
use crate::transport::Transport;
use crate::transport::body::Decoder;
use crate::transport::client::Http;
use crate::transport::operation::Operation;
use crate::transport::reply::Reply;

/// One of the services, as its module describes it.
#[cfg_attr(
    not(all(feature = "contract", feature = "recording", feature = "simulator")),
    allow(dead_code, reason = "the rest is what checks and replays go by")
)]
pub(crate) struct Provider {
    pub info: &'static ServiceInfo,
    pub variables: &'static [&'static str],
    pub decoders: &'static [(&'static Operation, Decoder)],
    pub pushes: &'static [(&'static str, &'static str)],
    pub socket: Option<(&'static str, &'static str)>,
    pub unknown: (&'static str, &'static [u16]),
    /// Its handle, from variables, over this pool and with these observers.
    pub open: Open,
}

impl Provider {
    const fn of<H: Handle>() -> Self {
        Self {
            info: H::INFO,
            variables: H::VARIABLES,
            decoders: H::DECODERS,
            pushes: H::PUSHES,
            socket: H::SOCKET,
            unknown: H::UNKNOWN,
            open: |variables, http, observers| {
                let builder = Builder::from_variables::<H>(variables)?.http(http.clone());
                let observers = observers.iter().map(Arc::clone);
                let handle: H = observers.fold(builder, Builder::observer).open()?;
                Ok(Arc::new(handle))
            },
        }
    }
}

macro_rules! providers {
    ($($(#[$about:meta])* $Service:ident = $module:ident, $account:expr;)*) => {
        impl Service {
            pub(crate) const fn provider(self) -> &'static Provider {
                match self {
                    $(Self::$Service => const { &Provider::of::<crate::$module::$Service>() },)*
                }
            }
        }
    };
}
services!(providers);

type Open = fn(&Variables<'_>, &Http, &[Arc<dyn Observer>]) -> Result<Opened, Error>;

/// The handle of any service.
pub(crate) type Opened = Arc<dyn AnyHandle>;

/// Every handle can do this, whichever service it is of.
pub(crate) trait AnyHandle: Any + fmt::Debug + Send + Sync {
    fn get<'a>(&'a self, reference: &'a Reference) -> Got<'a>;

    fn over(&self, change: &dyn Fn(&Transport) -> Transport) -> Opened;
}

pub(crate) type Got<'a> =
    Pin<Box<dyn Future<Output = Result<Reply<Execution>, Error>> + Send + 'a>>;

impl<H: Handle> AnyHandle for H {
    fn get<'a>(&'a self, reference: &'a Reference) -> Got<'a> {
        Box::pin(Handle::get(self, reference))
    }

    fn over(&self, change: &dyn Fn(&Transport) -> Transport) -> Opened {
        Arc::new(crate::settings::Carried::over(self, change))
    }
}
