//! What the two protocols serve: the state of one server, seen from one of its ports.

use std::sync::Arc;

use crate::answer::Answer;
use crate::gates::Gates;
use crate::journal::{Exchange, Journal};
use crate::options::Options;
use crate::picture::Gallery;
use crate::request::Request;
use crate::{behaviour, control, route, site};

/// All that the ports of one server share.
#[derive(Debug)]
pub struct World {
    /// What it was started with.
    pub options: Options,
    /// What was asked of it.
    pub journal: Arc<Journal>,
    /// Where answers wait.
    pub gates: Gates,
    /// The pictures made so far.
    pub gallery: Gallery,
    /// Answers given at picsum's path, each of which is another picture.
    pub shuffle: std::sync::atomic::AtomicU64,
    /// The first image port's address, such as `http://127.0.0.1:4780`.
    pub images: String,
    /// The same over TLS.
    pub tls_images: String,
}

/// What a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    /// Images and everything that goes wrong with them.
    Images,
    /// The static site.
    Site,
}

/// One port's view of the server.
#[derive(Clone, Debug)]
pub struct Service {
    world: Arc<World>,
    realm: Realm,
}

impl Service {
    /// The service of a port.
    pub fn new(world: Arc<World>, realm: Realm) -> Self {
        Self { world, realm }
    }

    /// Notes a request, unless it is about the server itself.
    pub fn begin(&self, request: &Request) -> Exchange {
        match self.realm {
            Realm::Images if !control::is_control(request) => self.world.journal.begin(request),
            Realm::Images | Realm::Site => Exchange::unrecorded(),
        }
    }

    /// The answer to a request.
    pub async fn answer(&self, request: &Request) -> Answer {
        if control::is_control(request) {
            return control::answer(&self.world, request).await;
        }
        match self.realm {
            Realm::Site => site::answer(&self.world, request).await,
            Realm::Images => match behaviour::before(request, &self.world.journal) {
                Ok(Some(answer)) => answer,
                Ok(None) => behaviour::shape(route::answer(&self.world, request).await, request),
                Err(error) => Answer::refusal(400, error.to_string()),
            },
        }
    }

    /// The gates that answers wait at.
    pub fn gates(&self) -> &Gates {
        &self.world.gates
    }
}
