//! TLS: certificates that are read again when their files change, HTTP/2 by ALPN, and clients with certificates of their own.

use crate::{config, http::door::fresh::Fresh};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

const CERT: &str = "server.tls.cert";
const KEY: &str = "server.tls.key";
const CLIENT_CA: &str = "server.tls.client_ca";
const HTTP_2: &[u8] = b"h2";

/// The certificate of a server. There is no value of it where connections are not encrypted.
pub(in crate::http) struct Tls {
    files: Mutex<Fresh>,
    names: Vec<String>,
    /// There is none before the files are read.
    now: RwLock<Option<Arc<ServerConfig>>>,
}

impl Tls {
    /// Nothing is read before [`Self::refresh`].
    pub(in crate::http) fn new(config: &config::Tls) -> Option<Self> {
        let config::Tls {
            cert,
            key,
            client_ca,
        } = config;
        let given = [(CERT, cert), (KEY, key), (CLIENT_CA, client_ca)];
        if given.iter().all(|(_, path)| path.is_empty()) {
            return None;
        }
        // Certificate and key are read even where their paths are empty, which is then told.
        let files = given
            .iter()
            .filter(|(setting, path)| *setting != CLIENT_CA || !path.is_empty());
        let files = files.map(|(setting, path)| (*setting, PathBuf::from(path)));
        Some(Self {
            files: Mutex::new(Fresh::new(files.collect())),
            names: given.iter().map(|(_, path)| (*path).clone()).collect(),
            now: RwLock::new(None),
        })
    }

    /// Takes over the files if one of them has changed, and says whether it has. Blocks.
    ///
    /// # Errors
    /// What is wrong with which file. The certificate stays as it is.
    pub(in crate::http) fn refresh(&self) -> Result<bool, String> {
        let [cert, key, ..] = self.names.as_slice() else {
            return Ok(false);
        };
        for (setting, path) in [(CERT, cert), (KEY, key)] {
            if path.is_empty() {
                return Err(format!(
                    "{setting} is not set; a server with TLS needs {CERT} and {KEY}"
                ));
            }
        }
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(contents) = files.changed()? else {
            return Ok(false);
        };
        let made = self.config(&contents);
        files.take(&contents);
        let made = Some(Arc::new(made?));
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = made;
        Ok(true)
    }

    fn config(&self, contents: &[Vec<u8>]) -> Result<ServerConfig, String> {
        let content = |i: usize| contents.get(i).map_or(&[][..], Vec::as_slice);
        let wrong = |i: usize, why: &str| {
            let (setting, path) = ([CERT, KEY, CLIENT_CA][i], &self.names[i]);
            format!("{setting} names {path}, which {why}")
        };
        let cert = certificates(content(0)).map_err(|why| wrong(0, &why))?;
        let key = PrivateKeyDer::from_pem_slice(content(1))
            .map_err(|_| wrong(1, "holds no private key in PEM without a password"))?;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let builder = if self.names[2].is_empty() {
            builder.with_no_client_auth()
        } else {
            let mut roots = RootCertStore::empty();
            for root in certificates(content(2)).map_err(|why| wrong(2, &why))? {
                let added = roots.add(root);
                added.map_err(|error| wrong(2, &format!("holds no authority: {error}")))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = verifier.build();
            builder
                .with_client_cert_verifier(verifier.map_err(|error| wrong(2, &error.to_string()))?)
        };
        let made = builder.with_single_cert(cert, key);
        let mut made = made.map_err(|error| {
            wrong(
                1,
                &format!(
                    "does not fit the certificate of {CERT}, {}: {error}",
                    self.names[0]
                ),
            )
        })?;
        made.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
        Ok(made)
    }

    fn now(&self) -> Option<Arc<ServerConfig>> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.clone()
    }

    /// Encrypts a connection, and says whether it is to speak HTTP/2.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
    ) -> io::Result<(TlsStream<TcpStream>, bool)> {
        let config = self
            .now()
            .ok_or_else(|| io::Error::other("no certificate is read yet"))?;
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        let (_, session) = stream.get_ref();
        let two = session.alpn_protocol() == Some(HTTP_2);
        Ok((stream, two))
    }
}

/// The certificates of a file, of which there must be one.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err("holds no certificate in PEM".to_owned()),
        Err(error) => Err(format!("is damaged: {error}")),
    }
}
