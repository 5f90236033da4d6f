//! Binds the ports, and serves every connection with its protocol.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;

use crate::certificate::Certificate;
use crate::gates::Gates;
use crate::journal::Journal;
use crate::options::Options;
use crate::picture::Gallery;
use crate::service::{Realm, Service, World};
use crate::shared_line::SharedLines;
use crate::sign_in::SignIns;
use crate::{http1, http2, site};

/// The pause after a failed accept: without free file handles the next one would fail at once as well.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(20);

/// A running server. Dropping it closes its ports and its connections.
#[derive(Debug)]
pub struct Server {
    addresses: Addresses,
    spki: String,
    certificate: Vec<u8>,
    runtime: Option<Runtime>,
}

/// The addresses of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// HTTP/1.1.
    pub origin: SocketAddr,
    /// HTTP/1.1, another origin.
    pub cross: SocketAddr,
    /// HTTP/1.1 and HTTP/2 over TLS.
    pub tls: SocketAddr,
    /// The site, if there is one.
    pub site: Option<SocketAddr>,
}

impl Server {
    /// Starts a server on its own threads. When it returns, every port answers.
    ///
    /// # Errors
    ///
    /// A port is in use or refused, `--site` or `--folder` is not a folder, or the system starts no threads.
    pub fn start(options: Options) -> Result<Self> {
        for (option, folder) in [("--site", &options.site), ("--folder", &options.folder)] {
            if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
                bail!("{option} {} is not a folder", folder.display());
            }
        }
        let origin = bind("--port", options.port)?;
        let cross = bind("--cross-port", options.cross_port)?;
        let tls = bind("--tls-port", options.tls_port)?;
        let site = options.site.as_ref().map(|_| bind("--site-port", options.site_port)).transpose()?;
        let addresses = Addresses {
            origin: origin.1,
            cross: cross.1,
            tls: tls.1,
            site: site.as_ref().map(|(_, address)| *address),
        };
        let certificate = Certificate::generate().context("no certificate could be made")?;
        let acceptor = certificate.acceptor().context("no certificate could be made")?;
        let runtime = Builder::new_multi_thread().enable_all().thread_name("origin").build();
        let runtime = runtime.context("no threads could be started")?;

        let world = Arc::new(World {
            options,
            journal: Arc::new(Journal::default()),
            gates: Gates::default(),
            lines: SharedLines::default(),
            gallery: Gallery::default(),
            shuffle: AtomicU64::new(0),
            sign_ins: SignIns::default(),
            images: format!("http://{}", addresses.origin),
            tls_images: format!("https://localhost:{}", addresses.tls.port()),
        });
        let images = Service::new(Arc::clone(&world), Realm::Images);
        let connections = Arc::new(AtomicU64::new(0));
        for (listener, acceptor) in [(origin.0, None), (cross.0, None), (tls.0, Some(acceptor))] {
            runtime.spawn(accept(listener, acceptor, images.clone(), Arc::clone(&connections)));
        }
        if let Some((listener, _)) = site {
            if world.options.warm {
                runtime.spawn(site::warm_up(Arc::clone(&world)));
            }
            runtime.spawn(accept(listener, None, Service::new(world, Realm::Site), connections));
        }
        Ok(Self {
            addresses,
            spki: certificate.spki().to_owned(),
            certificate: certificate.der().to_vec(),
            runtime: Some(runtime),
        })
    }

    /// The addresses that it listens at.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The image ports' address, such as `http://127.0.0.1:4780`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.addresses.origin)
    }

    /// The address of another origin with the same routes.
    pub fn cross(&self) -> String {
        format!("http://{}", self.addresses.cross)
    }

    /// The address over TLS, with a name of the certificate.
    pub fn tls(&self) -> String {
        format!("https://localhost:{}", self.addresses.tls.port())
    }

    /// The site's address, if there is a site.
    pub fn site(&self) -> Option<String> {
        self.addresses.site.map(|address| format!("http://{address}"))
    }

    /// The SHA-256 of its public key in Base64, for Chromium's `--ignore-certificate-errors-spki-list`.
    pub fn spki(&self) -> &str {
        &self.spki
    }

    /// Its certificate in DER, for clients that shall trust it.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Does not wait, so it may be called from within another runtime.
            runtime.shutdown_background();
        }
    }
}

type Bound = (TcpListener, SocketAddr);

fn bind(option: &'static str, port: u16) -> Result<Bound> {
    let bound = || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound().map_err(|source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => {
            anyhow!("port {port} is taken by another program: choose another with {option}, or 0 for any")
        }
        _ => anyhow!("port {port} ({option}) cannot be had: {source}"),
    })
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Service,
    connections: Arc<AtomicU64>,
) {
    // It fails only outside a runtime or for a blocking socket, and `bind` made it non-blocking.
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                let number = connections.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::spawn(serve(socket, tls.clone(), service.clone(), number));
            }
            Err(_) => tokio::time::sleep(AFTER_FAILED_ACCEPT).await,
        }
    }
}

async fn serve(socket: TcpStream, tls: Option<TlsAcceptor>, service: Service, number: u64) {
    // It fails only for a closed socket, which the first read will find.
    let _ = socket.set_nodelay(true);
    let Some(tls) = tls else { return http1::serve(socket, service, "http", number).await };
    // A client that does not trust the certificate closes here.
    let Ok(stream) = tls.accept(socket).await else { return };
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => http2::serve(stream, service, number).await,
        _ => http1::serve(stream, service, "https", number).await,
    }
}
