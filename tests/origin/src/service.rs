//! The requests and answers of one port, for both protocols.

use std::sync::Arc;
use std::time::Instant;

use crate::answer::Answer;
use crate::gates::Gates;
use crate::journal::{Exchange, Journal};
use crate::options::Options;
use crate::picture::Gallery;
use crate::request::Request;
use crate::shared_line::SharedLines;
use crate::sign_in::SignIns;
use crate::{behaviour, control, route, site};

/// The state that the ports of a server share.
#[derive(Debug)]
pub struct World {
    /// The server's options.
    pub options: Options,
    /// The requests so far.
    pub journal: Arc<Journal>,
    /// The gates that answers wait at.
    pub gates: Gates,
    /// The bandwidths that answers share.
    pub lines: SharedLines,
    /// The cache of pictures.
    pub gallery: Gallery,
    /// The number of answers at picsum's path, each with another picture.
    pub shuffle: std::sync::atomic::AtomicU64,
    /// Who may have which image.
    pub sign_ins: SignIns,
    /// The first image port's address, such as `http://127.0.0.1:4780`.
    pub images: String,
    /// The same over TLS.
    pub tls_images: String,
}

/// The folder of the site that has the image ports' paths, for images of a page's own origin.
const OWN_IMAGES: &str = "/own";

/// The purpose of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    /// Images and faults.
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

    /// The same, for a request of the site's own images: what the image ports have, once more.
    fn realm_of(&self, request: &mut Request) -> Realm {
        if self.realm == Realm::Site
            && let Some(rest) = request.target.strip_prefix(OWN_IMAGES)
            && rest.starts_with('/')
        {
            request.target = rest.to_owned();
            return Realm::Images;
        }
        self.realm
    }

    /// Records a request, unless it is about the server itself.
    pub fn begin(&self, request: &Request) -> Exchange {
        let mut request = request.clone();
        let realm = self.realm_of(&mut request);
        let request = &request;
        match realm {
            Realm::Images if !control::is_control(request) => self.world.journal.begin(request),
            Realm::Images | Realm::Site => Exchange::unrecorded(),
        }
    }

    /// The answer to a request, once it is due: after its latency, and after its gate if that holds the head.
    pub async fn answer(&self, request: &Request, exchange: &Exchange) -> Answer {
        let answer = self.answer_now(request, exchange).await;
        if !answer.pace.latency.is_zero() {
            // Even a sleep of zero takes up to a millisecond.
            tokio::time::sleep(answer.pace.latency).await;
        }
        if let Some(gate) = answer.pace.gate.as_ref().filter(|gate| gate.at.is_none()) {
            self.gates().pass(&gate.key).await;
        }
        answer
    }

    async fn answer_now(&self, request: &Request, exchange: &Exchange) -> Answer {
        let mut request = request.clone();
        let realm = self.realm_of(&mut request);
        let request = &request;
        if control::is_control(request) {
            return control::answer(&self.world, request).await;
        }
        match realm {
            Realm::Site => site::answer(&self.world, request).await,
            Realm::Images => match behaviour::before(request, &self.world.journal, exchange) {
                Ok(Some(answer)) => answer,
                Ok(None) => match self.world.sign_ins.refusal(request) {
                    Ok(Some(refusal)) => behaviour::shape(refusal, request),
                    Ok(None) => behaviour::shape(route::answer(&self.world, request).await, request),
                    Err(error) => Answer::refusal(400, error.to_string()),
                },
                Err(error) => Answer::refusal(400, error.to_string()),
            },
        }
    }

    /// The gates that answers wait at.
    pub fn gates(&self) -> &Gates {
        &self.world.gates
    }

    /// Waits until the answer's shared line, if it has one, has carried this many bytes more.
    pub async fn carry(&self, answer: &Answer, length: usize) {
        if let Some(bytes_per_second) = answer.pace.line {
            let due = self.world.lines.carry(bytes_per_second, length as u64, Instant::now());
            tokio::time::sleep_until(due.into()).await;
        }
    }
}
